// Hooks at GitHub as they shall be: address, secret, events, switched on. Of a repository, also
// where somebody removed it there; and the GitHub App's.

#include "access/forge_app.hpp"
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

namespace {

Task<Result<json>> mend(Services& services, const Call& call, const std::string& name) {
    if (const auto reached = check_reached(services); !reached) co_return reached.error();
    auto find = [&](store::Connection& db) -> Result<store::RepositoryRow> {
        return find_reached_repository(db, call, name);
    };
    auto finding = services.database.read(find);
    const auto row = co_await std::move(finding);
    if (!row) co_return row.error();
    const auto client = forge_client(services, *row);
    if (!client) co_return client.error();
    auto secret = access::open_hook_secret(services.sealer, *row);
    if (!secret) co_return secret.error();
    auto making = make_hook(services, *client, *row, std::move(*secret));
    const auto hook = co_await std::move(making);
    if (!hook) co_return hook.error();
    co_return value_of(
        {{"full_name", row->full_name},
         {"url", hook_url(services, row->hook)},
         {"hook_id", std::to_string(hook->id)},
         {"found", !hook->is_new}}
    );
}

/// What signs the App's deliveries: of the App made here, else the configuration's.
Result<Secret> find_app_secret(const Services& services, store::Connection& db) {
    if (services.app_is_configured) return services.server_hook_secret;
    const auto row = store::find_forge_app(db);
    if (!row) return not_found("this server has no GitHub App: make one at /connect/github");
    auto keys = access::open_forge_app(services.sealer, *row);
    if (!keys) return keys.error();
    return std::move(keys->webhook_secret);
}

Task<Result<json>> mend_app(Services& services) {
    if (const auto reached = check_reached(services); !reached) co_return reached.error();
    auto find = [&](store::Connection& db) { return find_app_secret(services, db); };
    auto finding = services.database.read(find);
    const auto secret = co_await std::move(finding);
    if (!secret) co_return secret.error();
    if (services.forge_app == nullptr) {
        co_return Error{Code::unavailable, "no server is running: systemctl start triphammer"};
    }
    if (secret->empty()) co_return invalid("the App's hook needs github.webhook_secret");
    const auto url = server_hook_url(services);
    const json config{
        {"url", url},
        {"content_type", "json"},
        {"secret", secret->reveal()},
        {"insecure_ssl", "0"}};
    auto setting = services.forge_app->patch("/app/hook/config", config.dump());
    const auto answer = co_await std::move(setting);
    if (!answer) co_return answer.error();
    if (answer->status != 200) {
        co_return github::explain_refusal(*answer, "the App's hook", "the App itself");
    }
    co_return value_of({{"url", url}});
}

}  // namespace

Answer mend_hook(Services& services, Call call) {
    const auto name = call.parameter(0) + "/" + call.parameter(1);
    auto mending = mend(services, call, name);
    const auto mended = co_await std::move(mending);
    auto recording =
        record_outside(services, call, {"repository.mend-hook", name}, outcome_of(mended));
    const auto recorded = co_await std::move(recording);
    co_return recorded ? reply(mended) : http::make_error(recorded.error());
}

Answer mend_app_hook(Services& services, Call call) {
    auto mending = mend_app(services);
    const auto mended = co_await std::move(mending);
    auto recording = record_outside(services, call, {"github-app.mend-hook"}, outcome_of(mended));
    const auto recorded = co_await std::move(recording);
    co_return recorded ? reply(mended) : http::make_error(recorded.error());
}

}  // namespace triphammer::api
