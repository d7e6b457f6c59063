#include "store/people/user_store.hpp"

#include "store/sqlite/change_store.hpp"

namespace triphammer::store {

namespace {

constexpr std::string_view kColumns =
    "SELECT id, name, role, password, created_at, disabled_at FROM users ";

UserRow read_user(Statement& row) {
    UserRow user;
    row.read(user.id, user.name, user.role, user.password, user.created_at, user.disabled_at);
    return user;
}

void record(Transaction& tx, const UserRow& user, std::string_view state, std::string_view actor) {
    append_change(
        tx,
        {.subject = "user",
         .id = user.id.value,
         .to_state = state,
         .reason = user.name,
         .actor = actor}
    );
}

}  // namespace

Result<UserId> add_user(
    Transaction& tx, std::string_view name, std::string_view role, std::string_view actor
) {
    auto insert = tx.prepare(
        "INSERT INTO users (name, role, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
    );
    if (insert.bind(name, role, tx.now()).run() == 0) {
        return conflict("there is a user called " + std::string{name} + " already");
    }
    UserRow user;
    user.id.value = tx.last_insert_id();
    user.name = name;
    record(tx, user, "created", actor);
    return user.id;
}

std::optional<UserRow> find_user(Connection& db, UserId id) {
    return db.prepare(std::string{kColumns} + "WHERE id = ?").bind(id).find_row(read_user);
}

std::optional<UserRow> find_user_by_name(Connection& db, std::string_view name) {
    return db.prepare(std::string{kColumns} + "WHERE name = ?").bind(name).find_row(read_user);
}

std::vector<UserRow> list_users(Connection& db) {
    return db.prepare(std::string{kColumns} + "ORDER BY name").list(read_user);
}

void set_password(
    Transaction& tx, const UserRow& user, std::string_view password, std::string_view actor
) {
    renew_password(tx, user.id, password);
    record(tx, user, password.empty() ? "password-reset" : "password-set", actor);
}

void renew_password(Transaction& tx, UserId user, std::string_view password) {
    tx.prepare("UPDATE users SET password = ? WHERE id = ?").bind(password, user).run();
}

void set_role(Transaction& tx, const UserRow& user, std::string_view role, std::string_view actor) {
    tx.prepare("UPDATE users SET role = ? WHERE id = ?").bind(role, user.id).run();
    record(tx, user, "role-" + std::string{role}, actor);
}

std::vector<GrantRow> list_grants(Connection& db, UserId user) {
    auto query = db.prepare(
        "SELECT g.repository, g.role FROM repository_roles AS g JOIN repositories AS r "
        "ON r.id = g.repository AND r.removed_at IS NULL WHERE g.user = ? ORDER BY r.full_name"
    );
    return query.bind(user).list([](Statement& row) {
        GrantRow grant;
        row.read(grant.repository, grant.role);
        return grant;
    });
}

void put_grant(
    Transaction& tx, const UserRow& user, const GrantRow& grant, std::string_view actor
) {
    auto put = tx.prepare(
        "INSERT INTO repository_roles (user, repository, role) VALUES (?, ?, ?) "
        "ON CONFLICT (user, repository) DO UPDATE SET role = excluded.role"
    );
    put.bind(user.id, grant.repository, grant.role).run();
    record(tx, user, "granted", actor);
}

Result<> remove_grant(
    Transaction& tx, const UserRow& user, model::RepositoryId repository, std::string_view actor
) {
    auto remove = tx.prepare("DELETE FROM repository_roles WHERE user = ? AND repository = ?");
    if (remove.bind(user.id, repository).run() == 0) {
        return not_found(user.name + " has no role on this repository");
    }
    record(tx, user, "granted", actor);
    return {};
}

void set_disabled(Transaction& tx, const UserRow& user, bool disabled, std::string_view actor) {
    const auto at = disabled ? std::optional{tx.now()} : std::nullopt;
    tx.prepare("UPDATE users SET disabled_at = ? WHERE id = ?").bind(at, user.id).run();
    record(tx, user, disabled ? "disabled" : "enabled", actor);
}

}  // namespace triphammer::store
