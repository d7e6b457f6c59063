#pragma once
// Which jobs GitHub shows as deployments, and what it is told of one.

#include "store/forge/forge_deployment_store.hpp"
#include "store/forge/told_store.hpp"
#include "store/outbox_store.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/run_store.hpp"

#include <string>

namespace triphammer::report {

inline constexpr const char* kDeploymentChannel = "github-deployment";

/// The outbox's row for the deployment that this job is, from its beginning on, and for the one
/// whose place it has taken; nothing where the job names no environment, or says `deployment:
/// false`.
void note_deployment(store::Transaction& tx, const store::RunRow& run, const store::JobRow& job);

struct DeploymentDraft {
    store::ForgeDeploymentRow row;
    store::ToldObject object;  // what GitHub has of it
    std::string sha;
    std::string state;  // queued, in_progress, success, failure, error, inactive
    std::string description;
    std::string log_url;          // may be empty, as the next
    std::string environment_url;  // `environment.url`, where it needs nothing of the job's steps
};

/// As everything is now. Code::invalid for a message of another form, or of a job that is gone.
Result<DeploymentDraft> draft_deployment(
    store::Connection& db, const store::MessageRow& message, const std::string& public_url
);

}  // namespace triphammer::report
