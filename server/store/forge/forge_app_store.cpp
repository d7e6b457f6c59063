#include "store/forge/forge_app_store.hpp"

#include "store/sqlite/change_store.hpp"

namespace triphammer::store {

namespace {

void record_app(Transaction& tx, std::string_view to, std::string_view actor) {
    append_change(tx, {.subject = "forge-app", .id = 1, .to_state = to, .actor = actor});
}

}  // namespace

std::optional<ForgeAppRow> find_forge_app(Connection& db) {
    auto query = db.prepare(
        "SELECT app_id, slug, name, page, client_id, private_key, webhook_secret, client_secret, "
        "coalesce(old_webhook_secret, x''), old_secret_until, created_at, created_by FROM forge_app"
    );
    if (!query.step()) return {};
    ForgeAppRow row;
    query.read(
        row.app_id,
        row.slug,
        row.name,
        row.page,
        row.client_id,
        row.private_key,
        row.webhook_secret,
        row.client_secret,
        row.old_webhook_secret,
        row.old_secret_until,
        row.created_at,
        row.created_by
    );
    return row;
}

Result<> add_forge_app(Transaction& tx, const ForgeAppRow& app) {
    if (const auto known = find_forge_app(tx)) {
        return conflict("there is a GitHub App already: " + known->name);
    }
    auto put = tx.prepare(
        "INSERT INTO forge_app (id, app_id, slug, name, page, client_id, private_key, "
        "webhook_secret, client_secret, created_at, created_by) "
        "VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    );
    put.bind(
           app.app_id,
           app.slug,
           app.name,
           app.page,
           app.client_id,
           Blob{app.private_key},
           Blob{app.webhook_secret},
           Blob{app.client_secret},
           tx.now(),
           app.created_by
    )
        .run();
    record_app(tx, "added", app.created_by);
    return {};
}

Result<> rotate_app_secret(
    Transaction& tx, std::string_view sealed, TimePoint old_until, std::string_view actor
) {
    if (!find_forge_app(tx)) return not_found("no GitHub App was made from here");
    auto put = tx.prepare(
        "UPDATE forge_app SET old_webhook_secret = webhook_secret, webhook_secret = ?, "
        "old_secret_until = ?"
    );
    put.bind(Blob{sealed}, old_until).run();
    record_app(tx, "rotated", actor);
    return {};
}

Result<> restore_app_secret(Transaction& tx, std::string_view actor) {
    auto put = tx.prepare(
        "UPDATE forge_app SET webhook_secret = old_webhook_secret, old_webhook_secret = NULL, "
        "old_secret_until = 0 WHERE old_webhook_secret IS NOT NULL"
    );
    put.run();
    record_app(tx, "restored", actor);
    return {};
}

Result<> remove_forge_app(Transaction& tx, std::string_view actor) {
    if (!find_forge_app(tx)) return not_found("no GitHub App was made from here");
    tx.prepare("DELETE FROM forge_app").run();
    record_app(tx, "removed", actor);
    return {};
}

void add_forge_app_request(Transaction& tx, const ForgeAppRequest& request) {
    tx.prepare("DELETE FROM forge_app_requests WHERE expires_at <= ?").bind(tx.now()).run();
    auto put = tx.prepare(
        "INSERT INTO forge_app_requests (state_sha256, session_sha256, expires_at) VALUES (?, ?, ?)"
    );
    put.bind(request.state_sha256, request.session_sha256, request.expires_at).run();
}

std::optional<ForgeAppRequest> find_forge_app_request(
    Connection& db, std::string_view state_sha256, TimePoint now
) {
    auto query = db.prepare(
        "SELECT state_sha256, session_sha256, expires_at FROM forge_app_requests "
        "WHERE state_sha256 = ? AND expires_at > ?"
    );
    query.bind(state_sha256, now);
    if (!query.step()) return {};
    ForgeAppRequest request;
    query.read(request.state_sha256, request.session_sha256, request.expires_at);
    return request;
}

void remove_forge_app_request(Transaction& tx, std::string_view state_sha256) {
    tx.prepare("DELETE FROM forge_app_requests WHERE state_sha256 = ?").bind(state_sha256).run();
}

}  // namespace triphammer::store
