#pragma once
// Workflows of other repositories that are called here (`OWNER/REPOSITORY/path@ref`): read from the
// mirror of a registered repository, with that one's credential, at the commit that the ref means
// now. Source: GitHub's page "Reuse workflows".

#include "intake/plan_maker.hpp"
#include "plan/called_path.hpp"

#include <map>
#include <string>

namespace triphammer::intake {

/// Whether the workflows of `called` are open to those of `caller`: `repo access`. The same decides
/// whose files a job may check out.
bool may_call(const store::RepositoryRow& caller, const store::RepositoryRow& called);

/// Lives for one plan: a ref means the same commit all the time.
class RemoteWorkflows {
  public:
    /// Everything outlives this object. All calls on the logic thread.
    RemoteWorkflows(
        const PlanMaker::Parts& parts, const RemoteSettings& settings, DefinitionsCache& cache
    )
        : parts_{parts}, settings_{settings}, cache_{cache} {}

    /// A file that may not or cannot be read has the reason as its problem. Errors are those of
    /// git::Mirrors::ensure that may be better later.
    Task<Result<plan::WorkflowFile>> read(store::RepositoryRow caller, plan::RemotePath wanted);

  private:
    Task<Result<std::string>> resolve(store::RepositoryRow repository, std::string ref);
    Task<Result<std::string>> resolve_name(store::RepositoryRow repository, git::Want want);

    const PlanMaker::Parts& parts_;
    const RemoteSettings& settings_;
    DefinitionsCache& cache_;
    std::map<std::string, std::string> commits_;  // OWNER/REPOSITORY@ref → commit
};

}  // namespace triphammer::intake
