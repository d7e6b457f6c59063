#include "launcher/held.hpp"

#include "base/file.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "launcher/start_line.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace triphammer::launcher {

namespace fs = std::filesystem;

namespace {

constexpr const char* kNotKept[] = {"lock", "spool", "engine"};
constexpr std::uint64_t kBlock = 512;

/// Nothing where the folder does not ask to be kept.
std::optional<TimePoint> end_of_hold(const fs::path& folder) {
    const auto text = read_file(folder / kHoldMark, 32);
    const auto at = text ? parse_integer(trim(*text)) : std::nullopt;
    if (!at) return {};
    return from_unix_ms(*at);
}

std::uint64_t bytes_of(const fs::path& folder) {
    std::uint64_t sum = 0;
    std::error_code failure;
    fs::recursive_directory_iterator at{
        folder, fs::directory_options::skip_permission_denied, failure};
    while (!failure && at != fs::recursive_directory_iterator{}) {
        struct stat status {};

        if (::lstat(at->path().c_str(), &status) == 0) {
            sum += static_cast<std::uint64_t>(status.st_blocks) * kBlock;
        }
        at.increment(failure);
    }
    return sum;
}

void remove_quietly(const fs::path& folder) {
    std::error_code failure;
    fs::remove_all(folder, failure);
}

/// An attempt with an overlay has its workspace in a copy; where it was mounted nothing is left.
void show_workspace(const fs::path& run, const fs::path& folder) {
    std::error_code failure;
    if (!fs::exists(folder / kKept, failure)) return;
    fs::remove(folder / "work", failure);
    fs::rename(folder / kKept, folder / "work", failure);
    fs::create_directory(run / "swept", failure);
    fs::rename(folder / "upper", run / "swept" / (folder.filename().string() + ".upper"), failure);
}

/// Newest first; the fence counts up.
std::vector<fs::path> list_held(const fs::path& run) {
    std::vector<std::pair<std::int64_t, fs::path>> found;
    std::error_code failure;
    for (const auto& entry : fs::directory_iterator{run / "held", failure}) {
        const auto fence = parse_integer(entry.path().filename().string());
        if (fence) found.emplace_back(*fence, entry.path());
    }
    std::sort(found.rbegin(), found.rend());
    std::vector<fs::path> out;
    out.reserve(found.size());
    for (auto& [fence, path] : found) out.push_back(std::move(path));
    return out;
}

}  // namespace

fs::path held_folder(const fs::path& run, std::int64_t fence) {
    return run / "held" / std::to_string(fence);
}

Result<bool> hold(const fs::path& run, const fs::path& folder, std::int64_t fence, TimePoint now) {
    const auto until = end_of_hold(folder);
    if (!until || *until <= now) return false;
    if (auto made = make_directory(run / "held", 0700); !made) return made.error();
    std::error_code failure;
    fs::rename(folder, held_folder(run, fence), failure);
    if (failure) return from_errno("keep " + folder.string(), failure.value());
    for (const auto* name : kNotKept) fs::remove(held_folder(run, fence) / name, failure);
    show_workspace(run, held_folder(run, fence));
    return true;
}

void hold_all(const fs::path& run, TimePoint now) {
    std::error_code failure;
    for (const auto& entry : fs::directory_iterator{run, failure}) {
        const auto fence = parse_integer(entry.path().filename().string());
        if (!fence) continue;
        const auto held = hold(run, entry.path(), *fence, now);
        if (!held)
            log::warning("a failed job's files are not kept", {{"why", held.error().message}});
    }
}

void prune_held(const fs::path& run, TimePoint now) {
    std::uint64_t bytes = 0;
    std::size_t kept = 0;
    for (const auto& folder : list_held(run)) {
        const auto until = end_of_hold(folder);
        const bool wanted = until && *until > now && *until <= now + kLongestHold;
        if (wanted) bytes += bytes_of(folder);
        if (wanted && kept < kMostHeld && bytes <= kMostHeldBytes) {
            ++kept;
        } else {
            remove_quietly(folder);
        }
    }
}

}  // namespace triphammer::launcher
