#pragma once
// Room on the disks of the data directory and the run directory. Below the low-water mark no job is
// started; what GitHub sends is kept all the same, at the end in the room of a reserve file.
//
//   whole ──free < mark──▶ paused ──free ≥ mark──▶ whole
//     └─────a delivery does not fit──▶ reserve given up: no log, no artifact, no job
//                                        └──free ≥ mark + reserve──▶ whole, reserve made again

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace triphammer::app {

struct DiskLimits {
    std::uint64_t low_water = 0;         // bytes; 0: a twentieth of the file system, at most 1 GiB
    std::uint64_t reserve = 64U << 20U;  // bytes, never more than the automatic mark
};

/// All on the logic thread; every call asks the kernel, which answers from memory.
class DiskGuard {
  public:
    /// `on_reserve`: true when the reserve is there, false when it was given up.
    DiskGuard(
        std::filesystem::path data,
        std::filesystem::path run,
        DiskLimits limits,
        std::function<void(bool)> on_reserve
    );

    /// Why no job may be started, in a sentence that names folder and key; empty: one may. Makes
    /// the reserve again once there is room for it.
    std::string find_shortage();
    /// A delivery did not fit. True: there is more room than before.
    bool give_up_reserve();

    struct Measures {
        std::uint64_t free_in_data = 0;
        std::uint64_t free_in_run = 0;
        std::uint64_t mark = 0;     // of the data directory's file system
        std::uint64_t reserve = 0;  // 0: it is given up, or there never was room
    };

    Measures measure() const;

  private:
    std::uint64_t mark_of(std::uint64_t bytes) const;
    std::uint64_t reserve_of(std::uint64_t bytes) const;
    std::string shortage_in(const std::filesystem::path& folder) const;
    void keep_reserve();

    std::filesystem::path data_;
    std::filesystem::path run_;
    DiskLimits limits_;
    std::function<void(bool)> on_reserve_;
    std::uint64_t held_ = 0;  // bytes of the reserve
    bool is_given_up_ = false;
    std::string told_;  // in the log
};

}  // namespace triphammer::app
