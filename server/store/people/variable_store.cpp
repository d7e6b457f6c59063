#include "store/people/variable_store.hpp"

#include "store/sqlite/change_store.hpp"

namespace triphammer::store {

namespace {

VariableRow read_variable(Statement& row) {
    VariableRow variable;
    row.read(
        variable.scope.repository,
        variable.scope.environment,
        variable.name,
        variable.value,
        variable.updated_at,
        variable.updated_by
    );
    return variable;
}

std::string select(std::string_view where) {
    return "SELECT repository, environment, name, value, updated_at, updated_by "
           "FROM variables " +
           std::string{where};
}

}  // namespace

void put_variable(Transaction& tx, const NewVariable& variable) {
    auto put = tx.prepare(
        "INSERT INTO variables (repository, environment, name, value, updated_at, updated_by) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (repository, environment, name) DO UPDATE SET "
        "value = excluded.value, updated_at = excluded.updated_at, "
        "updated_by = excluded.updated_by RETURNING id"
    );
    const auto& scope = variable.scope;
    put.bind(
        scope.repository.value,
        scope.environment,
        variable.name,
        variable.value,
        tx.now(),
        variable.actor
    );
    append_change(
        tx,
        {.subject = "variable",
         .id = put.find<std::int64_t>().value_or(0),
         .to_state = "set",
         .reason = variable.name,
         .actor = variable.actor}
    );
}

std::vector<VariableRow> list_visible_variables(Connection& db, const SecretScope& scope) {
    auto query =
        db.prepare(select("WHERE repository IN (0, ?) AND environment IN ('', ?) "
                          "ORDER BY repository <> 0, environment <> '', name"));
    return query.bind(scope.repository.value, scope.environment).list(read_variable);
}

std::vector<VariableRow> list_variables(Connection& db, const SecretScope& scope) {
    auto query = db.prepare(select("WHERE repository = ? AND environment = ? ORDER BY name"));
    return query.bind(scope.repository.value, scope.environment).list(read_variable);
}

std::vector<VariableRow> list_all_variables(Connection& db) {
    return db.prepare(select("ORDER BY name, repository, environment")).list(read_variable);
}

Result<> remove_variable(
    Transaction& tx, const SecretScope& scope, std::string_view name, std::string_view actor
) {
    auto remove = tx.prepare(
        "DELETE FROM variables WHERE repository = ? AND environment = ? AND name = ? RETURNING id"
    );
    remove.bind(scope.repository.value, scope.environment, name);
    const auto id = remove.find<std::int64_t>();
    if (!id) return not_found("there is no variable " + std::string{name} + " in that scope");
    append_change(
        tx,
        {.subject = "variable", .id = *id, .to_state = "removed", .reason = name, .actor = actor}
    );
    return {};
}

}  // namespace triphammer::store
