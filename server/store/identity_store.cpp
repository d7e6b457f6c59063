#include "store/identity_store.hpp"

#include "store/change_store.hpp"

namespace triphammer::store {

namespace {

constexpr std::string_view kIdentity =
    "SELECT user, number, login, joined, linked_at FROM github_identities ";

IdentityRow read_identity(Statement& row) {
    IdentityRow identity;
    std::int64_t joined = 0;
    row.read(identity.user, identity.number, identity.login, joined, identity.linked_at);
    identity.joined = joined != 0;
    return identity;
}

void record_identity(
    Transaction& tx, const UserRow& user, std::string_view state, std::string_view actor
) {
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

std::optional<IdentityRow> find_identity(Connection& db, UserId user) {
    auto query = db.prepare(std::string{kIdentity} + "WHERE user = ?");
    return query.bind(user).find_row(read_identity);
}

std::optional<IdentityRow> find_identity_by_number(Connection& db, std::int64_t number) {
    auto query = db.prepare(std::string{kIdentity} + "WHERE number = ?");
    return query.bind(number).find_row(read_identity);
}

Result<> add_identity(
    Transaction& tx, const UserRow& user, const IdentityRow& identity, std::string_view actor
) {
    auto insert = tx.prepare(
        "INSERT INTO github_identities (number, user, login, joined, linked_at) "
        "VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
    );
    const std::int64_t joined = identity.joined ? 1 : 0;
    insert.bind(identity.number, user.id, identity.login, joined, tx.now());
    if (insert.run() == 0) {
        return conflict(
            "the GitHub account " + identity.login + " belongs to another account here, or " +
            user.name + " has one already: unlink that first"
        );
    }
    record_identity(tx, user, "github-linked", actor);
    return {};
}

void note_login(Transaction& tx, std::int64_t number, std::string_view login) {
    auto update = tx.prepare("UPDATE github_identities SET login = ?2 WHERE number = ?1");
    update.bind(number, login).run();
}

Result<> remove_identity(Transaction& tx, const UserRow& user, std::string_view actor) {
    auto remove = tx.prepare("DELETE FROM github_identities WHERE user = ?");
    if (remove.bind(user.id).run() == 0) {
        return not_found(user.name + " is linked with no account at GitHub");
    }
    record_identity(tx, user, "github-unlinked", actor);
    return {};
}

}  // namespace triphammer::store
