#include "api/repositories/scope.hpp"

#include "api/call/reply.hpp"
#include "store/repository_store.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

Result<access::SecretScope> find_scope(
    store::Connection& connection,
    const Call& call,
    const std::string& repository,
    const std::string& environment
) {
    access::SecretScope scope;
    scope.environment = environment;
    if (repository.empty()) {
        const auto others = refused("what belongs to the server as a whole needs its admin");
        if (auto reached = check_reach(call, {}, others); !reached) return reached.error();
        return scope;
    }
    const auto found = find_reached_repository(connection, call, repository);
    if (!found) return found.error();
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
