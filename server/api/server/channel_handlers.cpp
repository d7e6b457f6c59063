// Who is told of runs, a sample for them, and what could not be sent.
#include "api/call/audit.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/server/handlers.hpp"
#include "report/channels.hpp"
#include "report/notice_writer.hpp"
#include "store/outbox_store.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using nlohmann::json;

namespace {

constexpr std::size_t kMostMessages = 100;

json channel_json(store::Connection& db, const report::ChannelSettings& channel) {
    const auto key = report::channel_key(channel.name);
    return {
        {"name", channel.name},
        {"type", channel.type},
        {"on", channel.on.empty() ? std::vector<std::string>{"failed", "recovered"} : channel.on},
        {"repositories", channel.repositories},
        {"pending", store::count_messages(db, "pending", key)},
        {"dead", store::count_messages(db, "dead", key)}};
}

json message_json(const store::ListedMessage& listed) {
    const auto& message = listed.message;
    return {
        {"id", std::to_string(message.id)},
        {"channel", message.channel},
        {"repository", listed.repository},
        {"subject", message.subject},
        {"state", listed.state},
        {"tries", message.tries},
        {"error", message.error.empty() ? json{} : json(message.error)},
        {"created_at", to_rfc3339(message.created_at)},
        {"next_at", listed.finished_at ? json{} : json(to_rfc3339(message.next_at))},
        {"finished_at", listed.finished_at ? json(to_rfc3339(*listed.finished_at)) : json{}}};
}

http::Response needs_daemon() {
    return http::make_error(Error{
        Code::unavailable, "only a running server has channels; start triphammer serve"});
}

}  // namespace

Answer list_channels(Services& services, Call) {
    if (services.channels == nullptr) co_return needs_daemon();
    auto list = [&](store::Connection& db) -> Result<json> {
        auto items = json::array();
        for (const auto& target : services.channels->list()) {
            items.push_back(channel_json(db, target->settings()));
        }
        return value_of({{"items", items}, {"next", nullptr}});
    };
    auto listing = services.database.read(list);
    const auto listed = co_await std::move(listing);
    co_return reply(listed);
}

Answer test_channel(Services& services, Call call) {
    if (services.channels == nullptr) co_return needs_daemon();
    auto testing = services.channels->test(call.parameter(0));
    const auto tested = co_await std::move(testing);
    auto recording = record_outside(services, call, {"channel.test", call.parameter(0)}, tested);
    co_return reply_empty(co_await std::move(recording));
}

Answer list_messages(Services& services, Call call) {
    const auto state = query_text(call, "state");
    const auto channel = query_text(call, "channel");
    auto list = [&](store::Connection& db) -> Result<json> {
        auto items = json::array();
        for (const auto& one : store::list_messages(db, state, channel, kMostMessages)) {
            items.push_back(message_json(one));
        }
        return value_of({{"items", items}, {"next", nullptr}});
    };
    auto listing = services.database.read(list);
    const auto listed = co_await std::move(listing);
    co_return reply(listed);
}

Answer redeliver_message(Services& services, Call call) {
    const auto id = id_of(call.parameter(0));
    if (!id) co_return http::make_error(id.error());
    auto redeliver = [&](store::Transaction& tx) {
        record(tx, call, {"message.redeliver", call.parameter(0)});
        return store::redeliver_message(tx, *id);
    };
    auto writing = services.database.write(redeliver);
    const auto done = co_await std::move(writing);
    if (done && services.on_outbox) services.on_outbox();
    co_return reply_empty(done);
}

}  // namespace triphammer::api
