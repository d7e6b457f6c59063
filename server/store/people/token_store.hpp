#pragma once
// API tokens, browser sessions and one-time set-up links. Only SHA-256 sums are kept.

#include "store/people/user_store.hpp"
#include "store/sqlite/transaction.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

struct NewToken {
    std::string name = {};
    std::string sha256 = {};
    std::string role = {};                // viewer | developer | approver | admin
    model::RepositoryId repository = {};  // none: all
    std::optional<TimePoint> expires_at = {};
};

struct TokenRow {
    model::TokenId id;
    std::string name;
    std::string role;
    model::RepositoryId repository;
    TimePoint created_at;
    std::optional<TimePoint> expires_at;
    std::optional<TimePoint> revoked_at;
    std::optional<TimePoint> last_used_at;
};

/// Code::conflict for a name that is taken.
Result<model::TokenId> add_token(Transaction& tx, const NewToken& token, std::string_view actor);
/// Neither revoked nor expired.
std::optional<TokenRow> find_valid_token(Connection& db, std::string_view sha256, TimePoint now);
std::vector<TokenRow> list_tokens(Connection& db);
Result<> revoke_token(Transaction& tx, std::string_view name, std::string_view actor);
/// The valid ones that this account made, or a token of its.
std::vector<TokenRow> list_tokens_made_by(Connection& db, UserId maker);
/// Worth a write once an hour at most: the caller decides.
void touch_token(Transaction& tx, model::TokenId id);

struct SessionRow {
    std::string sha256;
    UserId user;  // none: opened by a set-up link
    std::string actor;
    std::string role;  // the user's present one
    TimePoint created_at;
    TimePoint expires_at;
    TimePoint last_seen_at;
    UserId maker = {};  // whose set-up link opened it; with a user it is nobody's
};

void add_session(Transaction& tx, const SessionRow& session);
/// Neither ended nor expired, its user not disabled; how long it may be idle is the caller's rule.
std::optional<SessionRow> find_valid_session(
    Connection& db, std::string_view sha256, TimePoint now
);
void touch_session(Transaction& tx, std::string_view sha256);
/// Fine when it is over already.
void end_session(Transaction& tx, std::string_view sha256);
/// All of one user but the one that is kept, and those that a set-up link of the user's opened.
void end_sessions(Transaction& tx, UserId user, std::string_view kept_sha256 = {});

/// All that a link without a maker opened, but the one that is kept.
void end_sessions_without_account(Transaction& tx, std::string_view kept_sha256);

struct NewSetupLink {
    std::string sha256 = {};
    TimePoint expires_at = {};
    UserId user = {};  // who chooses a password by it; none: an admin's
};

/// Earlier ones of the same user, or of the admin, are dead from now on.
void add_setup_link(Transaction& tx, const NewSetupLink& link, std::string_view actor);
/// Whose link it is. Code::unauthorized when unknown, used or expired.
Result<UserId> find_setup_link(Connection& db, std::string_view sha256, TimePoint now);
/// The account that made it; none for the command line's.
UserId maker_of_setup_link(Connection& db, std::string_view sha256);
/// The same as find_setup_link, once.
Result<UserId> use_setup_link(Transaction& tx, std::string_view sha256);
/// Those that this account made and that nobody has used.
void drop_links_made_by(Transaction& tx, UserId maker);
/// Whether anybody ever came in by a link (else the server prints one at its start).
bool has_used_setup_link(Connection& db);

/// Whether anybody has ever come in: a token that is valid, or a session that was opened.
bool has_any_access(Connection& db);

}  // namespace triphammer::store
