#pragma once
// What may be stored: the rules, over the tables. Plain functions, on the writer's or a reader's
// thread; `admit_…` only looks, `register_…` looks again and writes.

#include "artifacts/keeper.hpp"
#include "store/runs/run_store.hpp"

#include <optional>

namespace triphammer::artifacts {

/// What an attempt that runs belongs to. Code::refused when it is over.
struct Owner {
    store::RunRow run;
    model::JobId job;
};

Result<Owner> find_owner(store::Connection& db, model::Fence fence);

/// The same upload's earlier answer, if there was one.
Result<std::optional<store::ArtifactRow>> admit_artifact(
    store::Connection& db, const ArtifactUpload& upload, const Room& room
);
Result<std::optional<store::CacheRow>> admit_cache(
    store::Connection& db, const CacheUpload& upload, const Room& room
);

/// A row, and the files that lost theirs.
template <class Row>
struct Registered {
    Row row;
    std::vector<std::string> removed;
};

Result<Registered<store::ArtifactRow>> register_artifact(
    store::Transaction& tx, const ArtifactUpload& upload, const Blob& blob, const Limits& limits
);
/// Makes room: the caches that were not used for the longest time go.
Result<Registered<store::CacheRow>> register_cache(
    store::Transaction& tx, const CacheUpload& upload, const Blob& blob, const Room& room
);

std::optional<store::CacheRow> find_cache_for(store::Connection& db, const CacheQuery& query);

}  // namespace triphammer::artifacts
