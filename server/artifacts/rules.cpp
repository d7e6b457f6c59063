#include "artifacts/rules.hpp"

#include "artifacts/scopes.hpp"
#include "store/runs/attempt_store.hpp"
#include "store/runs/job_store.hpp"

#include <algorithm>

namespace triphammer::artifacts {

namespace {

constexpr std::size_t kLongestName = 255;
constexpr std::size_t kLongestKey = 512;

/// Source: the toolkit's rules for artifact names: they become names of files.
Result<> check_name(const std::string& name) {
    if (name.empty() || name.size() > kLongestName) {
        return invalid("an artifact's name has 1 to 255 bytes");
    }
    if (name == "." || name == ".." || name.find_first_of("\":<>|*?\r\n\\/") != std::string::npos) {
        return invalid(
            "the artifact name '" + name +
            "' has a character that files cannot have: \" : < > | * "
            "? \\ / or a line break"
        );
    }
    return {};
}

Result<> check_key(const std::string& key) {
    if (key.empty() || key.size() > kLongestKey) return invalid("a cache key has 1 to 512 bytes");
    if (key.find(',') != std::string::npos) return invalid("a cache key has no commas");
    return {};
}

Error full(const char* what, std::int64_t wanted, std::int64_t limit) {
    return Error{
        Code::too_large,
        std::string{what} + ": " + std::to_string(wanted) +
            " bytes would be needed, the quota is " + std::to_string(limit)};
}

/// Whether `found` gives way to the upload: an earlier attempt's always does.
bool is_replaced(const store::ArtifactRow& found, const ArtifactUpload& upload, model::JobId job) {
    return upload.overwrite || (found.job == job && found.attempt < upload.fence);
}

bool is_repeated(const store::ArtifactRow& found, const ArtifactUpload& upload) {
    return found.attempt == upload.fence && found.sha256 == upload.content.sha256;
}

Result<> check_artifact_room(
    store::Connection& db, const Owner& owner, std::int64_t more, const Room& room
) {
    const auto own = store::sum_artifacts(db, owner.run.repository) + more;
    if (own > room.repository) return full("the repository's artifacts", own, room.repository);
    const auto all = store::sum_artifacts(db, {}) + more;
    if (all > room.all) return full("the server's artifacts", all, room.all);
    return {};
}

/// What the run has under this name, if it is in the way or to be replaced.
Result<std::optional<store::ArtifactRow>> find_namesake(
    store::Connection& db, const ArtifactUpload& upload, const Owner& owner
) {
    auto found = store::find_artifact_by_name(db, owner.run.id, upload.name);
    if (!found || is_repeated(*found, upload) || is_replaced(*found, upload, owner.job))
        return found;
    return conflict(
        "this run has an artifact '" + upload.name +
        "' already; choose another name, or set overwrite: true"
    );
}

Result<store::CachePlace> find_place(store::Connection& db, const CacheUpload& upload) {
    const auto owner = find_owner(db, upload.fence);
    if (!owner) return owner.error();
    if (auto fine = check_key(upload.key); !fine) return fine.error();
    const auto scopes = find_cache_scopes(db, owner->run);
    if (scopes.writable.empty()) {
        return refused("a run of a fork's pull request reads caches and saves none");
    }
    return store::CachePlace{owner->run.repository, scopes.writable, upload.version};
}

Result<std::optional<store::CacheRow>> find_same_key(
    store::Connection& db, const store::CachePlace& place, const CacheUpload& upload
) {
    auto found = store::find_cache_by_key(db, place, upload.key);
    if (!found || found->sha256 == upload.content.sha256) return found;
    return conflict("there is a cache with the key '" + upload.key + "' already");
}

void make_room(
    store::Transaction& tx,
    model::RepositoryId repository,
    std::int64_t allowed,
    std::vector<std::string>& removed
) {
    while (store::sum_caches(tx, repository) > allowed) {
        const auto oldest = store::find_least_used_cache(tx, repository);
        if (!oldest) return;
        store::delete_cache(tx, oldest->id);
        removed.push_back(oldest->blob);
    }
}

}  // namespace

Result<Owner> find_owner(store::Connection& db, model::Fence fence) {
    const auto attempt = store::find_attempt(db, fence);
    if (!attempt || model::is_final(attempt->state)) return refused("the attempt is over");
    const auto job = store::find_job(db, attempt->job);
    if (!job) return not_found("the attempt's job");
    auto run = store::find_run(db, job->run);
    if (!run) return not_found("the attempt's run");
    return Owner{std::move(*run), job->id};
}

Result<std::optional<store::ArtifactRow>> admit_artifact(
    store::Connection& db, const ArtifactUpload& upload, const Room& room
) {
    if (auto fine = check_name(upload.name); !fine) return fine.error();
    const auto owner = find_owner(db, upload.fence);
    if (!owner) return owner.error();
    auto found = find_namesake(db, upload, *owner);
    if (!found) return found;
    if (*found && is_repeated(**found, upload)) return found;
    const auto freed = *found ? (*found)->bytes : 0;
    auto fits = check_artifact_room(db, *owner, upload.content.bytes - freed, room);
    if (!fits) return fits.error();
    return std::optional<store::ArtifactRow>{};
}

Result<Registered<store::ArtifactRow>> register_artifact(
    store::Transaction& tx, const ArtifactUpload& upload, const Blob& blob, const Limits& limits
) {
    auto earlier = admit_artifact(tx, upload, limits.artifacts);
    if (!earlier) return earlier.error();
    // The same bytes came twice at once: the first one's file stays.
    if (*earlier) return Registered<store::ArtifactRow>{std::move(**earlier), {blob.name}};
    const auto owner = find_owner(tx, upload.fence);
    Registered<store::ArtifactRow> out;
    if (auto replaced = store::find_artifact_by_name(tx, owner->run.id, upload.name)) {
        store::delete_artifact(tx, *replaced, "");
        out.removed.push_back(replaced->blob);
    }
    const auto asked = upload.retention_days > 0 ? upload.retention_days : limits.retention_days;
    const auto days = std::min(asked, limits.retention_days);
    store::NewArtifact row;
    row.repository = owner->run.repository;
    row.run = owner->run.id;
    row.job = owner->job;
    row.attempt = upload.fence;
    row.name = upload.name;
    row.blob = blob.name;
    row.sha256 = blob.sha256;
    row.bytes = static_cast<std::int64_t>(blob.bytes);
    row.expires_at = tx.now() + std::chrono::hours{24 * days};
    out.row = *store::find_artifact(tx, store::insert_artifact(tx, row));
    return out;
}

Result<std::optional<store::CacheRow>> admit_cache(
    store::Connection& db, const CacheUpload& upload, const Room& room
) {
    const auto place = find_place(db, upload);
    if (!place) return place.error();
    const auto most = std::min(room.all, room.repository);
    if (upload.content.bytes > most) return full("this cache", upload.content.bytes, most);
    return find_same_key(db, *place, upload);
}

Result<Registered<store::CacheRow>> register_cache(
    store::Transaction& tx, const CacheUpload& upload, const Blob& blob, const Room& room
) {
    auto earlier = admit_cache(tx, upload, room);
    if (!earlier) return earlier.error();
    if (*earlier) return Registered<store::CacheRow>{std::move(**earlier), {blob.name}};
    const auto place = find_place(tx, upload);
    Registered<store::CacheRow> out;
    const auto bytes = static_cast<std::int64_t>(blob.bytes);
    make_room(tx, place->repository, room.repository - bytes, out.removed);
    make_room(tx, {}, room.all - bytes, out.removed);
    const store::NewCache row{*place, upload.key, blob.name, blob.sha256, bytes};
    out.row = *store::find_cache(tx, store::insert_cache(tx, row));
    return out;
}

std::optional<store::CacheRow> find_cache_for(store::Connection& db, const CacheQuery& query) {
    const auto owner = find_owner(db, query.fence);
    if (!owner) return {};
    for (const auto& scope : find_cache_scopes(db, owner->run).readable) {
        const store::CachePlace place{owner->run.repository, scope, query.version};
        if (auto found = store::find_cache_by_key(db, place, query.key)) return found;
        if (auto found = store::find_newest_cache(db, place, query.key)) return found;
        for (const auto& prefix : query.restore_keys) {
            if (auto found = store::find_newest_cache(db, place, prefix)) return found;
        }
    }
    return {};
}

}  // namespace triphammer::artifacts
