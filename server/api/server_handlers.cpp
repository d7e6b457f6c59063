#include "api/handlers.hpp"
#include "api/openapi.hpp"
#include "api/reply.hpp"
#include "api/services.hpp"
#include "store/backup.hpp"
#include "store/database.hpp"
#include "store/meta_store.hpp"
#include "workflow/schema/json_schema.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using nlohmann::json;

namespace {

/// "jobs.queued" → triphammer_jobs{state="queued"}
void append_counter(std::string& out, const std::string& name, std::int64_t value) {
    const auto dot = name.find('.');
    const auto noun = name.substr(0, dot);
    out += "triphammer_" + noun;
    if (dot != std::string::npos) out += "{state=\"" + name.substr(dot + 1) + "\"}";
    out += " " + std::to_string(value) + "\n";
}

void append_gauge(std::string& out, const std::string& name, double value) {
    char number[40];
    std::snprintf(number, sizeof number, "%.9g", value);
    out += name + " " + number + "\n";
}

}  // namespace

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

Answer show_metrics(Services& services, Call) {
    auto list = [](store::Connection& connection) -> Result<std::map<std::string, std::int64_t>> {
        return store::list_counters(connection);
    };
    auto listed = services.database.read(list);
    const auto counters = co_await std::move(listed);
    if (!counters) co_return http::make_error(counters.error());
    std::string out;
    for (const auto& [name, value] : *counters) append_counter(out, name, value);
    append_gauge(out, "triphammer_wal_bytes", static_cast<double>(services.database.wal_bytes()));
    if (services.gauges) {
        for (const auto& [name, value] : services.gauges()) append_gauge(out, name, value);
    }
    co_return http::make_text(200, std::move(out), "text/plain; version=0.0.4; charset=utf-8");
}

Answer openapi(Services& services, Call) {
    co_return http::make_json(200, openapi_text(services.version));
}

Answer show_workflow_schema(Services&, Call) {
    co_return http::make_json(200, workflow::json_schema_text());
}

Answer show_server(Services& services, Call) {
    co_return reply(200, json{{"version", services.version}, {"url", services.base_url}});
}

Answer back_up(Services& services, Call call) {
    const auto body = read_object(call);
    if (!body) co_return http::make_error(body.error());
    const auto file = text_field(*body, "file");
    if (!file) co_return http::make_error(file.error());
    auto copy = [&](store::Connection& connection) { return store::back_up(connection, *file); };
    auto copied = services.database.read(copy);
    const auto done = co_await std::move(copied);
    co_return reply_empty(done);
}

}  // namespace triphammer::api
