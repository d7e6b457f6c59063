#pragma once
// What a job stores with the daemon and fetches from it (api/runner/runner_artifacts.cpp has the
// routes). A daemon that is away comes back: an exchange begins anew then, and a repeated upload
// gets its first answer. Files are read and written in pieces.

#include "base/result.hpp"
#include "base/task.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace triphammer::runner {

class Session;

/// A file as it will be sent.
struct StoredFile {
    std::filesystem::path path;
    std::string sha256;
    std::uint64_t bytes = 0;
};

class StoreLink {
  public:
    using Query = std::vector<std::pair<std::string, std::string>>;

    /// `session` outlives it.
    explicit StoreLink(Session& session) : session_{session} {}

    /// The JSON that the daemon answers. Errors are the daemon's: conflict, refused, not_found,
    /// too_large, invalid; unavailable when it is away for more than ten minutes.
    Task<Result<std::string>> ask(std::string path, Query query);
    /// `query` gets the file's length and sum.
    Task<Result<std::string>> send(std::string path, Query query, StoredFile file);
    /// What is there no more is no error.
    Task<Result<>> remove(std::string path);
    /// Into a new file, 0644.
    Task<Result<>> fetch(std::string path, std::filesystem::path into);

  private:
    Session& session_;
};

}  // namespace triphammer::runner
