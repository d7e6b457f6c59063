// Another secret for the hook of the GitHub App that was made here. As for a repository's hook
// (hook_secret.cpp): both are valid here before GitHub is told; refused there, the old one is the
// only one again; without an answer both stay, and asked once more GitHub is told the same secret.
// Source of the request: GitHub's page "REST API endpoints for GitHub App webhooks".

#include "access/forge_app.hpp"
#include "api/call/audit.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/github/forge_app.hpp"
#include "github/hooks.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using nlohmann::json;

namespace {

constexpr std::int64_t kMostAppHours = 24 * 30;
constexpr const char* kOfConfiguration =
    "the GitHub App is the configuration's, and so is its secret: there, move "
    "github.webhook_secret to github.webhook_secret_previous, put another one (openssl rand -hex "
    "32) in its place, restart the server and tell GitHub: triphammer repo hook --app";

struct AppRotation {
    store::ForgeAppRow row;
    Secret secret;  // the new one
    bool is_new = false;
};

Result<std::chrono::hours> read_app_keep(const Call& call) {
    const auto body = read_object(call);
    if (!body) return body.error();
    const auto hours = number_field(*body, "keep_hours", 24);
    if (!hours) return hours.error();
    if (*hours < 1 || *hours > kMostAppHours) return invalid("keep_hours must be 1 to 720");
    return std::chrono::hours{*hours};
}

Result<AppRotation> begin_app(
    store::Transaction& tx, Services& services, std::chrono::hours keep, const std::string& actor
) {
    auto row = store::find_forge_app(tx);
    if (!row) return not_found("this server has no GitHub App: make one at /connect/github");
    AppRotation out;
    if (tx.now() < row->old_secret_until) {
        auto keys = access::open_forge_app(services.sealer, *row);
        if (!keys) return keys.error();
        out.secret = std::move(keys->webhook_secret);
    } else {
        out.is_new = true;
        out.secret = Secret{random_hex(services.random, 32)};
        const auto sealed = access::seal_app_hook_secret(services.sealer, out.secret, *row);
        auto done = store::rotate_app_secret(tx, sealed, tx.now() + keep, actor);
        if (!done) return done.error();
        row = store::find_forge_app(tx);
    }
    out.row = std::move(*row);
    return out;
}

Task<Result<>> tell_app_hook(Services& services, const AppRotation& rotation) {
    const json config{{"secret", rotation.secret.reveal()}};
    auto setting = services.forge_app->patch("/app/hook/config", config.dump());
    const auto answer = co_await std::move(setting);
    if (!answer) co_return answer.error();
    if (answer->status == 200) co_return Result<>{};
    co_return github::explain_refusal(*answer, "the App's hook", "the App itself");
}

/// Whether GitHub said no, so that it goes on with the old one.
bool is_told_no(const Error& error) {
    return error.code == Code::invalid || error.code == Code::refused ||
           error.code == Code::unauthorized || error.code == Code::not_found;
}

Task<Result<>> restore_app(Services& services, std::string actor) {
    auto restore = [&](store::Transaction& tx) { return store::restore_app_secret(tx, actor); };
    auto restoring = services.database.write(restore);
    if (const auto restored = co_await std::move(restoring); !restored) co_return restored.error();
    auto reloading = services.reload_app();
    co_return co_await std::move(reloading);
}

Task<Error> explain_app(
    Services& services, const AppRotation& rotation, Error error, const std::string& actor
) {
    if (rotation.is_new && is_told_no(error)) {
        auto taking = restore_app(services, actor);
        const auto taken = co_await std::move(taking);
        if (taken) co_return with_context("nothing is changed", std::move(error));
    }
    co_return with_context(
        "whether GitHub took the new secret is not known, both are valid until " +
            to_rfc3339(rotation.row.old_secret_until) + "; rotate once more before",
        std::move(error)
    );
}

Task<Result<json>> rotate_app(Services& services, const Call& call) {
    if (services.app_is_configured) co_return conflict(kOfConfiguration);
    if (services.forge_app == nullptr || !services.reload_app) {
        co_return Error{Code::unavailable, "no server is running: systemctl start triphammer"};
    }
    const auto keep = read_app_keep(call);
    if (!keep) co_return keep.error();
    const auto actor = call.who.actor;
    auto work = [&](store::Transaction& tx) { return begin_app(tx, services, *keep, actor); };
    auto beginning = services.database.write(work);
    const auto rotation = co_await std::move(beginning);
    if (!rotation) co_return rotation.error();
    auto reloading = services.reload_app();
    auto done = co_await std::move(reloading);
    if (done) {
        auto telling = tell_app_hook(services, *rotation);
        done = co_await std::move(telling);
    }
    if (!done) {
        auto explaining = explain_app(services, *rotation, done.error(), actor);
        co_return co_await std::move(explaining);
    }
    co_return value_of(
        {{"name", rotation->row.name},
         {"at_github", true},
         {"old_valid_until", to_rfc3339(rotation->row.old_secret_until)}}
    );
}

}  // namespace

Answer rotate_app_secret(Services& services, Call call) {
    auto rotating = rotate_app(services, call);
    const auto rotated = co_await std::move(rotating);
    auto recording =
        record_outside(services, call, {"github-app.rotate-secret"}, outcome_of(rotated));
    const auto recorded = co_await std::move(recording);
    co_return recorded ? reply(rotated) : http::make_error(recorded.error());
}

}  // namespace triphammer::api
