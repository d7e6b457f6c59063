// Another secret for a repository's hook. For a while the old one signs, too, so that nothing is
// refused between the moment that it counts here and the moment that the forge signs with it.
//
//   both valid here ─▶ GitHub told ─▶ done
//                      │ └─ refused: only the old one, as before
//                      └─ no answer: both stay; asked once more, GitHub is told the same secret
//                      again

#include "access/repository_keys.hpp"
#include "api/call/audit.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/github/connecting.hpp"
#include "github/hooks.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using nlohmann::json;
using store::RepositoryRow;

namespace {

constexpr std::int64_t kMostHours = 24 * 30;

struct Rotation {
    RepositoryRow row;
    Secret secret;  // the new one
    bool is_new = false;
    bool is_shown = false;  // made here, and to be entered by hand
};

struct Ask {
    std::string name;
    Secret given;  // empty: one is made
    std::chrono::hours keep{24};
};

Result<Ask> read_ask(const Call& call) {
    const auto body = read_object(call);
    if (!body) return body.error();
    Ask ask;
    ask.name = call.parameter(0) + "/" + call.parameter(1);
    const auto hours = number_field(*body, "keep_hours", 24);
    if (!hours) return hours.error();
    if (*hours < 1 || *hours > kMostHours) return invalid("keep_hours must be 1 to 720");
    ask.keep = std::chrono::hours{*hours};
    auto given = text_field(*body, "secret", "");
    if (!given) return given.error();
    if (!given->empty() && given->size() < 16) {
        return invalid("the secret is shorter than 16 characters; leave it out to have one made");
    }
    ask.given = Secret{std::move(*given)};
    return ask;
}

/// The rotation that is under way, whose new secret GitHub may not know yet.
Result<Rotation> go_on(const access::Sealer& sealer, RepositoryRow row, const Ask& ask) {
    const auto until = to_rfc3339(row.old_secret_until);
    if (row.forge_hook == 0 || !ask.given.empty()) {
        return conflict(
            "the secret before the last one is valid until " + until + "; wait for that"
        );
    }
    auto secret = access::open_hook_secret(sealer, row);
    if (!secret) return secret.error();
    Rotation out;
    out.row = std::move(row);
    out.secret = std::move(*secret);
    return out;
}

Result<Rotation> begin(
    store::Transaction& tx, Services& services, const Call& call, const Ask& ask
) {
    auto row = find_reached_repository(tx, call, ask.name);
    if (!row) return row.error();
    if (tx.now() < row->old_secret_until) return go_on(services.sealer, std::move(*row), ask);
    Rotation out;
    out.is_new = true;
    out.is_shown = ask.given.empty() && row->forge_hook == 0;
    out.secret = ask.given.empty() ? Secret{random_hex(services.random, 32)} : ask.given;
    const auto sealed = access::seal_hook_secret(services.sealer, row->hook, out.secret);
    auto done = store::rotate_hook_secret(tx, row->id, sealed, tx.now() + ask.keep);
    if (!done) return done.error();
    out.row = *store::find_repository(tx, row->id);
    return out;
}

Task<Result<>> tell_github(Services& services, const Rotation& rotation) {
    const auto client = forge_client(services, rotation.row);
    if (!client) co_return client.error();
    github::HookWish wish;
    wish.url = hook_url(services, rotation.row.hook);
    wish.secret = rotation.secret;
    const auto& row = rotation.row;
    auto telling =
        github::change_hook_secret(*client, row.full_name, row.forge_hook, std::move(wish));
    co_return co_await std::move(telling);
}

/// Whether GitHub said no, so that it goes on with the old one.
bool is_refusal(const Error& error) {
    return error.code == Code::invalid || error.code == Code::refused ||
           error.code == Code::not_found;
}

Task<Error> explain(Services& services, const Call& call, const Rotation& rotation, Error error) {
    const auto id = rotation.row.id;
    if (rotation.is_new && is_refusal(error)) {
        auto restore = [&](store::Transaction& tx) {
            store::NewAudit entry{"repository.rotate-secret", rotation.row.full_name, id};
            entry.outcome = store::AuditOutcome::failed;
            entry.reason = error.message;
            record(tx, call, entry);
            return store::restore_hook_secret(tx, id);
        };
        auto restoring = services.database.write(restore);
        const auto restored = co_await std::move(restoring);
        if (services.on_hook) services.on_hook(rotation.row.hook);
        if (restored) co_return with_context("nothing is changed", std::move(error));
    }
    const auto until = to_rfc3339(rotation.row.old_secret_until);
    co_return with_context(
        "whether GitHub took the new secret is not known, both are valid until " + until +
            "; rotate once more before",
        std::move(error)
    );
}

}  // namespace

Answer rotate_hook_secret(Services& services, Call call) {
    const auto ask = read_ask(call);
    if (!ask) co_return http::make_error(ask.error());
    auto work = [&](store::Transaction& tx) -> Result<Rotation> {
        auto begun = begin(tx, services, call, *ask);
        if (!begun) return begun.error();
        const auto after = fields({{"old_valid_until", to_rfc3339(begun->row.old_secret_until)}});
        record(tx, call, {"repository.rotate-secret", ask->name, begun->row.id, {}, after});
        return begun;
    };
    auto beginning = services.database.write(work);
    const auto rotation = co_await std::move(beginning);
    if (!rotation) co_return http::make_error(rotation.error());
    const auto& row = rotation->row;
    if (services.on_hook) services.on_hook(row.hook);
    const bool is_at_github = row.forge_hook != 0;
    if (is_at_github) {
        auto telling = tell_github(services, *rotation);
        const auto told = co_await std::move(telling);
        if (!told) {
            auto explaining = explain(services, call, *rotation, told.error());
            co_return http::make_error(co_await std::move(explaining));
        }
    }
    json out{
        {"full_name", row.full_name},
        {"url", hook_url(services, row.hook)},
        {"at_github", is_at_github},
        {"old_valid_until", to_rfc3339(row.old_secret_until)},
    };
    if (rotation->is_shown) out["secret"] = rotation->secret.reveal();
    co_return reply(200, out);
}

}  // namespace triphammer::api
