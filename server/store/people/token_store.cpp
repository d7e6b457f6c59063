#include "store/people/token_store.hpp"

#include "store/sqlite/change_store.hpp"

namespace triphammer::store {

namespace {

constexpr std::string_view kTokenColumns =
    "SELECT id, name, role, repository, created_at, expires_at, revoked_at, last_used_at "
    "FROM tokens ";

TokenRow read_token(Statement& row) {
    TokenRow token;
    row.read(
        token.id,
        token.name,
        token.role,
        token.repository,
        token.created_at,
        token.expires_at,
        token.revoked_at,
        token.last_used_at
    );
    return token;
}

SessionRow read_session(Statement& row) {
    SessionRow session;
    row.read(
        session.sha256,
        session.user,
        session.actor,
        session.role,
        session.created_at,
        session.expires_at,
        session.last_seen_at
    );
    return session;
}

std::string read_actor(Statement& row) {
    std::string actor;
    row.read(actor);
    return actor;
}

/// The account behind an actor; a token is its maker's. 0: none.
std::int64_t maker_of(Connection& db, std::string_view actor) {
    auto query = db.prepare(
        "SELECT id FROM users WHERE 'user:' || name = ?1 "
        "UNION ALL SELECT maker FROM tokens WHERE 'token:' || name = ?1 AND revoked_at IS NULL"
    );
    return query.bind(actor).find<std::int64_t>().value_or(0);
}

}  // namespace

Result<model::TokenId> add_token(Transaction& tx, const NewToken& token, std::string_view actor) {
    auto insert = tx.prepare(
        "INSERT INTO tokens (name, sha256, role, repository, created_at, expires_at, maker) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
    );
    insert.bind(
        token.name,
        token.sha256,
        token.role,
        token.repository.value,
        tx.now(),
        token.expires_at,
        maker_of(tx, actor)
    );
    if (insert.run() == 0) return conflict("there is a token called " + token.name + " already");
    const model::TokenId id{tx.last_insert_id()};
    append_change(
        tx,
        {.subject = "token",
         .id = id.value,
         .to_state = "created",
         .reason = token.name,
         .actor = actor}
    );
    return id;
}

std::optional<TokenRow> find_valid_token(Connection& db, std::string_view sha256, TimePoint now) {
    auto query = db.prepare(
        std::string{kTokenColumns} +
        "WHERE sha256 = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)"
    );
    return query.bind(sha256, now).find_row(read_token);
}

std::vector<TokenRow> list_tokens(Connection& db) {
    return db.prepare(std::string{kTokenColumns} + "ORDER BY name, id").list(read_token);
}

Result<> revoke_token(Transaction& tx, std::string_view name, std::string_view actor) {
    auto update = tx.prepare(
        "UPDATE tokens SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL RETURNING id"
    );
    const auto id = update.bind(tx.now(), name).find<std::int64_t>();
    if (!id) return not_found("there is no valid token called " + std::string{name});
    append_change(
        tx, {.subject = "token", .id = *id, .to_state = "revoked", .reason = name, .actor = actor}
    );
    return {};
}

std::vector<TokenRow> list_tokens_made_by(Connection& db, UserId maker) {
    auto query = db.prepare(
        std::string{kTokenColumns} + "WHERE maker = ? AND revoked_at IS NULL ORDER BY name"
    );
    return query.bind(maker.value).list(read_token);
}

void touch_token(Transaction& tx, model::TokenId id) {
    tx.prepare("UPDATE tokens SET last_used_at = ? WHERE id = ?").bind(tx.now(), id).run();
}

void add_session(Transaction& tx, const SessionRow& session) {
    auto insert = tx.prepare(
        "INSERT INTO sessions "
        "(sha256, user, actor, role, created_at, expires_at, last_seen_at, maker) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    );
    insert.bind(
        session.sha256,
        session.user.value,
        session.actor,
        session.role,
        session.created_at,
        session.expires_at,
        session.last_seen_at,
        session.maker.value
    );
    insert.run();
    append_change(tx, {.subject = "session", .to_state = "opened", .actor = session.actor});
}

std::optional<SessionRow> find_valid_session(
    Connection& db, std::string_view sha256, TimePoint now
) {
    auto query = db.prepare(
        "SELECT sha256, user, actor, coalesce(u.role, s.role), s.created_at, expires_at, "
        "last_seen_at FROM sessions AS s LEFT JOIN users AS u ON u.id = s.user "
        "WHERE sha256 = ? AND ended_at IS NULL AND expires_at > ? "
        "AND (s.user = 0 OR (u.id IS NOT NULL AND u.disabled_at IS NULL))"
    );
    return query.bind(sha256, now).find_row(read_session);
}

void touch_session(Transaction& tx, std::string_view sha256) {
    auto update = tx.prepare("UPDATE sessions SET last_seen_at = ? WHERE sha256 = ?");
    update.bind(tx.now(), sha256).run();
}

void end_session(Transaction& tx, std::string_view sha256) {
    auto update = tx.prepare(
        "UPDATE sessions SET ended_at = ? WHERE sha256 = ? AND ended_at IS NULL RETURNING actor"
    );
    const auto actor = update.bind(tx.now(), sha256).find<std::string>();
    if (!actor) return;
    append_change(tx, {.subject = "session", .to_state = "ended", .actor = *actor});
}

void end_sessions(Transaction& tx, UserId user, std::string_view kept_sha256) {
    // What follows live by the user's own hears of the change of the user.
    auto others = tx.prepare(
        "SELECT DISTINCT actor FROM sessions WHERE maker = ? AND ended_at IS NULL AND sha256 <> ?"
    );
    for (const auto& actor : others.bind(user.value, kept_sha256).list(read_actor)) {
        append_change(tx, {.subject = "session", .to_state = "ended", .actor = actor});
    }
    auto update = tx.prepare(
        "UPDATE sessions SET ended_at = ?1 WHERE (user = ?2 OR maker = ?2) AND ended_at IS NULL "
        "AND sha256 <> ?3"
    );
    update.bind(tx.now(), user.value, kept_sha256).run();
}

void end_sessions_without_account(Transaction& tx, std::string_view kept_sha256) {
    auto update = tx.prepare(
        "UPDATE sessions SET ended_at = ? WHERE user = 0 AND maker = 0 AND ended_at IS NULL "
        "AND sha256 <> ? RETURNING actor"
    );
    const auto ended = update.bind(tx.now(), kept_sha256).list(read_actor);
    if (ended.empty()) return;
    append_change(tx, {.subject = "session", .to_state = "ended", .actor = ended.front()});
}

void drop_links_made_by(Transaction& tx, UserId maker) {
    auto remove = tx.prepare("DELETE FROM setup_links WHERE maker = ? AND used_at IS NULL");
    remove.bind(maker.value).run();
}

void add_setup_link(Transaction& tx, const NewSetupLink& link, std::string_view actor) {
    auto earlier = tx.prepare("DELETE FROM setup_links WHERE used_at IS NULL AND user = ?");
    earlier.bind(link.user.value).run();
    auto insert =
        tx.prepare("INSERT INTO setup_links (sha256, expires_at, user, maker) VALUES (?, ?, ?, ?)");
    insert.bind(link.sha256, link.expires_at, link.user.value, maker_of(tx, actor)).run();
    append_change(
        tx, {.subject = "setup-link", .id = link.user.value, .to_state = "created", .actor = actor}
    );
}

Result<UserId> find_setup_link(Connection& db, std::string_view sha256, TimePoint now) {
    auto query = db.prepare(
        "SELECT user FROM setup_links WHERE sha256 = ? AND used_at IS NULL AND expires_at > ?"
    );
    const auto user = query.bind(sha256, now).find<std::int64_t>();
    if (user) return UserId{*user};
    return Error{
        Code::unauthorized,
        "this link is unknown, used or too old; `triphammer setup-link` makes one for an admin, "
        "`triphammer user reset NAME` one for a user"};
}

UserId maker_of_setup_link(Connection& db, std::string_view sha256) {
    auto query = db.prepare("SELECT maker FROM setup_links WHERE sha256 = ?");
    return UserId{query.bind(sha256).find<std::int64_t>().value_or(0)};
}

Result<UserId> use_setup_link(Transaction& tx, std::string_view sha256) {
    const auto user = find_setup_link(tx, sha256, tx.now());
    if (!user) return user.error();
    auto update = tx.prepare("UPDATE setup_links SET used_at = ? WHERE sha256 = ?");
    update.bind(tx.now(), sha256).run();
    append_change(tx, {.subject = "setup-link", .id = user->value, .to_state = "used"});
    return user;
}

bool has_used_setup_link(Connection& db) {
    auto query = db.prepare("SELECT 1 FROM setup_links WHERE used_at IS NOT NULL LIMIT 1");
    return query.find<std::int64_t>().has_value();
}

bool has_any_access(Connection& db) {
    return db
        .prepare(
            "SELECT EXISTS (SELECT 1 FROM tokens WHERE revoked_at IS NULL) "
            "OR EXISTS (SELECT 1 FROM sessions)"
        )
        .find<bool>()
        .value_or(false);
}

}  // namespace triphammer::store
