#pragma once
// `artifacts`: what jobs have uploaded, one name once in a run. The bytes are a file that is
// written before its row and removed after it (artifacts/blob_store.hpp).

#include "store/sqlite/transaction.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

struct NewArtifact {
    model::RepositoryId repository = {};
    model::RunId run = {};
    model::JobId job = {};
    model::Fence attempt = {};
    std::string name = {};
    std::string blob = {};
    std::string sha256 = {};
    std::int64_t bytes = 0;
    TimePoint expires_at = {};
};

struct ArtifactRow {
    std::int64_t id = 0;
    model::RepositoryId repository;
    model::RunId run;
    model::JobId job;
    model::Fence attempt;
    std::string name;
    std::string blob;
    std::string sha256;
    std::int64_t bytes = 0;
    TimePoint created_at;
    TimePoint expires_at;
};

/// Its id. A name that the run has already breaks a constraint: look first.
std::int64_t insert_artifact(Transaction& tx, const NewArtifact& artifact);
std::optional<ArtifactRow> find_artifact(Connection& db, std::int64_t id);
std::optional<ArtifactRow> find_artifact_by_name(
    Connection& db, model::RunId run, std::string_view name
);
/// By name.
std::vector<ArtifactRow> list_artifacts(Connection& db, model::RunId run);
/// At most `limit`, the oldest first.
std::vector<ArtifactRow> list_expired_artifacts(Connection& db, TimePoint at, int limit);
void delete_artifact(Transaction& tx, const ArtifactRow& artifact, std::string_view actor);

/// Bytes that a repository's artifacts take; of 0: those of all.
std::int64_t sum_artifacts(Connection& db, model::RepositoryId repository);
/// The names of all files that have a row.
std::vector<std::string> list_artifact_blobs(Connection& db);

}  // namespace triphammer::store
