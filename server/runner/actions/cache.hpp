#pragma once
// actions/cache, with /restore and /save, built in. Source: the action's documentation (v4).
// A cache that cannot be restored or saved never fails a job; only fail-on-cache-miss does.

#include "runner/session/store_call.hpp"

namespace triphammer::runner {

/// cache-primary-key, and where one was found cache-hit (whether by the exact key) and
/// cache-matched-key.
Task<Result<protocol::Outputs>> restore_cache(StoreCall call, StoreInputs inputs);
/// `matched`: the key that restore found, if it did: nothing is saved over an exact hit.
Task<Result<>> save_cache(StoreCall call, StoreInputs inputs, std::string matched);

/// What makes two caches of one key different: the paths, as they mean the same in every job.
/// Pure.
std::string cache_version(const std::vector<std::string>& paths, const JobFolders& folders);

}  // namespace triphammer::runner
