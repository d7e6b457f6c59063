#pragma once
// One service of AWS in one region: signs each call, repeats what may work a moment later, and
// corrects once for a clock that is wrong.

#include "aws/failure.hpp"
#include "aws/service.hpp"
#include "base/random.hpp"
#include "base/task.hpp"

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace triphammer::aws {

/// What a service said: its body, or why not.
struct Reply {
    std::string body;
    std::optional<Failure> failure;
};

struct ClientSettings {
    Service service;
    std::string region;
    http::Url endpoint;                      // find_endpoint
    std::optional<Credentials> credentials;  // none: calls are not signed
    std::filesystem::path ca_file;           // trusted issuers; empty: the system's
    int attempts = 3;                        // of one call, the first one included
    Milliseconds first_pause{1000};          // the most that is waited before the second one
};

/// A value; on the logic thread. `clock` and `random` outlive it.
class Client {
  public:
    Client(ClientSettings settings, const Clock& clock, Random& random);

    /// JSON protocol. An error means that the service was not reached or did not speak it; what
    /// it refused is in the reply. Codes are those of http::Client.
    Task<Result<Reply>> send(std::string operation, std::string body) const;
    /// The same where a refusal is an error too: "ECS DescribeServices: …".
    Task<Result<nlohmann::json>> call(std::string operation, nlohmann::json input) const;

    using Form = std::vector<std::pair<std::string, std::string>>;
    /// Query protocol; the body is XML.
    Task<Result<Reply>> send_form(std::string operation, Form form) const;

    const ClientSettings& settings() const { return settings_; }

  private:
    Task<Result<Reply>> send_repeatedly(http::Call call) const;

    ClientSettings settings_;
    const Clock& clock_;
    Random& random_;
};

/// How long to wait before attempt `next` (2, 3, …): at random below `first`, twice that and so on,
/// at most 20 s.
Milliseconds pause_before(int next, Milliseconds first, Random& random);

/// A refusal as an error that a person can use.
Error to_error(const Service& service, const std::string& operation, const Failure& failure);

}  // namespace triphammer::aws
