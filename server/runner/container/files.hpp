#pragma once

#include "base/result.hpp"
#include "docker/tar.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::runner {

/// A folder on this side of a job container: tells what the container does not have yet. What was
/// deleted here stays there.
class FolderSync {
  public:
    explicit FolderSync(std::string root) : root_{std::move(root)} {}

    /// Every user of the container may do what the owner may here: its steps are another one.
    void open_to_all() { is_open_ = true; }

    /// New and changed entries since the last call.
    Result<std::vector<docker::TarHeader>> take_changes();

    /// The container's content of `path` (relative) replaces ours and counts as sent.
    Result<> replace(const std::string& path, std::string_view bytes);

    const std::string& root() const { return root_; }

  private:
    /// What changes when a file does: change time, size and inode.
    struct Mark {
        std::int64_t changed_ns = 0;
        std::uint64_t size = 0;
        std::uint64_t inode = 0;

        friend bool operator==(const Mark&, const Mark&) = default;
    };

    std::optional<Mark> look_at(const docker::TarHeader& header) const;

    std::string root_;
    bool is_open_ = false;
    std::map<std::string, Mark> sent_;
};

}  // namespace triphammer::runner
