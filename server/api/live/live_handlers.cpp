#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/live/handlers.hpp"
#include "api/live/live_hub.hpp"
#include "api/live/live_text.hpp"
#include "api/live/log_position.hpp"
#include "base/task_group.hpp"
#include "base/text.hpp"
#include "store/sqlite/database.hpp"

#include <boost/asio/this_coro.hpp>
#include <nlohmann/json.hpp>

namespace triphammer::api {

using nlohmann::json;

namespace {

constexpr std::chrono::seconds kPing{20};

/// A page's request: its whole subscription and the last number it has seen.
struct Subscription {
    std::set<std::string> topics;
    std::int64_t last = 0;
};

std::optional<Subscription> read_subscription(const std::string& text) {
    const auto message = json::parse(text, nullptr, false);
    if (!message.is_object()) return {};
    const auto topics = message.find("sub");
    if (topics == message.end() || !topics->is_array() || topics->size() > 64) return {};
    Subscription out;
    for (const auto& topic : *topics) {
        if (!topic.is_string() || topic.get_ref<const std::string&>().size() > 200) return {};
        out.topics.insert(topic.get<std::string>());
    }
    const auto last = message.find("last");
    if (last != message.end() && last->is_number_integer()) out.last = last->get<std::int64_t>();
    return out;
}

std::string hello_text(const Services& services, const access::Principal& who) {
    return json{
        {"type", "hello"},
        {"seq", services.live.seq()},
        {"actor", who.actor},
        {"role", access::name_of(who.role)},
        {"version", services.version}}
        .dump();
}

Task<> send_messages(
    std::shared_ptr<Follower> follower, http::WebSocket& socket, std::string hello
) {
    auto first = socket.write(std::move(hello));
    auto sent = co_await std::move(first);
    while (sent && !follower->closed()) {
        auto waiting = follower->next(kPing);
        auto text = co_await std::move(waiting);
        if (follower->closed()) break;
        if (text.empty()) text = R"({"type":"ping"})";
        auto writing = socket.write(std::move(text));
        sent = co_await std::move(writing);
    }
    follower->close();
    socket.abort();
}

/// What the followed logs are now; their growth follows by itself.
Task<> send_positions(
    Services& services, std::shared_ptr<Follower> follower, std::set<std::string> topics
) {
    for (const auto& topic : topics) {
        if (!topic.starts_with("log:")) continue;
        auto asked = find_log_position(services, topic);
        const auto growth = co_await std::move(asked);
        if (growth) follower->show(*growth);
    }
}

/// Takes the logs of repositories that `who` may not see out of `topics`.
Task<> hide_logs(Services& services, const access::Principal& who, std::set<std::string>& topics) {
    if (access::sees_all(who)) co_return;
    auto hide = [&](store::Connection& db) -> Result<> {
        std::erase_if(topics, [&](const std::string& topic) {
            if (!topic.starts_with("log:")) return false;
            const auto repository = repository_of_log(db, topic);
            return !repository || !access::is_allowed(who, access::Role::viewer, *repository);
        });
        return {};
    };
    auto hiding = services.database.read(hide);
    if (const auto hidden = co_await std::move(hiding); !hidden) topics.clear();
}

Task<> read_messages(
    Services& services,
    access::Principal who,
    std::shared_ptr<Follower> follower,
    http::WebSocket& socket
) {
    for (;;) {
        auto reading = socket.read();
        const auto message = co_await std::move(reading);
        if (!message || !*message || follower->closed()) co_return;
        auto wanted = read_subscription(**message);
        if (!wanted) continue;  // a pong, or a word of a newer page
        auto hiding = hide_logs(services, who, wanted->topics);
        co_await std::move(hiding);
        auto logs = wanted->topics;
        auto subscribing = follower->subscribe(std::move(wanted->topics), wanted->last);
        co_await std::move(subscribing);
        auto showing = send_positions(services, follower, std::move(logs));
        co_await std::move(showing);
        auto counting = follower->show_counts();
        co_await std::move(counting);
    }
}

Task<> serve_socket(
    Services& services, access::Principal who, std::unique_ptr<http::WebSocket> socket
) {
    const auto follower = services.live.follow(who);
    TaskGroup writer{co_await boost::asio::this_coro::executor, {}};
    writer.spawn("live", send_messages(follower, *socket, hello_text(services, who)));
    auto reading = read_messages(services, who, follower, *socket);
    co_await std::move(reading);
    follower->close();
    socket->abort();
    auto joined = writer.join();
    co_await std::move(joined);
}

/// The plain stream for scripts: every change as one event, with its number as the id.
Task<> send_events(
    Services& services, access::Principal who, std::int64_t last, http::BodyWriter& writer
) {
    const auto follower = services.live.follow(std::move(who));
    std::set<std::string> topics{
        "runs", "deliveries", "deployments", "repositories", "pipelines", "environments"};
    auto subscribing = follower->subscribe(std::move(topics), last);
    co_await std::move(subscribing);
    for (;;) {
        auto waiting = follower->next(kPing);
        const auto text = co_await std::move(waiting);
        if (follower->closed()) co_return;
        std::string event = ": ping\n\n";
        if (!text.empty()) {
            const auto message = json::parse(text, nullptr, false);
            event = "id: " + std::to_string(message.value("seq", std::int64_t{0})) +
                    "\ndata: " + text + "\n\n";
        }
        auto writing = writer.write(std::move(event));
        const auto sent = co_await std::move(writing);
        if (!sent) co_return;
    }
}

bool is_own_page(const Services& services, const http::Request& request) {
    const auto origin = request.headers.find("Origin");
    if (!origin) return true;  // not a browser
    const std::string host{request.headers.find("Host").value_or("")};
    return *origin == services.base_url || *origin == "http://" + host ||
           *origin == "https://" + host;
}

}  // namespace

Answer live_socket(Services& services, Call call) {
    if (!call.request.headers.has_token("Upgrade", "websocket")) {
        co_return http::make_error(
            426, "invalid", "this path speaks WebSocket; scripts use /api/v1/events"
        );
    }
    if (!is_own_page(services, call.request)) {
        co_return http::make_error(403, "refused", "the Origin of this request is not this server");
    }
    http::Response response{101};
    http::WebSocketUpgrade upgrade;
    upgrade.run = [&services, who = call.who](std::unique_ptr<http::WebSocket> socket) {
        return serve_socket(services, who, std::move(socket));
    };
    response.body = std::move(upgrade);
    co_return response;
}

Answer live_events(Services& services, Call call) {
    const auto header = call.request.headers.find("Last-Event-ID");
    const auto last = header ? parse_integer(*header) : parse_integer(query_text(call, "last"));
    http::Response response{200};
    response.headers.set("Content-Type", "text/event-stream");
    response.headers.set("Cache-Control", "no-store");
    const auto from = last.value_or(0);
    response.body = http::StreamBody{[&services, who = call.who, from](http::BodyWriter& writer) {
        return send_events(services, who, from, writer);
    }};
    co_return response;
}

}  // namespace triphammer::api
