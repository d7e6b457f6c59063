#include "access/tokens.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"
#include "store/people/token_store.hpp"

#include <algorithm>

namespace triphammer::access {

namespace {

constexpr std::string_view kPrefix = "th_";
constexpr std::size_t kTokenBytes = 32;

bool is_name(std::string_view name) {
    if (name.empty() || name.size() > 64) return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    });
}

TokenEntry to_entry(const store::TokenRow& row) {
    TokenEntry entry;
    entry.name = row.name;
    entry.role = parse_role(row.role).value_or(Role::viewer);
    entry.repository = row.repository;
    entry.created_at = row.created_at;
    entry.expires_at = row.expires_at;
    entry.revoked_at = row.revoked_at;
    return entry;
}

}  // namespace

Result<Secret> create_token(
    store::Transaction& transaction, Random& random, const NewToken& token
) {
    if (!is_name(token.name)) {
        return invalid("a token's name has 1 to 64 letters, digits, '-', '_' or '.'");
    }
    Secret text{std::string{kPrefix} + random_hex(random, kTokenBytes)};
    store::NewToken row;
    row.name = token.name;
    row.sha256 = sha256_hex(text.reveal());
    row.role = name_of(token.role);
    row.repository = token.repository;
    row.expires_at = token.expires_at;
    auto added = store::add_token(transaction, row, token.actor);
    if (!added) return added.error();
    return text;
}

Result<Principal> check_token(store::Connection& connection, std::string_view text, TimePoint now) {
    const Error no{Code::unauthorized, "this token is not valid (any more)"};
    if (!text.starts_with(kPrefix)) return no;
    // Looked up by its digest: how long that takes says nothing about the token.
    const auto row = store::find_valid_token(connection, sha256_hex(text), now);
    if (!row) return no;
    const auto role = parse_role(row->role);
    if (!role) return no;
    const auto id = "token:" + model::to_text(row->id);
    return Principal{"token:" + row->name, *role, row->repository, id, {}};
}

Result<std::vector<TokenEntry>> list_tokens(store::Connection& connection) {
    std::vector<TokenEntry> entries;
    for (const auto& row : store::list_tokens(connection)) entries.push_back(to_entry(row));
    return entries;
}

Result<> revoke_token(
    store::Transaction& transaction, const std::string& name, const std::string& actor
) {
    return store::revoke_token(transaction, name, actor);
}

}  // namespace triphammer::access
