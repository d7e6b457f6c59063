#pragma once
// `forge_app`, `forge_app_requests`: the GitHub App that was made from here, if any, and who is on
// the way to make one. Keys and secrets are sealed by access/ before they come here.

#include "store/sqlite/transaction.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace triphammer::store {

struct ForgeAppRow {
    std::string app_id;
    std::string slug;
    std::string name;
    std::string page;
    std::string client_id;
    std::string private_key;
    std::string webhook_secret;
    std::string client_secret;
    std::string old_webhook_secret;   // sealed; empty: none
    TimePoint old_secret_until = {};  // it signs, too
    TimePoint created_at = {};
    std::string created_by;
};

std::optional<ForgeAppRow> find_forge_app(Connection& db);
/// `created_at` is now. Code::conflict: there is one.
Result<> add_forge_app(Transaction& tx, const ForgeAppRow& app);
/// The one before signs, too, until then. Code::not_found: there is no App.
Result<> rotate_app_secret(
    Transaction& tx, std::string_view sealed, TimePoint old_until, std::string_view actor
);
/// The one before the rotation is the only one again.
Result<> restore_app_secret(Transaction& tx, std::string_view actor);
/// Code::not_found: there is none.
Result<> remove_forge_app(Transaction& tx, std::string_view actor);

struct ForgeAppRequest {
    std::string state_sha256;
    std::string session_sha256;
    TimePoint expires_at = {};
};

/// Those that have expired go.
void add_forge_app_request(Transaction& tx, const ForgeAppRequest& request);
/// Nothing: it is unknown, used or expired.
std::optional<ForgeAppRequest> find_forge_app_request(
    Connection& db, std::string_view state_sha256, TimePoint now
);
void remove_forge_app_request(Transaction& tx, std::string_view state_sha256);

}  // namespace triphammer::store
