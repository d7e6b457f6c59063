#include "store/user_store.hpp"

#include "store/change_store.hpp"

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

void set_disabled(Transaction& tx, const UserRow& user, bool disabled, std::string_view actor) {
    const auto at = disabled ? std::optional{tx.now()} : std::nullopt;
    tx.prepare("UPDATE users SET disabled_at = ? WHERE id = ?").bind(at, user.id).run();
    record(tx, user, disabled ? "disabled" : "enabled", actor);
}

}  // namespace triphammer::store
