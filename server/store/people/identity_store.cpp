#include "store/people/identity_store.hpp"

#include "base/text.hpp"
#include "store/sqlite/change_store.hpp"
#include "store/sqlite/meta_store.hpp"

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

std::string past_key(UserId user) {
    return "github.was." + to_text(user);
}

/// A line each: "4711 ada".
void keep_past(Transaction& tx, const IdentityRow& identity) {
    const auto key = past_key(identity.user);
    auto past = find_meta(tx, key).value_or("");
    const auto line = std::to_string(identity.number) + " " + identity.login + "\n";
    if (("\n" + past).find("\n" + line) == std::string::npos) put_meta(tx, key, past + line);
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
    const auto identity = find_identity(tx, user.id);
    if (!identity) return not_found(user.name + " is linked with no account at GitHub");
    keep_past(tx, *identity);
    tx.prepare("DELETE FROM github_identities WHERE user = ?").bind(user.id).run();
    record_identity(tx, user, "github-unlinked", actor);
    return {};
}

std::vector<PastIdentity> list_past_identities(Connection& db, UserId user) {
    const auto past = find_meta(db, past_key(user)).value_or("");
    std::vector<PastIdentity> out;
    for (const auto line : split(past, '\n')) {
        const auto space = line.find(' ');
        const auto number = parse_integer(line.substr(0, space));
        if (number && space != line.npos) {
            out.push_back({*number, std::string{line.substr(space + 1)}});
        }
    }
    return out;
}

}  // namespace triphammer::store
