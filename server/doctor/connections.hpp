#pragma once
// The way out and the way in: names, GitHub's API with what it says of the clock, the token and the
// App, and the address under which people and webhooks come.

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "base/task.hpp"
#include "doctor/finding.hpp"
#include "github/app.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace triphammer::doctor {

struct ConnectionQuestion {
    github::ApiSettings api;
    std::optional<github::AppIdentity> app;
    std::string listen;
    std::string public_url;    // empty: not said
    bool polls = false;        // github.mode: poll
    bool ends_tls = false;     // itself
    bool has_proxies = false;  // trusted_proxies
};

struct ApiFacts {
    std::string name_failure;                   // of the API's host
    int status = 0;                             // of GET /rate_limit; 0: no answer
    Error error;                                // why there was none
    std::optional<std::chrono::seconds> ahead;  // of GitHub's clock, ours
    std::optional<std::string> scopes;          // of a classic token
    std::optional<TimePoint> expires_at;        // of the token
    std::optional<std::int64_t> remaining;      // requests until the limit
};

struct Connections {
    ApiFacts api;
    int app_status = 0;         // of GET /app; 0: not asked, or:
    std::string app_error;      // why it could not be
    std::string public_answer;  // of GET PUBLIC_URL/healthz: "ok", or what else came
    TimePoint now;
};

/// Blocks while the resolver does; the API is asked on the logic thread.
std::string resolve_failure(const std::string& host);
/// At most ten seconds for each of three requests, which go out one after the other.
Task<Connections> ask(ConnectionQuestion question, std::string name_failure, const Clock& clock);

/// Pure.
Findings examine(const Connections& facts, const ConnectionQuestion& question);

}  // namespace triphammer::doctor
