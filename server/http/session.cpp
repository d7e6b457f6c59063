#include "http/session.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "http/response_head.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <exception>

namespace triphammer::http {

using namespace std::chrono_literals;

namespace {

// What a client that was answered before its body ended may still send, so that it reads the answer
// instead of a reset.
constexpr std::uint64_t kLingerBytes = 32 * 1024 * 1024;
constexpr auto kLingerTime = 5s;
constexpr const char* kOnlyTls = "max-age=31536000";  // seconds; RFC 6797
constexpr auto kFirstWord = 1s;                       // once the server stops
constexpr std::size_t kInputExtra = 4096;             // behind the largest head

HeadLimits head_limits(const ServerLimits& limits) {
    return {limits.max_headers, limits.max_head_bytes, limits.max_target_bytes};
}

BodyEnd body_end_of(const RequestHead& head) {
    if (head.chunked) return BodyEnd::chunked;
    return head.content_length ? BodyEnd::length : BodyEnd::none;
}

Response make_refusal(const Refusal& refusal) {
    auto response = make_error(refusal.status, "bad_request", refusal.message);
    if (refusal.status == 405) response.headers.add("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE");
    return response;
}

Response make_body_refusal(const Error& error) {
    if (error.code == Code::protocol) return make_error(400, "bad_request", error.message);
    return make_error(error);
}

bool is_cancellation(const std::exception& error) {
    const auto* system = dynamic_cast<const boost::system::system_error*>(&error);
    return system != nullptr && system->code() == boost::asio::error::operation_aborted;
}

Response report_failure(const std::string& target, const std::string& what) {
    log::error("a request failed", {{"target", target}, {"error", what}});
    return make_error(500, "internal", "the server failed on this request; its log says why");
}

/// The head goes with the request, unless a handshake needs it again.
Request take_request(ParsedRequest& parsed, std::string body) {
    Request request;
    const bool upgrade = parsed.head.headers.find("Upgrade").has_value();
    auto& head = static_cast<RequestHead&>(request);
    if (upgrade) {
        head = parsed.head;
    } else {
        head = std::move(parsed.head);
    }
    request.body = std::move(body);
    return request;
}

/// Counts whole bodies in memory for as long as their request lives.
class BodyCharge {
  public:
    explicit BodyCharge(Hall& hall) : hall_{hall} {}

    ~BodyCharge() { hall_.body_bytes -= bytes_; }

    BodyCharge(const BodyCharge&) = delete;
    BodyCharge& operator=(const BodyCharge&) = delete;

    bool try_add(std::size_t bytes) {
        if (hall_.body_bytes + bytes > hall_.limits.max_body_memory) return false;
        hall_.body_bytes += bytes;
        bytes_ += bytes;
        return true;
    }

  private:
    Hall& hall_;
    std::uint64_t bytes_ = 0;
};

Task<Result<std::string>> read_charged(BodyInput& body, BodyCharge& charge) {
    std::string all;
    while (!body.is_done()) {
        auto piece = co_await body.read();
        if (!piece) co_return piece;
        if (!charge.try_add(piece->size())) {
            co_return Error{Code::unavailable, "too many bodies at once; send it again"};
        }
        if (all.empty()) {
            all = std::move(*piece);
        } else {
            all += *piece;
        }
    }
    co_return all;
}

/// A body that the handler reads itself; what the client is told of before the first read.
class SessionBody final : public BodyReader {
  public:
    SessionBody(BodyInput& body, Responder& responder, bool wants_continue)
        : body_{body}, responder_{responder}, wants_continue_{wants_continue} {}

    Task<Result<std::string>> read() override {
        if (std::exchange(wants_continue_, false)) {
            auto told = co_await responder_.write("HTTP/1.1 100 Continue\r\n\r\n");
            if (!told) co_return told.error();
        }
        co_return co_await body_.read();
    }

  private:
    BodyInput& body_;
    Responder& responder_;
    bool wants_continue_;
};

Task<> run_upgraded(Upgrade upgrade, std::unique_ptr<Stream> stream) {
    auto running = upgrade.run(std::move(stream));
    co_await std::move(running);
}

Task<> run_web_socket(WebSocketUpgrade upgrade, std::unique_ptr<WebSocket> socket) {
    auto running = upgrade.run(std::move(socket));
    co_await std::move(running);
}

void tell_upgrade_failure(const std::string& name, const std::string& what) {
    log::error("a connection failed", {{"kind", name}, {"error", what}});
}

}  // namespace

Hall::Hall(Executor executor, Router& routes, const ServerLimits& bounds)
    : router{routes},
      limits{bounds},
      deadlines{executor, bounds.tick},
      upgraded{executor, tell_upgrade_failure} {}

Session::Session(Hall& hall, std::unique_ptr<Transport> transport, Peer peer, std::string listener)
    : hall_{hall},
      transport_{std::move(transport)},
      peer_{std::move(peer)},
      is_only_tls_{peer_.tls || (hall.proxies_have_tls && hall.proxies.contain(peer_.address))},
      listener_{std::move(listener)},
      input_{*transport_, hall.limits.max_head_bytes + kInputExtra},
      deadline_{
          hall.deadlines,
          [this] {
              ++hall_.counters.cut;
              if (transport_) transport_->close();
          }},
      responder_{*transport_, deadline_, hall.limits} {}

Task<> Session::run() {
    bool again = co_await serve_one();
    while (again && !hall_.stopping) again = co_await serve_one();
    if (transport_) transport_->close();
}

void Session::stop() {
    if (interruptible_ && transport_) transport_->close();
    if (unheard_) deadline_.set(kFirstWord);
}

Task<bool> Session::serve_one() {
    auto parsed = co_await read_head();
    if (!parsed) co_return false;
    ++hall_.counters.requests;
    if (!*parsed) {
        ++hall_.counters.refused_framing;
        co_return co_await refuse(make_refusal(parsed->error()));
    }
    co_return co_await serve(std::move(**parsed));
}

Task<std::optional<Checked<ParsedRequest>>> Session::read_head() {
    HeadScanner scanner{head_limits(hall_.limits)};
    interruptible_ = input_.bytes().empty() && !std::exchange(first_, false);
    deadline_.set(interruptible_ ? hall_.limits.idle_deadline : hall_.limits.head_deadline);
    if (unheard_ && hall_.stopping) deadline_.set(kFirstWord);
    for (;;) {
        auto found = scanner.scan(input_.bytes());
        if (!found) co_return Checked<ParsedRequest>{found.error()};
        if (*found) co_return take_head(**found);
        auto count = co_await input_.fill();
        if (!count || *count == 0) co_return std::nullopt;
        const bool begins = std::exchange(interruptible_, false);
        if (std::exchange(unheard_, false) || begins) deadline_.set(hall_.limits.head_deadline);
    }
}

Checked<ParsedRequest> Session::take_head(std::size_t length) {
    deadline_.clear();
    auto parsed = parse_request_head(input_.bytes().substr(0, length), head_limits(hall_.limits));
    input_.consume(length);
    if (!parsed) return parsed;
    parsed->head.peer = peer_;
    parsed->head.peer.address = find_client(parsed->head, hall_.proxies);
    parsed->head.listener = listener_;
    return parsed;
}

Task<bool> Session::serve(ParsedRequest parsed) {
    auto decision = route(parsed.head);
    const auto length = parsed.head.content_length.value_or(0);
    BodyInput body{input_, body_end_of(parsed.head), length, decision.body_limit};
    watch_body(body);
    if (!decision.early && length > decision.body_limit) {
        decision.early = make_error(413, "too_large", "the body is larger than allowed here");
    }
    if (decision.early) {
        co_return co_await answer_early(std::move(*decision.early), parsed, body);
    }
    if (decision.streamed) co_return co_await serve_streamed(decision, parsed, body);
    co_return co_await serve_whole(decision, parsed, body);
}

Task<bool> Session::answer_early(Response response, const ParsedRequest& parsed, BodyInput& body) {
    const auto length = parsed.head.content_length.value_or(0);
    const bool here = !parsed.head.chunked && length <= input_.bytes().size();
    if (here) input_.consume(static_cast<std::size_t>(length));
    const bool keep = parsed.keep_alive && (here || body.is_done());
    const bool again = co_await send(std::move(response), parsed, keep);
    if (!again && !here) co_await linger();
    co_return again;
}

Task<bool> Session::serve_whole(RouteDecision& decision, ParsedRequest& parsed, BodyInput& body) {
    if (parsed.expects_continue && input_.bytes().empty() && !body.is_done()) {
        auto told = co_await responder_.write("HTTP/1.1 100 Continue\r\n\r\n");
        if (!told) co_return false;
    }
    BodyCharge charge{hall_};
    auto whole = co_await read_charged(body, charge);
    deadline_.clear();
    if (!whole) co_return co_await refuse(make_body_refusal(whole.error()));
    auto request = take_request(parsed, std::move(*whole));
    auto response = co_await call(decision.handler, std::move(request));
    co_return co_await send(std::move(response), parsed, parsed.keep_alive);
}

Task<bool> Session::serve_streamed(
    RouteDecision& decision, ParsedRequest& parsed, BodyInput& body
) {
    const bool wants_continue = parsed.expects_continue && input_.bytes().empty();
    SessionBody reader{body, responder_, wants_continue};
    auto request = take_request(parsed, std::string{});
    request.reader = &reader;
    auto response = co_await call(decision.handler, std::move(request));
    deadline_.clear();
    const bool again =
        co_await send(std::move(response), parsed, parsed.keep_alive && body.is_done());
    if (!again && !body.is_done()) co_await linger();
    co_return again;
}

Task<bool> Session::refuse(Response response) {
    SendOptions options;
    options.keep = false;
    auto sent = co_await responder_.send(std::move(response), options);
    if (sent) co_await linger();
    co_return false;
}

Task<> Session::linger() {
    if (!transport_) co_return;
    auto closed = co_await transport_->shutdown();
    if (!closed) co_return;
    deadline_.set(kLingerTime);
    std::uint64_t taken = 0;
    while (taken < kLingerBytes) {
        input_.consume(input_.bytes().size());
        auto count = co_await input_.fill();
        if (!count || *count == 0) co_return;
        taken += *count;
    }
}

void Session::watch_body(BodyInput& body) {
    if (body.is_done()) return;
    window_bytes_ = 0;
    deadline_.set(hall_.limits.body_window);
    // 1 kB/s, less what the coarse deadline takes off the window.
    const auto wanted = static_cast<std::size_t>(hall_.limits.body_window * 9 / 10 / 1ms);
    body.on_bytes([this, wanted](std::size_t count) {
        window_bytes_ += count;
        if (window_bytes_ < wanted) return;
        window_bytes_ = 0;
        deadline_.set(hall_.limits.body_window);
    });
}

RouteDecision Session::route(const RequestHead& head) {
    try {
        return hall_.router.route(head);
    } catch (const std::exception& error) {
        RouteDecision failed;
        failed.early = report_failure(head.target, error.what());
        return failed;
    }
}

Task<Response> Session::call(Handler& handler, Request request) {
    const std::string target = request.target;
    std::string failure;
    try {
        auto answering = handler(std::move(request));
        co_return co_await std::move(answering);
    } catch (const std::exception& error) {
        if (is_cancellation(error)) throw;
        failure = error.what();
    }
    co_return report_failure(target, failure);
}

Task<bool> Session::send(Response response, const ParsedRequest& parsed, bool keep) {
    if (is_only_tls_) response.headers.set("Strict-Transport-Security", kOnlyTls);
    if (std::holds_alternative<Upgrade>(response.body)) {
        co_return co_await switch_protocol(std::move(response));
    }
    if (std::holds_alternative<WebSocketUpgrade>(response.body)) {
        co_return co_await switch_to_web_socket(std::move(response), parsed.head);
    }
    interruptible_ = std::holds_alternative<StreamBody>(response.body);
    SendOptions options;
    options.without_body = parsed.is_head;
    options.keep = keep && !response.close && !hall_.stopping;
    options.http_1_0 = parsed.http_1_0;
    auto again = co_await send_safely(std::move(response), options);
    co_return again&&* again;
}

/// A producer that throws in the middle of its body cannot be answered any more: the connection
/// ends.
Task<Result<bool>> Session::send_safely(Response response, SendOptions options) {
    std::string failure;
    try {
        co_return co_await responder_.send(std::move(response), options);
    } catch (const std::exception& error) {
        if (is_cancellation(error)) throw;
        failure = error.what();
    }
    log::error("a response failed half-way", {{"error", failure}});
    co_return Error{Code::internal, failure};
}

Task<bool> Session::switch_protocol(Response response) {
    auto upgrade = std::get<Upgrade>(std::move(response.body));
    response.body = std::string{};
    const auto head = make_upgrade_head(response, upgrade.protocol);
    auto written = co_await responder_.write(head);
    if (!written || hall_.stopping) co_return false;
    auto stream = put_back(input_.take_all(), std::move(transport_));
    auto running = run_upgraded(std::move(upgrade), std::move(stream));
    hall_.upgraded.spawn("upgrade", std::move(running));
    co_return false;
}

Task<bool> Session::switch_to_web_socket(Response response, const RequestHead& head) {
    if (!is_web_socket_request(head) || !input_.bytes().empty()) {
        auto refusal = make_error(400, "bad_request", "not a WebSocket handshake");
        co_return co_await refuse(std::move(refusal));
    }
    auto upgrade = std::get<WebSocketUpgrade>(std::move(response.body));
    auto opened = co_await transport_->accept_web_socket(head, upgrade.max_message);
    if (!opened || hall_.stopping) co_return false;
    transport_.reset();
    auto running = run_web_socket(std::move(upgrade), std::move(*opened));
    hall_.upgraded.spawn("websocket", std::move(running));
    co_return false;
}

}  // namespace triphammer::http
