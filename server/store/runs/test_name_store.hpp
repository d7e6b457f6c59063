#pragma once

#include "store/sqlite/transaction.hpp"

#include <optional>

namespace triphammer::store {

/// Removes names of tests that no kept report has a result of. Looks at so many behind `after`, and
/// says where to go on; nothing: it is through.
std::optional<std::int64_t> trim_tests(Transaction& tx, std::int64_t after, int look_at);

}  // namespace triphammer::store
