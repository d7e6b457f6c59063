#include "runner/layers/place.hpp"

#include "base/text.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace triphammer::runner {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kBlock = 512;
constexpr std::uint64_t kPartOfDisk = 4;

const std::string& boot_id() {
    static const std::string id = [] {
        const auto text = read_file("/proc/sys/kernel/random/boot_id", 64);
        return text ? std::string{trim(*text)} : std::string{"unknown"};
    }();
    return id;
}

std::vector<fs::path> list(const fs::path& folder) {
    std::vector<fs::path> out;
    std::error_code failure;
    for (const auto& entry : fs::directory_iterator{folder, failure}) out.push_back(entry.path());
    return out;
}

timespec time_of(const fs::path& path) {
    struct stat status {};

    return ::stat(path.c_str(), &status) == 0 ? status.st_mtim : timespec{};
}

bool is_newer(const timespec& one, const timespec& other) {
    return std::pair{one.tv_sec, one.tv_nsec} > std::pair{other.tv_sec, other.tv_nsec};
}

/// Newest first: by the folder's own time, which only its making changes.
std::vector<fs::path> list_layers(const fs::path& pool) {
    auto out = list(pool);
    std::sort(out.begin(), out.end(), [](const auto& one, const auto& other) {
        return is_newer(time_of(one), time_of(other));
    });
    return out;
}

std::uint64_t bytes_of(const fs::path& folder) {
    std::uint64_t sum = 0;
    std::error_code failure;
    fs::recursive_directory_iterator at{folder, failure};
    while (!failure && at != fs::recursive_directory_iterator{}) {
        struct stat status {};

        if (::lstat(at->path().c_str(), &status) == 0) {
            sum += static_cast<std::uint64_t>(status.st_blocks) * kBlock;
        }
        at.increment(failure);
    }
    return sum;
}

/// Whoever looks for it at the same time either has it held before, or does not find it any more.
bool try_remove(const fs::path& run, const fs::path& layer) {
    const auto lock = lock_file(layer / "lock");
    if (!lock) return false;
    const auto old = layers_folder(run) / "old";
    if (!make_directory(old, 0700)) return false;
    const auto name = layer.parent_path().filename().string() + "." + layer.filename().string();
    return ::rename(layer.c_str(), (old / name).c_str()) == 0;
}

void remove_other_starts(const fs::path& run) {
    std::error_code failure;
    for (const auto& folder : list(layers_folder(run))) {
        const auto name = folder.filename().string();
        const bool is_ours =
            name == boot_id() || name == "seeds" || name == "new" || name == "lock";
        if (!is_ours) fs::remove_all(folder, failure);
    }
}

std::uint64_t most_bytes(const fs::path& run, const LayerBounds& bounds) {
    struct statvfs disk {};

    if (::statvfs(run.c_str(), &disk) != 0) return bounds.bytes;
    return std::min<std::uint64_t>(bounds.bytes, disk.f_blocks * disk.f_frsize / kPartOfDisk);
}

/// What each pool would use next, last used first.
void remove_least_used(const fs::path& run, std::vector<fs::path> layers, LayerBounds bounds) {
    std::sort(layers.begin(), layers.end(), [](const auto& one, const auto& other) {
        return is_newer(time_of(one / "lock"), time_of(other / "lock"));
    });
    std::uint64_t bytes = 0;
    std::size_t kept = 0;
    const auto most = most_bytes(run, bounds);
    for (const auto& layer : layers) {
        bytes += bytes_of(layer);
        const bool fits = kept < bounds.most && bytes <= most;
        if (fits || !try_remove(run, layer)) ++kept;
    }
}

}  // namespace

fs::path layers_folder(const fs::path& run) {
    return run / "layers";
}

fs::path pool_folder(const fs::path& run, const std::string& pool) {
    return layers_folder(run) / boot_id() / pool;
}

std::optional<Layer> find_layer(const fs::path& run, const std::string& pool) {
    for (const auto& folder : list_layers(pool_folder(run, pool))) {
        auto lock = open_file(folder / "lock", O_RDWR);
        if (!lock || ::flock(lock->get(), LOCK_SH | LOCK_NB) != 0) continue;
        if (::access((folder / "files").c_str(), F_OK) != 0) continue;  // taken away meanwhile
        ::futimens(lock->get(), nullptr);
        return Layer{folder / "files", folder.filename().string(), std::move(*lock)};
    }
    return {};
}

Result<> add_layer(
    const fs::path& run, const std::string& pool, const std::string& commit, const fs::path& made
) {
    const auto folder = pool_folder(run, pool);
    if (auto ok = make_directory(folder, 0700); !ok) return ok;
    if (auto lock = open_file(made / "lock", O_WRONLY | O_CREAT, 0600); !lock) return lock.error();
    const auto place = folder / commit;
    if (::rename(made.c_str(), place.c_str()) == 0) return {};
    if (errno == ENOTEMPTY || errno == EEXIST) return conflict("there is a layer of " + commit);
    return from_errno("put a layer to " + place.string());
}

void prune_layers(const fs::path& run, const LayerBounds& bounds) {
    std::vector<fs::path> newest;
    for (const auto& pool : list(layers_folder(run) / boot_id())) {
        const auto layers = list_layers(pool);
        for (const auto& layer : layers) {
            const bool is_first = layer == layers.front();
            if (is_first || !try_remove(run, layer)) newest.push_back(layer);
        }
    }
    remove_least_used(run, std::move(newest), bounds);
    remove_other_starts(run);
}

}  // namespace triphammer::runner
