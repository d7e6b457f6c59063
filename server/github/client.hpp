#pragma once
// The forge's REST API (GitHub: "REST API endpoints", "Rate limits for the REST API"), below
// `github.api_url`; a stand-in on loopback may play it.

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/task.hpp"
#include "http/client.hpp"
#include "http/url.hpp"

#include <optional>
#include <string>

namespace triphammer::github {

struct ApiSettings {
    http::Url base;  // https://api.github.com, or https://HOST/api/v3
    Secret token;    // empty: none is sent
    std::filesystem::path ca_file;
    std::uint64_t body_limit = 1024 * 1024;  // bytes of an answer
};

struct ApiAnswer {
    int status = 0;
    http::Headers headers;
    std::string body;
    /// Set where the forge refuses because of a rate limit: nothing may be sent before.
    std::optional<TimePoint> wait_until;
};

struct CommitStatus {
    std::string sha;
    std::string context;
    std::string state;        // error, failure, pending, success
    std::string description;  // at most 140 characters
    std::string target_url;   // may be empty
};

/// When a refused request may be repeated; nothing when the refusal is no rate limit.
std::optional<TimePoint> find_wait(int status, const http::Headers& headers, TimePoint now);

/// "/repos/OWNER/NAME", each part on its own, so that a name cannot become a path.
std::string repository_path(const std::string& repository);

/// All on the logic thread. Errors are http::Client's; a status of 400 and more is an answer.
class Client {
  public:
    /// The clock outlives this object.
    Client(ApiSettings settings, const Clock& clock);

    /// `path` begins with '/' and goes below the base. Follows redirects of the same origin, with
    /// the method kept (a renamed repository); another origin is Code::protocol: it would be handed
    /// the token.
    Task<Result<ApiAnswer>> get(std::string path) const;
    /// 304 where the answer would be the one that had this ETag; empty: whole in any case.
    Task<Result<ApiAnswer>> get(std::string path, std::string etag) const;
    Task<Result<ApiAnswer>> patch(std::string path, std::string json) const;
    Task<Result<ApiAnswer>> post(std::string path, std::string json) const;
    Task<Result<ApiAnswer>> remove(std::string path) const;

    /// `repository` is OWNER/NAME.
    Task<Result<ApiAnswer>> create_status(std::string repository, CommitStatus status) const;

  private:
    Task<Result<ApiAnswer>> send(http::Method method, std::string path, std::string json) const;
    Task<Result<ApiAnswer>> exchange(std::string path, http::Call call) const;
    http::Call make_call(http::Method method, const std::string& json) const;

    ApiSettings settings_;
    const Clock& clock_;
};

}  // namespace triphammer::github
