#pragma once
// `variables`: the `vars` of workflows. Names ignore case, as the language does.

#include "store/people/secret_store.hpp"
#include "store/sqlite/transaction.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

struct VariableRow {
    SecretScope scope;
    std::string name;
    std::string value;
    TimePoint updated_at;
    std::string updated_by;
};

struct NewVariable {
    SecretScope scope;
    std::string name;
    std::string value;
    std::string actor;
};

/// Creates or replaces.
void put_variable(Transaction& tx, const NewVariable& variable);
/// What a job of (repository, environment) sees, the widest scope first.
std::vector<VariableRow> list_visible_variables(Connection& db, const SecretScope& scope);
/// Those of exactly that environment.
std::vector<VariableRow> list_variables(Connection& db, const SecretScope& scope);
std::vector<VariableRow> list_all_variables(Connection& db);
/// Code::not_found when there is none.
Result<> remove_variable(
    Transaction& tx, const SecretScope& scope, std::string_view name, std::string_view actor
);

}  // namespace triphammer::store
