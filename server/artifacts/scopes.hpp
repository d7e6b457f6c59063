#pragma once
// Which caches a run may see and where it saves its own: what keeps a pull request's out of main's
// builds. Decided from the run's row, never from what its jobs send.
// Source of the order: GitHub's page "Caching dependencies", matching a cache key.
//
//   run of                     reads, in this order              writes
//   branch or tag              its ref, the default branch       its ref
//   pull request               its ref, the base, the default    its ref (refs/pull/N/merge)
//   pull request from a fork   the same                          nothing

#include "store/runs/run_store.hpp"

#include <string>
#include <vector>

namespace triphammer::artifacts {

struct CacheScopes {
    std::vector<std::string> readable;  // refs, the nearest first
    std::string writable;               // empty: none
};

CacheScopes find_cache_scopes(store::Connection& db, const store::RunRow& run);

}  // namespace triphammer::artifacts
