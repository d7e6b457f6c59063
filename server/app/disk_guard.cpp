#include "app/disk_guard.hpp"

#include "base/file.hpp"
#include "base/log.hpp"
#include "doctor/room.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

namespace triphammer::app {

namespace {

constexpr std::uint64_t kMostAutomatic = 1ULL << 30U;
constexpr std::uint64_t kShare = 20;

std::filesystem::path reserve_file(const std::filesystem::path& data) {
    return data / "reserve";
}

/// Bytes that the file really has on the disk, not only promises.
std::uint64_t allocated_bytes(const std::filesystem::path& file) {
    struct stat facts {};

    if (::stat(file.c_str(), &facts) != 0) return 0;
    return static_cast<std::uint64_t>(facts.st_blocks) * 512;
}

bool allocate(const std::filesystem::path& path, std::uint64_t bytes) {
    const auto file = open_file(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file && ::posix_fallocate(file->get(), 0, static_cast<off_t>(bytes)) == 0) return true;
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    return false;
}

/// Of an earlier configuration, which wanted one.
void remove_reserve(const std::filesystem::path& data) {
    std::error_code failure;
    std::filesystem::remove(reserve_file(data), failure);
    if (failure) log::warning("the reserve stays on the disk", {{"error", failure.message()}});
}

}  // namespace

DiskGuard::DiskGuard(
    std::filesystem::path data,
    std::filesystem::path run,
    DiskLimits limits,
    std::function<void(bool)> on_reserve
)
    : data_{std::move(data)},
      run_{std::move(run)},
      limits_{limits},
      on_reserve_{std::move(on_reserve)} {
    if (limits_.reserve == 0) remove_reserve(data_);
    const auto wanted = reserve_of(doctor::measure_room(data_).bytes);
    if (allocated_bytes(reserve_file(data_)) >= wanted) held_ = wanted;
    keep_reserve();
}

std::string DiskGuard::find_shortage() {
    keep_reserve();
    auto shortage = shortage_in(data_);
    if (shortage.empty() && is_given_up_) {
        shortage = "the reserve in " + data_.string() +
                   " was used up and there is no room for it yet: no job is started";
    }
    if (shortage.empty()) shortage = shortage_in(run_);
    // Said at its beginning and at its end; the numbers in between change with every look.
    if (told_.empty() != shortage.empty()) {
        if (shortage.empty()) log::info("there is room again: jobs are started");
        if (!shortage.empty()) log::warning("the disk is nearly full", {{"why", shortage}});
        told_ = shortage;
    }
    return shortage;
}

bool DiskGuard::give_up_reserve() {
    if (held_ == 0) return false;
    std::error_code failure;
    std::filesystem::remove(reserve_file(data_), failure);
    if (failure) return false;
    held_ = 0;
    is_given_up_ = true;
    log::warning("the disk is full: deliveries are kept in the room of the reserve");
    on_reserve_(false);
    return true;
}

DiskGuard::Measures DiskGuard::measure() const {
    const auto data = doctor::measure_room(data_);
    return {data.free_bytes, doctor::measure_room(run_).free_bytes, mark_of(data.bytes), held_};
}

std::uint64_t DiskGuard::mark_of(std::uint64_t bytes) const {
    if (limits_.low_water > 0) return limits_.low_water;
    return std::min(kMostAutomatic, bytes / kShare);
}

std::uint64_t DiskGuard::reserve_of(std::uint64_t bytes) const {
    return std::min(limits_.reserve, bytes / kShare);
}

std::string DiskGuard::shortage_in(const std::filesystem::path& folder) const {
    const auto room = doctor::measure_room(folder);
    const auto mark = mark_of(room.bytes);
    if (room.bytes == 0 || room.free_bytes >= mark) return {};
    return "only " + doctor::to_size(room.free_bytes) + " are free in " + folder.string() +
           ", less than " + doctor::to_size(mark) + " (quota.low_water_bytes): no job is started";
}

void DiskGuard::keep_reserve() {
    const auto room = doctor::measure_room(data_);
    const auto wanted = reserve_of(room.bytes);
    if (held_ > 0 || wanted == 0) return;
    if (room.free_bytes < mark_of(room.bytes) + wanted) return;
    if (!allocate(reserve_file(data_), wanted)) return;
    held_ = wanted;
    if (std::exchange(is_given_up_, false)) on_reserve_(true);
}

}  // namespace triphammer::app
