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

    /// Whom the files belong to in the container; root without it.
    void give_to(std::uint32_t owner, std::uint32_t group) {
        owner_ = owner;
        group_ = group;
    }

    /// Everybody may read what the owner may read here.
    void show_to_all() { is_shown_ = true; }

    /// New and changed entries since the last call.
    Result<std::vector<docker::TarHeader>> take_changes();

    /// `path` (relative; empty: all) was made anew: it is sent again. Returns what was sent of it
    /// and is not here any more, the inner ones first.
    std::vector<std::string> forget(const std::string& path);

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
    std::uint32_t owner_ = 0;
    std::uint32_t group_ = 0;
    bool is_shown_ = false;
    std::map<std::string, Mark> sent_;
};

}  // namespace triphammer::runner
