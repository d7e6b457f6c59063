#include "base/unused.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <system_error>

namespace triphammer {

namespace fs = std::filesystem;

namespace {

constexpr const char* kAside = ".unused";

bool is_unused(const fs::path& entry, TimePoint then) {
    constexpr std::int64_t kSecond = 1000;

    struct stat info {};

    return ::lstat(entry.c_str(), &info) == 0 && info.st_mtim.tv_sec < to_unix_ms(then) / kSecond;
}

}  // namespace

void mark_used(const fs::path& entry) {
    ::utimensat(AT_FDCWD, entry.c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
}

std::vector<fs::path> set_unused_aside(const fs::path& folder, TimePoint then) {
    std::error_code failure;
    std::vector<fs::path> aside;
    std::vector<fs::path> unused;
    for (const auto& entry : fs::directory_iterator{folder, failure}) {
        const bool is_aside = entry.path().extension() == kAside;
        if (is_aside) aside.push_back(entry.path());
        if (!is_aside && is_unused(entry.path(), then)) unused.push_back(entry.path());
    }
    for (const auto& entry : unused) {
        auto place = entry;
        place += kAside;
        fs::rename(entry, place, failure);
        if (!failure) aside.push_back(std::move(place));
    }
    return aside;
}

}  // namespace triphammer
