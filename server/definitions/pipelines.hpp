#pragma once
// Server-held pipelines: workflow files that the daemon keeps in versions and binds to
// repositories. Saving is optimistic: who saves names the version they edited. Text that the
// reader finds an error in is never stored, so it can never become active.

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/ids.hpp"
#include "model/workflow.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace triphammer::store {
class Connection;
class Transaction;
}  // namespace triphammer::store

namespace triphammer::definitions {

struct PipelineText {
    std::string name;  // [a-z0-9][a-z0-9._-]*, at most 64 characters; not lint, preview, templates
    std::string text;
    std::int64_t base_version = 0;  // the version that was edited; 0: it is new
    std::string author;
    std::string note;
};

struct PipelineVersion {
    model::PipelineId id;
    std::string name;
    std::int64_t version = 0;
    std::string text;
    std::string author;
    std::string note;
    TimePoint created_at{};
};

struct PipelineEntry {
    model::PipelineId id;
    std::string name;
    std::int64_t version = 0;  // the active one
    TimePoint updated_at{};
    std::string author;
    std::vector<model::RepositoryId> repositories;
};

/// The path that a run of it carries: "pipeline:NAME".
std::string path_of(const std::string& pipeline_name);

/// The remarks of the workflow reader on a text; errors keep it from being saved. Pure.
std::vector<model::Problem> check_text(const std::string& name, const std::string& text);

/// Saves a new version and makes it the active one; answers its number. Code::conflict when
/// `base_version` is not the active one, Code::invalid ("line:column: …") for text with errors.
Result<std::int64_t> put_pipeline(store::Transaction& transaction, const PipelineText& pipeline);

/// `version` 0: the active one.
Result<PipelineVersion> get_pipeline(
    store::Connection& connection, const std::string& name, std::int64_t version
);

Result<std::vector<PipelineEntry>> list_pipelines(store::Connection& connection);

/// Newest first, without the texts.
Result<std::vector<PipelineVersion>> list_history(
    store::Connection& connection, const std::string& name
);

/// Both are fine when it is so already; Code::not_found for an unknown pipeline. What is bound to a
/// repository: store::list_bound_pipelines.
Result<> bind_pipeline(
    store::Transaction& transaction,
    const std::string& name,
    model::RepositoryId repository,
    const std::string& actor
);
Result<> unbind_pipeline(
    store::Transaction& transaction,
    const std::string& name,
    model::RepositoryId repository,
    const std::string& actor
);

}  // namespace triphammer::definitions
