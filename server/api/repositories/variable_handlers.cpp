#include "access/variables.hpp"
#include "api/call/audit.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/repositories/handlers.hpp"
#include "api/repositories/scope.hpp"
#include "base/text.hpp"
#include "store/people/variable_store.hpp"
#include "store/repository_store.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using nlohmann::json;

namespace {

json variable_json(store::Connection& connection, const store::VariableRow& row) {
    const auto repository = store::find_repository(connection, row.scope.repository);
    return {
        {"name", row.name},
        {"value", row.value},
        {"repository", repository ? json(repository->full_name) : json{}},
        {"environment", row.scope.environment.empty() ? json{} : json(row.scope.environment)},
        {"updated_at", to_rfc3339(row.updated_at)},
        {"updated_by", row.updated_by},
    };
}

store::SecretScope variable_scope(const access::SecretScope& scope) {
    return {scope.repository, scope.environment};
}

/// For the audit; empty where there is none of that name.
std::string variable_fields(const std::vector<store::VariableRow>& rows, const std::string& name) {
    for (const auto& row : rows) {
        if (equal_ignoring_case(row.name, name)) return fields({{"value", row.value}});
    }
    return {};
}

}  // namespace

Answer list_variables(Services& services, Call call) {
    auto list = [&](store::Connection& connection) -> Result<json> {
        auto items = json::array();
        for (const auto& row : store::list_all_variables(connection)) {
            if (!access::is_allowed(call.who, call.needed, row.scope.repository)) continue;
            items.push_back(variable_json(connection, row));
        }
        return value_of({{"items", items}, {"next", nullptr}});
    };
    auto listed = services.database.read(list);
    const auto found = co_await std::move(listed);
    co_return reply(found);
}

Answer set_variable(Services& services, Call call) {
    auto given = read_new_key(call);
    if (!given) co_return http::make_error(given.error());
    access::NewVariable variable;
    variable.name = call.parameter(0);
    variable.value = std::move(given->value);
    variable.actor = call.who.actor;
    auto set = [&](store::Transaction& transaction) -> Result<> {
        auto scope = find_scope(transaction, call, given->repository, given->environment);
        if (!scope) return scope.error();
        variable.scope = *scope;
        const auto row = variable_scope(*scope);
        const auto before = variable_fields(store::list_variables(transaction, row), variable.name);
        if (auto done = access::set_variable(transaction, variable); !done) return done;
        const auto after = variable_fields(store::list_variables(transaction, row), variable.name);
        record(
            transaction,
            call,
            {"variable.set", key_name(variable.name, *scope), scope->repository, before, after}
        );
        return {};
    };
    auto stored = services.database.write(set);
    const auto done = co_await std::move(stored);
    co_return reply_empty(done);
}

Answer remove_variable(Services& services, Call call) {
    const auto repository = query_text(call, "repository");
    const auto environment = query_text(call, "environment");
    auto remove = [&](store::Transaction& transaction) -> Result<> {
        const auto scope = find_scope(transaction, call, repository, environment);
        if (!scope) return scope.error();
        const auto row = variable_scope(*scope);
        const auto& name = call.parameter(0);
        const auto before = variable_fields(store::list_variables(transaction, row), name);
        record(
            transaction,
            call,
            {"variable.remove", key_name(name, *scope), scope->repository, before}
        );
        return store::remove_variable(transaction, row, name, call.who.actor);
    };
    auto removed = services.database.write(remove);
    const auto done = co_await std::move(removed);
    co_return reply_empty(done);
}

}  // namespace triphammer::api
