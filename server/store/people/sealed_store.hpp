#pragma once
// Every place in the tables where a sealed value stands, for a change of the master key. A new such
// column belongs into this list, and its binding into access/key_rotation.cpp.

#include "store/sqlite/transaction.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

enum class SealedKind {
    secret,       // names: repository, environment, name
    hook_secret,  // names: hook; also the next three
    old_hook_secret,
    clone_token,
    deploy_key,
    app_private_key,  // names: the App's number; also the next three
    app_webhook_secret,
    old_app_webhook_secret,
    app_client_secret,
    job_token,  // names: fence
    last = job_token
};

struct SealedRow {
    SealedKind kind = SealedKind::secret;
    std::int64_t id = 0;
    std::vector<std::string> names;  // what the value is bound to
    std::string sealed;
};

/// "table.column" of each kind, in their order.
std::vector<std::string> list_sealed_columns();

/// Values that do not begin with `head`, at most `limit` of each kind.
std::vector<SealedRow> list_sealed_otherwise(Connection& db, std::string_view head, int limit);
/// False: it was set anew or removed meanwhile.
bool replace_sealed(Transaction& tx, const SealedRow& old, std::string_view sealed);

}  // namespace triphammer::store
