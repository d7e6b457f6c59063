#pragma once
// The caches of runs without a server, in a folder that outlives them:
//
//   <folder>/caches.json     what they are: repository, scope, version, key
//   <folder>/<sha256>-…      the files, under the names that they had
//
// A run takes them in before it begins and leaves them there when it has ended.

#include "artifacts/keeper.hpp"
#include "base/file.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace triphammer::app {

class KeptCaches {
  public:
    /// `folder` is made when there is something to keep; empty: nothing is kept. Another run that
    /// has it open: nothing is taken and nothing left.
    KeptCaches(std::filesystem::path folder, std::string repository);

    /// Copies the files to where `keeper` has them, and writes their rows.
    Result<> take(
        store::Transaction& tx, model::RepositoryId repository, const artifacts::Keeper& keeper
    ) const;
    /// Replaces what is kept of the repository by `rows`.
    Result<> leave(const std::vector<store::CacheRow>& rows, const artifacts::Keeper& keeper);

  private:
    void lock();

    std::filesystem::path folder_;
    std::string repository_;
    FileDescriptor lock_;
};

}  // namespace triphammer::app
