#pragma once
// Attempts' folders made before there is an attempt, in run/ready. A folder is 18 inodes, and a
// file system that just lost many makes new ones slowly (ext4 passes over each inode that was
// deleted within the last minutes): what an attempt left clean is used again.

#include "base/result.hpp"

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <vector>

namespace triphammer::launcher {

/// What a job's steps own in their attempt's folder.
inline constexpr std::array<const char*, 4> kStepFolders{"work", "temp", "home", "tmp"};
/// What a runner writes into `temp` for the job and its first step: empty files, ours.
inline constexpr std::array<const char*, 7> kFirstFiles{
    "event.json", "output_1", "env_1", "path_1", "state_1", "summary_1", "script_1.sh"};
/// What a runner fills for the job; in the home steps find their workspace, and links to it.
inline constexpr std::array<const char*, 4> kRunnerFolders{
    "actions", "temp/tools", "home/workspace", "home/work"};

/// Calls may come from two threads: `take` from the launcher's, the others from the one for disks.
class FolderStock {
  public:
    /// `daemon`: may read the folders; absent when it is who we are.
    FolderStock(std::filesystem::path run, std::optional<uid_t> daemon);

    /// A folder with lock, log, spool, the folders and files above at `place`, 0700 and ours; made
    /// now when none is ready. Code::conflict when something is there.
    Result<> take(const std::filesystem::path& place);

    /// Makes folders until enough are ready.
    Result<> fill();

    /// Makes the folder of an attempt that is over, nobody's process in it, ready again. False:
    /// it is still there, holds too much for that or is not as it was made.
    bool take_back(const std::filesystem::path& folder);

  private:
    Result<> make(const std::filesystem::path& place) const;
    std::optional<std::filesystem::path> next();
    std::size_t size();
    Result<> put(const std::filesystem::path& folder);

    const std::filesystem::path run_;
    const std::optional<uid_t> daemon_;
    std::mutex mutex_;
    std::vector<std::filesystem::path> ready_;
    std::uint64_t made_ = 0;
};

}  // namespace triphammer::launcher
