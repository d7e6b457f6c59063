#include "store/pipeline_store.hpp"

#include "store/sqlite/change_store.hpp"

namespace triphammer::store {

using model::PipelineId;
using model::RepositoryId;

namespace {

PipelineRow read_pipeline(Statement& row) {
    PipelineRow pipeline;
    row.read(
        pipeline.id,
        pipeline.name,
        pipeline.version,
        pipeline.created_at,
        pipeline.updated_at,
        pipeline.author
    );
    return pipeline;
}

VersionRow read_version(Statement& row) {
    VersionRow version;
    row.read(version.version, version.text, version.author, version.note, version.created_at);
    return version;
}

constexpr std::string_view kPipelines =
    "SELECT p.id, p.name, p.version, p.created_at, v.created_at, v.author FROM pipelines AS p "
    "JOIN pipeline_versions AS v ON v.pipeline = p.id AND v.version = p.version "
    "WHERE p.removed_at IS NULL ";

struct Event {
    PipelineId id;
    std::string_view what;
    std::string_view detail;
    std::string_view actor;
};

void record(Transaction& tx, const Event& event) {
    append_change(
        tx,
        {.subject = "pipeline",
         .id = event.id.value,
         .to_state = event.what,
         .reason = event.detail,
         .actor = event.actor}
    );
}

void insert_version(
    Transaction& tx, PipelineId id, std::int64_t number, const NewVersion& version
) {
    auto insert = tx.prepare(
        "INSERT INTO pipeline_versions (pipeline, version, text, author, note, created_at) "
        "VALUES (?, ?, ?, ?, ?, ?)"
    );
    insert.bind(id, number, version.text, version.author, version.note, tx.now()).run();
    record(tx, {id, "saved", "version " + std::to_string(number), version.author});
}

PipelineId insert_pipeline(Transaction& tx, std::string_view name) {
    auto insert = tx.prepare("INSERT INTO pipelines (name, version, created_at) VALUES (?, 1, ?)");
    insert.bind(name, tx.now()).run();
    return {tx.last_insert_id()};
}

std::int64_t take_version(Transaction& tx, PipelineId id) {
    auto update = tx.prepare(
        "UPDATE pipelines SET version = 1 + (SELECT max(version) FROM pipeline_versions "
        "WHERE pipeline = ?) WHERE id = ? RETURNING version"
    );
    return update.bind(id, id).find<std::int64_t>().value_or(0);
}

Error unknown(std::string_view name) {
    return not_found("there is no pipeline called " + std::string{name});
}

}  // namespace

Result<PipelineRow> put_pipeline(Transaction& tx, const NewVersion& version) {
    const auto there = find_pipeline(tx, version.name);
    const auto active = there ? there->version : 0;
    if (active != version.expected) {
        return conflict(
            "pipeline " + version.name + " is at version " + std::to_string(active) + ", not at " +
            std::to_string(version.expected) + "; load it and try again"
        );
    }
    const auto id = there ? there->id : insert_pipeline(tx, version.name);
    const auto number = there ? take_version(tx, id) : 1;
    insert_version(tx, id, number, version);
    return *find_pipeline(tx, version.name);
}

Result<> activate_version(
    Transaction& tx, std::string_view name, std::int64_t version, std::string_view actor
) {
    const auto there = find_pipeline(tx, name);
    if (!there) return unknown(name);
    if (!find_version(tx, there->id, version)) {
        return not_found(
            "pipeline " + std::string{name} + " has no version " + std::to_string(version)
        );
    }
    tx.prepare("UPDATE pipelines SET version = ? WHERE id = ?").bind(version, there->id).run();
    record(tx, {there->id, "activated", "version " + std::to_string(version), actor});
    return {};
}

std::optional<PipelineRow> find_pipeline(Connection& db, std::string_view name) {
    auto query = db.prepare(std::string{kPipelines} + "AND p.name = ?");
    return query.bind(name).find_row(read_pipeline);
}

std::vector<PipelineRow> list_pipelines(Connection& db) {
    return db.prepare(std::string{kPipelines} + "ORDER BY p.name").list(read_pipeline);
}

std::optional<VersionRow> find_version(Connection& db, PipelineId pipeline, std::int64_t version) {
    auto query = db.prepare(
        "SELECT version, text, author, note, created_at FROM pipeline_versions "
        "WHERE pipeline = ? AND version = ?"
    );
    return query.bind(pipeline, version).find_row(read_version);
}

std::vector<VersionRow> list_versions(Connection& db, PipelineId pipeline) {
    auto query = db.prepare(
        "SELECT version, text, author, note, created_at FROM pipeline_versions "
        "WHERE pipeline = ? ORDER BY version DESC"
    );
    return query.bind(pipeline).list(read_version);
}

Result<> remove_pipeline(Transaction& tx, std::string_view name, std::string_view actor) {
    const auto there = find_pipeline(tx, name);
    if (!there) return unknown(name);
    tx.prepare("DELETE FROM pipeline_bindings WHERE pipeline = ?").bind(there->id).run();
    auto update = tx.prepare("UPDATE pipelines SET removed_at = ? WHERE id = ?");
    update.bind(tx.now(), there->id).run();
    record(tx, {there->id, "removed", name, actor});
    return {};
}

bool bind_pipeline(
    Transaction& tx, PipelineId pipeline, RepositoryId repository, std::string_view actor
) {
    auto insert = tx.prepare(
        "INSERT INTO pipeline_bindings (pipeline, repository) VALUES (?, ?) ON CONFLICT DO NOTHING"
    );
    if (insert.bind(pipeline, repository).run() == 0) return false;
    record(tx, {pipeline, "bound", "repository " + to_text(repository), actor});
    return true;
}

bool unbind_pipeline(
    Transaction& tx, PipelineId pipeline, RepositoryId repository, std::string_view actor
) {
    auto remove = tx.prepare("DELETE FROM pipeline_bindings WHERE pipeline = ? AND repository = ?");
    if (remove.bind(pipeline, repository).run() == 0) return false;
    record(tx, {pipeline, "unbound", "repository " + to_text(repository), actor});
    return true;
}

std::vector<RepositoryId> list_bound_repositories(Connection& db, PipelineId pipeline) {
    auto query =
        db.prepare("SELECT repository FROM pipeline_bindings WHERE pipeline = ? ORDER BY 1");
    return query.bind(pipeline).list([](Statement& row) {
        RepositoryId id;
        row.read(id);
        return id;
    });
}

std::vector<BoundPipeline> list_bound_pipelines(Connection& db, RepositoryId repository) {
    auto query = db.prepare(
        "SELECT p.id, p.name, p.version, v.text FROM pipeline_bindings AS b "
        "JOIN pipelines AS p ON p.id = b.pipeline AND p.removed_at IS NULL "
        "JOIN pipeline_versions AS v ON v.pipeline = p.id AND v.version = p.version "
        "WHERE b.repository = ? ORDER BY p.name"
    );
    return query.bind(repository).list([](Statement& row) {
        BoundPipeline bound;
        row.read(bound.id, bound.name, bound.version, bound.text);
        return bound;
    });
}

}  // namespace triphammer::store
