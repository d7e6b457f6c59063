#pragma once
// What an attempt may write, kept by the file system at once where it counts projects (ext4 or xfs,
// mounted with prjquota): its folders are a project of their own (docs/adr/0030). Source:
// quotactl(2), ioctl_xfs_fsgetxattr(2).

#include "base/spawn.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace triphammer::execution {

class DiskQuota {
  public:
    /// As root, who stays behind in a child: limits are root's to set, and are known later.
    /// Nothing: the file system of the first folder counts no projects. `number`: nobody else's.
    /// `reserve`: a file to be, see `open_reserve`; its folder is not the job's.
    static Result<std::optional<DiskQuota>> make(
        const std::vector<std::string>& folders, std::uint32_t number, std::string reserve
    );

    /// Once. False: the file system only counts.
    bool set(std::uint64_t bytes);

    /// Nobody is root any more; called where there is nothing to be set.
    void leave();

    /// Whether there is a limit, and not one block is left.
    bool is_full() const;

    /// Once the job's steps are to end: there is a little room again, for what is to be written
    /// after that.
    void open_reserve();

  private:
    DiskQuota() = default;

    std::string folder_;
    std::string reserve_;
    FileDescriptor reserved_;
    FileDescriptor channel_;  // to the child
    std::optional<Child> child_;
    bool is_limited_ = false;
};

}  // namespace triphammer::execution
