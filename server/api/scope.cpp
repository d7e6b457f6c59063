#include "api/scope.hpp"

#include "store/repository_store.hpp"

namespace triphammer::api {

Result<access::SecretScope> find_scope(
    store::Connection& connection, const std::string& repository, const std::string& environment
) {
    access::SecretScope scope;
    scope.environment = environment;
    if (repository.empty()) return scope;
    const auto found = store::find_repository_by_name(connection, repository);
    if (!found) return not_found("no repository is called " + repository);
    scope.repository = found->id;
    return scope;
}

}  // namespace triphammer::api
