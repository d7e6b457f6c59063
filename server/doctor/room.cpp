#include "doctor/room.hpp"

#include <linux/magic.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <cstdio>

namespace triphammer::doctor {

namespace {

constexpr std::uint64_t kMiB = 1ULL << 20U;
constexpr std::uint64_t kGiB = 1ULL << 30U;
// SQLite and logs still get by with the second; a checkout with its build does not with the first.
constexpr std::uint64_t kLittle = 2 * kGiB;
constexpr std::uint64_t kNone = 256 * kMiB;
constexpr std::uint64_t kFewFiles = 50'000;
constexpr std::uint64_t kNoFiles = 2'000;

Finding check_bytes(const Room& room, const std::string& what, const std::string& path) {
    const auto name = "disk: " + what;
    const auto text =
        to_size(room.free_bytes) + " of " + to_size(room.bytes) + " are free in " + path;
    const auto look = "du -xh --max-depth=2 " + path + " | sort -h | tail";
    if (room.free_bytes < kNone) return failure(name, "Only " + text + ": builds fail.", look);
    if (room.free_bytes < kLittle) return warning(name, "Only " + text + ".", look);
    return fine(name, text + ".");
}

Finding check_files(const Room& room, const std::string& what, const std::string& path) {
    const auto name = "inodes: " + what;
    const auto text = std::to_string(room.free_files) + " more files fit in " + path + ".";
    const auto look = "du -x --inodes --max-depth=2 " + path + " | sort -n | tail";
    if (room.free_files < kNoFiles) return failure(name, "Only " + text, look);
    if (room.free_files < kFewFiles) return warning(name, "Only " + text, look);
    return fine(name, text);
}

}  // namespace

Room measure_room(std::filesystem::path path) {
    struct statvfs facts {};

    std::error_code ignored;
    path = std::filesystem::absolute(path, ignored);
    while (::statvfs(path.c_str(), &facts) != 0) {
        if (!path.has_relative_path()) return {};
        path = path.parent_path();
    }
    Room room;
    room.bytes = static_cast<std::uint64_t>(facts.f_blocks) * facts.f_frsize;
    room.free_bytes = static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize;
    room.files = facts.f_files;
    room.free_files = facts.f_favail;

    struct statfs kind {};

    room.is_memory = ::statfs(path.c_str(), &kind) == 0 && kind.f_type == TMPFS_MAGIC;
    return room;
}

std::string to_size(std::uint64_t bytes) {
    const bool is_small = bytes < kGiB;
    char text[32];
    std::snprintf(
        text,
        sizeof text,
        is_small ? "%.0f MiB" : "%.1f GiB",
        static_cast<double>(bytes) / static_cast<double>(is_small ? kMiB : kGiB)
    );
    return text;
}

Findings check_room(const Room& room, const std::string& what, const std::filesystem::path& path) {
    if (room.bytes == 0) {
        return {warning("disk: " + what, "It cannot be measured.", "ls -ld " + path.string())};
    }
    Findings out{check_bytes(room, what, path.string())};
    if (room.files != 0) out.push_back(check_files(room, what, path.string()));
    return out;
}

}  // namespace triphammer::doctor
