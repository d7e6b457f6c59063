#pragma once
// One connection: heads, routing, bodies, answers, in order, until the end or an upgrade.

#include "base/task_group.hpp"
#include "http/deadlines.hpp"
#include "http/input.hpp"
#include "http/networks.hpp"
#include "http/responder.hpp"
#include "http/server.hpp"
#include "http/transport.hpp"

#include <memory>
#include <optional>
#include <string>

namespace triphammer::http {

/// What all sessions of a server share. Lives longer than they do.
struct Hall {
    Hall(Executor executor, Router& routes, const ServerLimits& bounds);

    Router& router;
    ServerLimits limits;
    Networks proxies;  // whose X-Forwarded-For is believed
    bool proxies_have_tls = false;
    Deadlines deadlines;
    ServerCounters counters;
    TaskGroup upgraded;            // what 101 made of a connection
    std::uint64_t body_bytes = 0;  // whole bodies in memory, all sessions together
    bool stopping = false;
};

class Session {
  public:
    Session(Hall& hall, std::unique_ptr<Transport> transport, Peer peer, std::string listener);

    /// Until the connection is over or upgraded. Throws for cancellation only.
    Task<> run();

    /// The server stops: at once when idle or streaming, else after the answer in progress. Who has
    /// just connected is heard, if that comes soon: the request may be on its way.
    void stop();

  private:
    Task<bool> serve_one();
    Task<std::optional<Checked<ParsedRequest>>> read_head();
    Checked<ParsedRequest> take_head(std::size_t length);
    Task<bool> serve(ParsedRequest parsed);
    Task<bool> answer_early(Response response, const ParsedRequest& parsed, BodyInput& body);
    Task<bool> serve_whole(RouteDecision& decision, ParsedRequest& parsed, BodyInput& body);
    Task<bool> serve_streamed(RouteDecision& decision, ParsedRequest& parsed, BodyInput& body);
    Task<bool> refuse(Response response);
    Task<> linger();
    void watch_body(BodyInput& body);

    RouteDecision route(const RequestHead& head);
    Task<Response> call(Handler& handler, Request request);

    Task<bool> send(Response response, const ParsedRequest& parsed, bool keep);
    Task<Result<bool>> send_safely(Response response, SendOptions options);
    Task<bool> switch_protocol(Response response);
    Task<bool> switch_to_web_socket(Response response, const RequestHead& head);

    Hall& hall_;
    std::unique_ptr<Transport> transport_;
    Peer peer_;
    bool is_only_tls_;  // browsers are told to come by TLS only
    std::string listener_;
    Input input_;
    Deadline deadline_;
    Responder responder_;
    std::size_t window_bytes_ = 0;  // of a body, in the current window
    bool first_ = true;             // no request was read yet
    bool unheard_ = true;           // has sent nothing yet
    bool interruptible_ = false;    // idle, or in the middle of a stream
};

}  // namespace triphammer::http
