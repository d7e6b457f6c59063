#include "access/key_rotation.hpp"
#include "api/call/audit.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/server/handlers.hpp"
#include "store/sqlite/backup.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/meta_store.hpp"
#include "workflow/schema/json_schema.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using nlohmann::json;

Answer healthz(Services&, Call) {
    co_return http::make_text(200, "ok\n");
}

/// Ready means: a delivery could be kept now.
Answer readyz(Services& services, Call) {
    const auto reason = services.unready ? services.unready() : std::string{};
    if (!reason.empty()) co_return http::make_error(503, "unavailable", reason);
    auto touch = [](store::Transaction& transaction) -> Result<> {
        store::put_meta(transaction, "last_ready", std::to_string(to_unix_ms(transaction.now())));
        return {};
    };
    auto touched = services.database.write(touch);
    const auto done = co_await std::move(touched);
    if (!done) co_return http::make_error(503, name_of(done.error().code), done.error().message);
    co_return http::make_text(200, "ready\n");
}

Answer show_workflow_schema(Services&, Call) {
    co_return http::make_json(200, workflow::json_schema_text());
}

Answer show_server(Services& services, Call) {
    const auto pause = services.pause_reason ? services.pause_reason() : std::string{};
    json out{{"version", services.version}, {"url", services.base_url}, {"paused", nullptr}};
    if (!pause.empty()) out["paused"] = pause;
    co_return reply(200, out);
}

Answer show_doctor(Services& services, Call call) {
    if (!services.examine) co_return http::make_error(503, "unavailable", "no daemon runs");
    auto examining = services.examine(query_text(call, "fresh") == "true");
    co_return http::make_json(200, co_await std::move(examining));
}

Answer show_forge_doctor(Services& services, Call call) {
    if (!services.examine_forge) co_return http::make_error(503, "unavailable", "no daemon runs");
    auto examining = services.examine_forge(query_text(call, "repository"));
    co_return reply(co_await std::move(examining));
}

Answer back_up(Services& services, Call call) {
    const auto body = read_object(call);
    if (!body) co_return http::make_error(body.error());
    const auto file = text_field(*body, "file");
    if (!file) co_return http::make_error(file.error());
    auto copy = [&](store::Connection& connection) -> Result<> {
        if (access::is_key_changing(connection))
            return conflict("the master key is being changed: a backup of now would need two");
        return store::back_up(connection, *file);
    };
    auto copied = services.database.read(copy);
    const auto done = co_await std::move(copied);
    auto recording = record_outside(services, call, {"server.backup", *file}, done);
    co_return reply_empty(co_await std::move(recording));
}

Answer rotate_key(Services& services, Call call) {
    auto rotating = services.rotation->rotate(call.who.actor);
    const auto count = co_await std::move(rotating);
    auto recording = record_outside(services, call, {"master-key.rotate"}, outcome_of(count));
    const auto recorded = co_await std::move(recording);
    if (!recorded) co_return http::make_error(recorded.error());
    co_return reply(200, json{{"values", *count}});
}

}  // namespace triphammer::api
