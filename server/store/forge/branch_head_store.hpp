#pragma once
// `branch_heads`: where branches stood when they were compared with what deliveries said.

#include "store/sqlite/transaction.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace triphammer::store {

struct BranchHead {
    std::string sha;
    TimePoint seen_at;
};

/// By ref; nothing: the repository was never looked at.
std::optional<std::map<std::string, BranchHead>> find_branch_heads(
    Connection& db, model::RepositoryId repository
);
/// An empty `sha` forgets the ref.
void keep_branch_head(
    Transaction& tx, model::RepositoryId repository, std::string_view ref, std::string_view sha
);
/// From now on it was looked at.
void begin_branch_heads(Transaction& tx, model::RepositoryId repository);

/// Whether a delivery, of whatever outcome but refused, said that this ref came to this commit.
bool is_push_known(
    Connection& db, model::RepositoryId repository, std::string_view ref, std::string_view sha
);

}  // namespace triphammer::store
