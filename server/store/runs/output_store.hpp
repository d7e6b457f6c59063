#pragma once
// `jobs.outputs`: how much the jobs of a run have put out.

#include "store/sqlite/transaction.hpp"

#include <cstdint>

namespace triphammer::store {

/// Of all jobs of a run together, as JSON. Reads no text.
std::int64_t outputs_bytes(Connection& db, model::RunId run);

}  // namespace triphammer::store
