#pragma once
// The self-contained document that a runner gets in `welcome`: everything it needs for one attempt,
// no database, no configuration. It is made by launch/ when a runner attaches and written nowhere:
// it holds secrets.

#include "base/result.hpp"
#include "base/secret.hpp"
#include "model/workflow.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace triphammer::model {

/// Where steps run.
struct ExecutorSpec {
    std::string kind = "host";     // host | docker
    std::string image;             // for docker
    std::string docker_host;       // unix:///var/run/docker.sock
    std::string label;             // the runs-on label that chose it, for the job's first log line
    std::int64_t keep_images = 0;  // of one image job that pushes, on the engine; 0: all
    bool open_builds = false;      // BuildKit's commands have the engine's network
};

struct SourceSpec {
    std::string repository;  // OWNER/NAME
    std::string sha;
    std::string ref;
};

struct NamedSecret {
    std::string name;
    Secret value;
};

/// For deploy jobs: the ledger row, what it replaces, and which effects are already recorded. Made
/// by deployments/ (make_spec), read by the driver.
struct DeploymentSpec {
    std::string id;
    std::string environment;
    /// {"id", "image", "digest", "target_ids": {…}} of what serves now; "null" where nothing does.
    std::string previous_json = "null";
    /// [{"n", "kind", "target", "state", "fence", "idem", "ids": {…}}], oldest first.
    std::string effects_json = "[]";
    /// {digest: open | ok | failed}: for which versions of the service `before` was begun.
    std::string migrations_json = "{}";
    std::int64_t losses = 0;   // runners that this deployment has lost so far
    std::string switch_image;  // the nginx that owns the ports; empty: the driver's default
};

struct JobDocument {
    std::int64_t fence = 0;
    std::string server_id;  // labels every engine object
    std::string run_id;
    std::int64_t run_number = 0;
    std::int64_t run_attempt = 1;
    std::string job_id;
    std::string workflow;
    JobDefinition job;
    Pairs workflow_env;
    Defaults workflow_defaults;
    ExecutorSpec executor;
    SourceSpec source;
    bool from_fork = false;  // the commit is a stranger's: a pull request from a fork
    std::string contexts_json;  // {"github": …, "needs": …, "vars": …, "inputs": …, "strategy": …,
                                // "matrix": …}
    std::vector<NamedSecret> secrets;
    std::string token_note;  // what GITHUB_TOKEN is, for the first lines; empty: as the secrets say
    std::int64_t token_expires_at = 0;  // unix milliseconds; 0: it does not, or there is none
    std::int64_t timeout_seconds = 6 * 3600;
    std::int64_t grace_seconds = 10;           // between TERM and KILL
    std::int64_t log_limit_bytes = 2LL << 30;  // of one step; then it ends with a marker
    DeploymentSpec deployment;
};

void to_json(nlohmann::json& out, const JobDocument& document);
void from_json(const nlohmann::json& in, JobDocument& document);

}  // namespace triphammer::model
