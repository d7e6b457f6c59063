#include "definitions/pipelines.hpp"

#include "base/text.hpp"
#include "base/zone_names.hpp"
#include "store/pipeline_store.hpp"
#include "workflow/reader.hpp"
#include "workflow/zones.hpp"

#include <algorithm>
#include <array>

namespace triphammer::definitions {

namespace {

constexpr std::size_t kMaxNameBytes = 64;
// What the API has under /pipelines/ beside the pipelines themselves.
constexpr std::array<std::string_view, 3> kReservedNames{"lint", "preview", "templates"};

bool is_name(std::string_view name) {
    if (name.empty() || name.size() > kMaxNameBytes) return false;
    if (name.front() == '.' || name.front() == '-' || name.front() == '_') return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
    });
}

Result<> check_name(const std::string& name) {
    const auto& reserved = kReservedNames;
    if (std::find(reserved.begin(), reserved.end(), name) != reserved.end()) {
        return invalid("no pipeline can be named '" + name + "': the API uses that word itself");
    }
    if (is_name(name)) return {};
    return invalid("a pipeline's name has 1 to 64 of a-z, 0-9, '.', '-' and '_', as in 'deploy-web'"
    );
}

Result<> check_for_errors(const PipelineText& pipeline) {
    for (const auto& problem : check_text(pipeline.name, pipeline.text)) {
        if (problem.severity != model::Problem::Severity::error) continue;
        return invalid(workflow::to_line(path_of(pipeline.name), problem));
    }
    return {};
}

Result<store::PipelineRow> get_row(store::Connection& connection, const std::string& name) {
    auto row = store::find_pipeline(connection, name);
    if (!row) return not_found("there is no pipeline '" + name + "'");
    return std::move(*row);
}

PipelineVersion to_version(const store::PipelineRow& pipeline, store::VersionRow row) {
    PipelineVersion out;
    out.id = pipeline.id;
    out.name = pipeline.name;
    out.version = row.version;
    out.text = std::move(row.text);
    out.author = std::move(row.author);
    out.note = std::move(row.note);
    out.created_at = row.created_at;
    return out;
}

}  // namespace

std::string path_of(const std::string& pipeline_name) {
    return "pipeline:" + pipeline_name;
}

std::vector<model::Problem> check_text(const std::string& name, const std::string& text) {
    auto read = workflow::read_workflow(path_of(name), text);
    workflow::check_zones(read, zone_names());
    return std::move(read.problems);
}

Result<std::int64_t> put_pipeline(store::Transaction& transaction, const PipelineText& pipeline) {
    if (auto ok = check_name(pipeline.name); !ok) return ok.error();
    if (auto ok = check_for_errors(pipeline); !ok) return ok.error();
    store::NewVersion version;
    version.name = pipeline.name;
    version.text = pipeline.text;
    version.author = pipeline.author;
    version.note = pipeline.note;
    version.expected = pipeline.base_version;
    auto row = store::put_pipeline(transaction, version);
    if (!row) return row.error();
    return row->version;
}

Result<PipelineVersion> get_pipeline(
    store::Connection& connection, const std::string& name, std::int64_t version
) {
    const auto pipeline = get_row(connection, name);
    if (!pipeline) return pipeline.error();
    const auto wanted = version == 0 ? pipeline->version : version;
    auto row = store::find_version(connection, pipeline->id, wanted);
    if (!row) {
        return not_found("pipeline '" + name + "' has no version " + std::to_string(wanted));
    }
    return to_version(*pipeline, std::move(*row));
}

Result<std::vector<PipelineEntry>> list_pipelines(store::Connection& connection) {
    std::vector<PipelineEntry> out;
    for (auto& row : store::list_pipelines(connection)) {
        PipelineEntry entry;
        entry.id = row.id;
        entry.name = row.name;
        entry.version = row.version;
        entry.updated_at = row.updated_at;
        entry.author = row.author;
        entry.repositories = store::list_bound_repositories(connection, row.id);
        out.push_back(std::move(entry));
    }
    return out;
}

Result<std::vector<PipelineVersion>> list_history(
    store::Connection& connection, const std::string& name
) {
    const auto pipeline = get_row(connection, name);
    if (!pipeline) return pipeline.error();
    std::vector<PipelineVersion> out;
    for (auto& row : store::list_versions(connection, pipeline->id)) {
        row.text.clear();
        out.push_back(to_version(*pipeline, std::move(row)));
    }
    return out;
}

Result<> bind_pipeline(
    store::Transaction& transaction,
    const std::string& name,
    model::RepositoryId repository,
    const std::string& actor
) {
    const auto pipeline = get_row(transaction, name);
    if (!pipeline) return pipeline.error();
    store::bind_pipeline(transaction, pipeline->id, repository, actor);
    return {};
}

Result<> unbind_pipeline(
    store::Transaction& transaction,
    const std::string& name,
    model::RepositoryId repository,
    const std::string& actor
) {
    const auto pipeline = get_row(transaction, name);
    if (!pipeline) return pipeline.error();
    store::unbind_pipeline(transaction, pipeline->id, repository, actor);
    return {};
}

}  // namespace triphammer::definitions
