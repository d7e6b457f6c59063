#pragma once
// The door: POST /webhooks/github/HOOK and /webhooks/github. Answers 202 when the delivery is on
// disk, and never before. Between the first byte and the answer nothing calls git or the network.
//
//   head ─▶ signature's form ─▶ body ─▶ signature ─▶ headers, fields ─▶ whose ─▶ commit ─▶ 202 |
//   200
//           401 (body unread)   413     401          400                403      503
//
// What is wrong is 401 each time, whoever asks how often (docs/adr/0080).

#include "base/clock.hpp"
#include "base/histogram.hpp"
#include "base/random.hpp"
#include "base/thread.hpp"
#include "http/server.hpp"
#include "intake/catch_up.hpp"
#include "intake/hook_book.hpp"
#include "intake/refusal_log.hpp"
#include "model/event.hpp"
#include "store/forge/delivery_store.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace triphammer::intake {

struct ReceiverSettings {
    std::uint64_t max_body = 26'214'400;  // bytes; GitHub sends no more (25 MB)
    std::int64_t keep_refused = 10'000;   // rows
    std::filesystem::path spool;  // folder for large bodies whose signature is not known yet
};

struct ReceiverCounters {
    std::uint64_t accepted = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t refused = 0;
    std::uint64_t failed = 0;  // 503: nothing was kept
};

class Receiver final : public DeliveryTaker {
  public:
    /// Everything given outlives this object. All calls on the logic thread; bodies over 64 KiB are
    /// hashed and scanned on `hashing`.
    struct Parts {
        Executor executor;
        store::Database& database;
        HookSource& hooks;
        NamedThread& hashing;
        Random& random;
        const Clock& clock;
        /// The disk is full. True: there is more room now, try again.
        std::function<bool()> make_room = {};
    };

    /// Of whose repository a pending delivery was committed; none: not known.
    using OnAccepted = std::function<void(model::RepositoryId)>;

    Receiver(Parts parts, ReceiverSettings settings, OnAccepted on_accepted);

    /// For targets below /webhooks/; also says 404 and 405 there.
    http::RouteDecision route(const http::RequestHead& head);

    /// One that was fetched from the forge's own log, whose word stands for the signature.
    Task<int> take(std::string hook, github::DeliveryText delivery) override;

    /// Lists the last refusals, then ends; requests must have ended before.
    Task<> stop();

    const ReceiverCounters& counters() const { return counters_; }

    /// From a request's head to its answer.
    const Histogram& latency() const { return latency_; }

  private:
    struct Incoming;

    Task<http::Response> time(Instant began, Task<http::Response> receiving);
    Task<http::Response> receive_small(http::Request request);
    Task<http::Response> receive_large(http::Request request);
    Task<http::Response> receive_spooled(http::Request& request, Incoming& incoming);
    Task<Result<std::shared_ptr<const Hook>>> find_hook(const Incoming& incoming);
    Task<http::Response> accept(Incoming incoming, std::string body);
    Task<Result<model::Event>> scan(const Incoming& incoming, std::string& body);
    Task<http::Response> commit(Incoming incoming, model::Event event, std::string body);

    http::Response answer(const Incoming& incoming, const store::Appended& appended);
    http::Response deny(const http::RequestHead& head, const char* reason);
    http::Response refuse(const Incoming& incoming, int status, const std::string& reason);
    http::Response fail(const Error& error);
    void note(const http::RequestHead& head, const std::string& reason, std::uint64_t body_bytes);

    Parts parts_;
    ReceiverSettings settings_;
    OnAccepted on_accepted_;
    Secret decoy_;  // what unknown hooks are checked against, so that they take as long
    RefusalLog refusals_;
    ReceiverCounters counters_;
    Histogram latency_{{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30}};
    std::size_t large_ = 0;  // being received
};

}  // namespace triphammer::intake
