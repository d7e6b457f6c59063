#pragma once
// `caches`: folders that jobs have saved, found by key. Whom one is for stands in `scope`, the ref
// of the run that saved it: never in what a job sends.

#include "store/sqlite/transaction.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

/// Where a cache is looked for.
struct CachePlace {
    model::RepositoryId repository = {};
    std::string scope = {};
    std::string version = {};
};

struct NewCache {
    CachePlace place = {};
    std::string key = {};
    std::string blob = {};
    std::string sha256 = {};
    std::int64_t bytes = 0;
};

struct CacheRow {
    std::int64_t id = 0;
    CachePlace place;
    std::string key;
    std::string blob;
    std::string sha256;
    std::int64_t bytes = 0;
    TimePoint created_at;
    TimePoint used_at;
};

/// Its id. A key that the place has already breaks a constraint: look first.
std::int64_t insert_cache(Transaction& tx, const NewCache& cache);
std::optional<CacheRow> find_cache(Connection& db, std::int64_t id);
std::optional<CacheRow> find_cache_by_key(
    Connection& db, const CachePlace& place, std::string_view key
);
/// The newest whose key begins with `prefix`.
std::optional<CacheRow> find_newest_cache(
    Connection& db, const CachePlace& place, std::string_view prefix
);
void touch_cache(Transaction& tx, std::int64_t id);
void delete_cache(Transaction& tx, std::int64_t id);

/// The one that was not used for the longest time, of a repository; of 0: of all.
std::optional<CacheRow> find_least_used_cache(Connection& db, model::RepositoryId repository);
/// Bytes that a repository's caches take; of 0: those of all.
std::int64_t sum_caches(Connection& db, model::RepositoryId repository);
/// The oldest first.
std::vector<CacheRow> list_caches(Connection& db, model::RepositoryId repository);
/// The names of all files that have a row.
std::vector<std::string> list_cache_blobs(Connection& db);

}  // namespace triphammer::store
