#pragma once
// What webhooks about check runs and deployments say of whose they are. Source: GitHub's page
// "Webhook events and payloads". Pure.

#include <cstdint>
#include <string>

namespace triphammer::github {

/// Of `check_run` and `check_suite`; empty and 0 where the payload says nothing.
struct CheckMarks {
    std::int64_t id = 0;      // of the check run, or the suite
    std::string app;          // number of the GitHub App that made it
    std::string external_id;  // of a check run
    std::string sha;
    std::string action_asked;  // requested_action: which button
};

/// `event` is check_run or check_suite; `json` gets room behind its end.
CheckMarks read_check_marks(const std::string& event, std::string& json);

/// What Triphammer wrote into the payload of a deployment that it made ("SERVER:17"), of
/// `deployment` and `deployment_status`; empty: it is somebody else's.
std::string read_deployment_mark(std::string& json);

/// The field of a deployment's payload in which that stands.
inline constexpr const char* kDeploymentMark = "triphammer";

}  // namespace triphammer::github
