#pragma once
// A forge on loopback that a target talks to through a GitHub App, installed everywhere with every
// right that tests need. What it answers to the target's own requests is the test's.

#include "github/clients.hpp"
#include "http/server.hpp"
#include "store/sample_database.hpp"
#include "support/run_task.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <string>
#include <vector>

namespace triphammer::testing {

struct ForgeRequest {
    http::Method method = http::Method::get;
    std::string path;  // with its query
    nlohmann::json body;
};

class Forge final : public http::Router {
  public:
    using Answer = std::function<http::Response(const ForgeRequest&)>;

    explicit Forge(Answer answer) : answer_{std::move(answer)} {}

    http::RouteDecision route(const http::RequestHead& head) override;

    std::vector<ForgeRequest> asked;  // by the target
    bool has_app = true;

    /// The requests that change something: "POST /repos/o/r/…".
    std::vector<std::string> changes() const;

  private:
    http::Response answer(const ForgeRequest& request);

    Answer answer_;
};

/// Runs `talk` with the forge listening; what it answered.
using Talk = std::function<Task<Result<github::ApiAnswer>>(github::Clients&)>;
Result<github::ApiAnswer> talk_to(Forge& forge, const Clock& clock, Talk talk);

}  // namespace triphammer::testing
