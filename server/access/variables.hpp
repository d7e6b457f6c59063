#pragma once
// Configuration variables, the `vars` of workflows: plain texts, for everybody to read who may see
// the repository's runs. Source: GitHub's page "Variables reference".

#include "access/secrets.hpp"

#include <string>
#include <utility>
#include <vector>

namespace triphammer::access {

struct NewVariable {
    SecretScope scope;
    std::string name;   // letters, digits and _; kept in capitals
    std::string value;  // at most 48 KiB
    std::string actor;
};

/// Creates or replaces. Code::invalid for a bad name, a long value or an environment without a
/// repository.
Result<> set_variable(store::Transaction& transaction, NewVariable variable);

using Variables = std::vector<std::pair<std::string, std::string>>;

/// What the runs of a repository see, the narrower scope's where there are two. None for pull
/// requests of forks: as at GitHub, whoever plans leaves them out.
Variables list_run_variables(store::Connection& connection, model::RepositoryId repository);

/// What a job to this environment sees besides, and instead.
Variables list_environment_variables(
    store::Connection& connection, model::RepositoryId repository, const std::string& environment
);

}  // namespace triphammer::access
