#include "api/scope.hpp"

#include "api/reply.hpp"
#include "store/repository_store.hpp"

#include <nlohmann/json.hpp>

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

std::string key_name(const std::string& name, const access::SecretScope& scope) {
    return scope.environment.empty() ? name : name + " of " + scope.environment;
}

Result<NewKey> read_new_key(const Call& call) {
    const auto body = read_object(call);
    if (!body) return body.error();
    auto value = text_field(*body, "value");
    auto repository = text_field(*body, "repository", "");
    auto environment = text_field(*body, "environment", "");
    if (!value) return value.error();
    if (!repository) return repository.error();
    if (!environment) return environment.error();
    return NewKey{std::move(*value), std::move(*repository), std::move(*environment)};
}

}  // namespace triphammer::api
