#pragma once
// How much a file system has left.

#include "doctor/finding.hpp"

#include <cstdint>
#include <filesystem>

namespace triphammer::doctor {

struct Room {
    std::uint64_t bytes = 0;  // of the file system; 0: it could not be measured
    std::uint64_t free_bytes = 0;
    std::uint64_t files = 0;  // inodes; 0: it counts none
    std::uint64_t free_files = 0;
    bool is_memory = false;  // tmpfs
};

/// Of the file system that holds `path`, or the nearest folder above that exists.
Room measure_room(std::filesystem::path path);

/// "12.3 GiB"
std::string to_size(std::uint64_t bytes);

/// `what` is the folder as people call it: "the data directory".
Findings check_room(const Room& room, const std::string& what, const std::filesystem::path& path);

}  // namespace triphammer::doctor
