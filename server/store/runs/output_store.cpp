#include "store/runs/output_store.hpp"

namespace triphammer::store {

std::int64_t outputs_bytes(Connection& db, model::RunId run) {
    auto query =
        db.prepare("SELECT coalesce(sum(length(CAST(outputs AS BLOB))), 0) FROM jobs WHERE run = ?"
        );
    return query.bind(run).find<std::int64_t>().value_or(0);
}

}  // namespace triphammer::store
