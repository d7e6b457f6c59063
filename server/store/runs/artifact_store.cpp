#include "store/runs/artifact_store.hpp"

#include "store/sqlite/change_store.hpp"

namespace triphammer::store {

namespace {

constexpr const char* kColumns =
    "SELECT id, repository, run, job, attempt, name, blob, sha256, bytes, created_at, expires_at "
    "FROM artifacts ";

Statement select(Connection& db, const char* rest) {
    return db.prepare(std::string{kColumns} + rest);
}

ArtifactRow read_artifact(Statement& row) {
    ArtifactRow artifact;
    row.read(
        artifact.id,
        artifact.repository,
        artifact.run,
        artifact.job,
        artifact.attempt,
        artifact.name,
        artifact.blob,
        artifact.sha256,
        artifact.bytes,
        artifact.created_at,
        artifact.expires_at
    );
    return artifact;
}

}  // namespace

std::int64_t insert_artifact(Transaction& tx, const NewArtifact& artifact) {
    auto insert = tx.prepare(
        "INSERT INTO artifacts (repository, run, job, attempt, name, blob, sha256, bytes, "
        "created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    );
    insert
        .bind(
            artifact.repository,
            artifact.run,
            artifact.job,
            artifact.attempt,
            artifact.name,
            artifact.blob,
            artifact.sha256,
            artifact.bytes,
            tx.now(),
            artifact.expires_at
        )
        .run();
    const auto id = tx.last_insert_id();
    append_change(
        tx,
        {.subject = "artifact",
         .id = id,
         .run = artifact.run,
         .to_state = "stored",
         .reason = artifact.name}
    );
    return id;
}

std::optional<ArtifactRow> find_artifact(Connection& db, std::int64_t id) {
    return select(db, "WHERE id = ?").bind(id).find_row(read_artifact);
}

std::optional<ArtifactRow> find_artifact_by_name(
    Connection& db, model::RunId run, std::string_view name
) {
    return select(db, "WHERE run = ? AND name = ?").bind(run, name).find_row(read_artifact);
}

std::vector<ArtifactRow> list_artifacts(Connection& db, model::RunId run) {
    return select(db, "WHERE run = ? ORDER BY name").bind(run).list(read_artifact);
}

std::vector<ArtifactRow> list_expired_artifacts(Connection& db, TimePoint at, int limit) {
    return select(db, "WHERE expires_at <= ? ORDER BY expires_at LIMIT ?")
        .bind(at, limit)
        .list(read_artifact);
}

void delete_artifact(Transaction& tx, const ArtifactRow& artifact, std::string_view actor) {
    tx.prepare("DELETE FROM artifacts WHERE id = ?").bind(artifact.id).run();
    append_change(
        tx,
        {.subject = "artifact",
         .id = artifact.id,
         .run = artifact.run,
         .from_state = "stored",
         .to_state = "removed",
         .reason = artifact.name,
         .actor = actor}
    );
}

std::int64_t sum_artifacts(Connection& db, model::RepositoryId repository) {
    auto query = repository
                     ? db.prepare("SELECT sum(bytes) FROM artifacts WHERE repository = ?")
                     : db.prepare("SELECT sum(bytes) FROM artifacts INDEXED BY artifacts_room");
    if (repository) query.bind(repository);
    return query.find<std::int64_t>().value_or(0);
}

std::vector<std::string> list_artifact_blobs(Connection& db) {
    return db.prepare("SELECT blob FROM artifacts").list([](Statement& row) {
        std::string blob;
        row.read(blob);
        return blob;
    });
}

}  // namespace triphammer::store
