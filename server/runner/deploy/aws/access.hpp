#pragma once
// With which keys, in which region and where a driver calls AWS (docs/adr/0049).

#include "model/job_document.hpp"
#include "runner/aws/access.hpp"
#include "runner/image/plan.hpp"

#include <string>

namespace triphammer::runner {

/// Values by the names that AWS's own tools use. Keys, region and role: `deploy.secrets` and
/// `deploy.env`, else the environment's secrets and variables. AWS_ENDPOINT_URL and its like:
/// only the server's variables, because the calls leave from outside of the job's network.
class AwsNames {
  public:
    AwsNames(const model::DeploySpec& spec, const Evaluate& evaluate)
        : spec_{spec}, evaluate_{evaluate} {}

    /// Empty where nobody has set it.
    Result<std::string> find(const std::string& name) const;
    Result<std::string> find_variable(const std::string& name) const;

  private:
    const model::DeploySpec& spec_;
    const Evaluate& evaluate_;
};

/// As open_access with sources.
Task<Result<AwsAccess>> open_access(AwsNames names, const Clock& clock, Random& random);

}  // namespace triphammer::runner
