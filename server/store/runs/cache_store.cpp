#include "store/runs/cache_store.hpp"

namespace triphammer::store {

namespace {

constexpr const char* kColumns =
    "SELECT id, repository, scope, version, key, blob, sha256, bytes, created_at, used_at "
    "FROM caches ";

Statement select(Connection& db, const char* rest) {
    return db.prepare(std::string{kColumns} + rest);
}

CacheRow read_cache(Statement& row) {
    CacheRow cache;
    row.read(
        cache.id,
        cache.place.repository,
        cache.place.scope,
        cache.place.version,
        cache.key,
        cache.blob,
        cache.sha256,
        cache.bytes,
        cache.created_at,
        cache.used_at
    );
    return cache;
}

}  // namespace

std::int64_t insert_cache(Transaction& tx, const NewCache& cache) {
    auto insert = tx.prepare(
        "INSERT INTO caches (repository, scope, version, key, blob, sha256, bytes, created_at, "
        "used_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    );
    insert
        .bind(
            cache.place.repository,
            cache.place.scope,
            cache.place.version,
            cache.key,
            cache.blob,
            cache.sha256,
            cache.bytes,
            tx.now(),
            tx.now()
        )
        .run();
    return tx.last_insert_id();
}

std::optional<CacheRow> find_cache(Connection& db, std::int64_t id) {
    return select(db, "WHERE id = ?").bind(id).find_row(read_cache);
}

std::optional<CacheRow> find_cache_by_key(
    Connection& db, const CachePlace& place, std::string_view key
) {
    return select(db, "WHERE repository = ? AND scope = ? AND version = ? AND key = ?")
        .bind(place.repository, place.scope, place.version, key)
        .find_row(read_cache);
}

std::optional<CacheRow> find_newest_cache(
    Connection& db, const CachePlace& place, std::string_view prefix
) {
    return select(
               db,
               "WHERE repository = ? AND scope = ? AND version = ? "
               "AND substr(key, 1, length(?)) = ? ORDER BY created_at DESC, id DESC LIMIT 1"
    )
        .bind(place.repository, place.scope, place.version, prefix, prefix)
        .find_row(read_cache);
}

void touch_cache(Transaction& tx, std::int64_t id) {
    tx.prepare("UPDATE caches SET used_at = ? WHERE id = ?").bind(tx.now(), id).run();
}

void delete_cache(Transaction& tx, std::int64_t id) {
    tx.prepare("DELETE FROM caches WHERE id = ?").bind(id).run();
}

std::optional<CacheRow> find_least_used_cache(Connection& db, model::RepositoryId repository) {
    if (!repository) return select(db, "ORDER BY used_at, id LIMIT 1").find_row(read_cache);
    return select(db, "WHERE repository = ? ORDER BY used_at, id LIMIT 1")
        .bind(repository)
        .find_row(read_cache);
}

std::int64_t sum_caches(Connection& db, model::RepositoryId repository) {
    auto query = repository ? db.prepare("SELECT sum(bytes) FROM caches WHERE repository = ?")
                            : db.prepare("SELECT sum(bytes) FROM caches INDEXED BY caches_room");
    if (repository) query.bind(repository);
    return query.find<std::int64_t>().value_or(0);
}

std::vector<CacheRow> list_caches(Connection& db, model::RepositoryId repository) {
    return select(db, "WHERE repository = ? ORDER BY id").bind(repository).list(read_cache);
}

std::vector<std::string> list_cache_blobs(Connection& db) {
    return db.prepare("SELECT blob FROM caches").list([](Statement& row) {
        std::string blob;
        row.read(blob);
        return blob;
    });
}

}  // namespace triphammer::store
