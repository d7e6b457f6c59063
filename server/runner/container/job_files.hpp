#pragma once
// The folders of a job in its container: what is new on this side goes in before a command starts,
// the command's files come back at its end.

#include "docker/engine.hpp"
#include "runner/container/files.hpp"
#include "runner/container/wire.hpp"
#include "runner/session/step_executor.hpp"

#include <array>
#include <string>
#include <vector>

namespace triphammer::runner {

class JobFiles {
  public:
    /// `outside.*.outside` exist; the names inside are GitHub's. `repository`: OWNER/NAME.
    JobFiles(const JobFolders& outside, const std::string& repository);

    const JobFolders& folders() const { return folders_; }

    /// For steps of another user than root.
    void give_to(std::uint32_t user, std::uint32_t group);

    /// Sends what is new: a little is added to `frames`, for the supervisor; much goes by archive.
    Task<Result<>> send_changes(
        docker::Engine& engine, const std::string& container, std::string& frames
    );
    /// A folder of the workspace (relative to it) that was made anew on this side is sent again. As
    /// frames, for the supervisor: that what it was there goes first; where it `keeps_files`, what
    /// was sent and is not here any more, and git's own.
    std::string renew(const std::string& path, bool keeps_files);

    /// The command files (GITHUB_OUTPUT & co.) that these variables name, as the container has
    /// them.
    static std::vector<std::string> list_command_files(const std::vector<std::string>& environment);
    /// Keeps one that came back, if it is one of `wanted`: whoever sends it has met the job.
    Result<> take_back(const std::vector<std::string>& wanted, const wire::File& file);

  private:
    Task<Result<>> send_folder(
        docker::Engine& engine, const std::string& container, std::size_t at, std::string& frames
    );

    JobFolders folders_;
    std::array<FolderSync, 4> synced_;  // workspace, temp, home, actions
};

}  // namespace triphammer::runner
