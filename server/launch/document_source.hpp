#pragma once
// Makes the document that a runner gets: job, contexts, secrets, and for a deployment what serves
// now. Runs on the writer thread inside the transaction that lets the runner in.

#include "base/result.hpp"
#include "launch/contexts.hpp"
#include "launch/journal.hpp"
#include "store/runs/run_store.hpp"
#include "store/sqlite/transaction.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace triphammer::access {
class Sealer;
}

namespace triphammer::launch {

struct DocumentSettings {
    std::string server_id;
    std::string server_url;  // the contexts' github.server_url stays the forge's
    std::map<std::string, std::string> runs_on;  // label → host | docker:IMAGE
    std::string docker_host;
    std::int64_t keep_images = 0;  // of one image job, on the engine; 0: all
    bool open_builds = false;      // BuildKit's commands have the engine's network
    std::string switch_image;      // of the `container` driver's nginx; empty: the driver's default
    std::int64_t log_limit_bytes = 1LL << 30;
};

/// What the labels of a job (split by commas) mean here: a machine must have all of them, as at
/// GitHub; `self-hosted`, `linux` and the architecture are true of this one. Code::invalid names
/// the labels there are. Case does not count.
Result<model::ExecutorSpec> find_executor(
    const DocumentSettings& settings, const std::string& labels
);

/// What a workflow itself gives to each of its jobs.
struct WorkflowPart {
    model::Pairs env;
    model::Defaults defaults;
};

/// The GITHUB_TOKEN that a GitHub App made for a job.
struct JobToken {
    Secret value;  // empty: there is none
    TimePoint expires_at;
    std::string note;  // for the job's first lines: what it is for, or why there is none
};

class DocumentSource {
  public:
    /// `sealer` outlives this object.
    DocumentSource(DocumentSettings settings, const access::Sealer& sealer);

    /// JSON text; holds secrets. `token` goes before a stored secret GITHUB_TOKEN. An error ends
    /// the attempt: its sentence is the job's reason.
    Result<std::string> make_document(
        store::Transaction& tx, const AttachedRunner& runner, const JobToken& token = {}
    ) const;

  private:
    static constexpr std::size_t kMostParts = 64;

    const WorkflowPart& part_of(store::Connection& db, const store::RunRow& run) const;

    DocumentSettings settings_;
    const access::Sealer& sealer_;
    /// By the definition's digest: a workflow of many jobs is read once. The writer thread's alone.
    mutable std::map<std::string, WorkflowPart> parts_;
    mutable PlannedContexts planned_;  // its own, too
};

}  // namespace triphammer::launch
