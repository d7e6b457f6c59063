#pragma once
// Server-held workflows: names, versions, and the repositories they are bound to.

#include "store/sqlite/transaction.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

struct NewVersion {
    std::string name = {};
    std::string text = {};
    std::string author = {};
    std::string note = {};
    std::int64_t expected = 0;  // the version it was edited from; 0: the name is new
};

struct PipelineRow {
    model::PipelineId id;
    std::string name;
    std::int64_t version = 0;  // the active one
    TimePoint created_at;
    TimePoint updated_at;  // of the active version, as its author
    std::string author;
};

struct VersionRow {
    std::int64_t version = 0;
    std::string text;
    std::string author;
    std::string note;
    TimePoint created_at;
};

/// Creates the pipeline with version 1, or adds the next version and makes it the active one.
/// Code::conflict when `expected` is not the active version (any more).
Result<PipelineRow> put_pipeline(Transaction& tx, const NewVersion& version);
/// An older version becomes the active one again. Code::not_found.
Result<> activate_version(
    Transaction& tx, std::string_view name, std::int64_t version, std::string_view actor
);
std::optional<PipelineRow> find_pipeline(Connection& db, std::string_view name);
std::vector<PipelineRow> list_pipelines(Connection& db);
std::optional<VersionRow> find_version(
    Connection& db, model::PipelineId pipeline, std::int64_t version
);
/// Newest first.
std::vector<VersionRow> list_versions(Connection& db, model::PipelineId pipeline);
Result<> remove_pipeline(Transaction& tx, std::string_view name, std::string_view actor);

/// Both: false when it was so already.
bool bind_pipeline(
    Transaction& tx,
    model::PipelineId pipeline,
    model::RepositoryId repository,
    std::string_view actor
);
bool unbind_pipeline(
    Transaction& tx,
    model::PipelineId pipeline,
    model::RepositoryId repository,
    std::string_view actor
);
std::vector<model::RepositoryId> list_bound_repositories(
    Connection& db, model::PipelineId pipeline
);

struct BoundPipeline {
    model::PipelineId id = {};
    std::string name = {};
    std::int64_t version = 0;
    std::string text = {};
};

/// The active versions of the pipelines that a push to this repository is planned with.
std::vector<BoundPipeline> list_bound_pipelines(Connection& db, model::RepositoryId repository);

}  // namespace triphammer::store
