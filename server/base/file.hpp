#pragma once
// Files and descriptors: owners that close, and the few whole-file operations that everybody needs.
// Every descriptor that the project opens is close-on-exec.

#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace triphammer {

/// Owns one descriptor; closes it at the end.
class FileDescriptor {
  public:
    FileDescriptor() = default;

    explicit FileDescriptor(int fd) : fd_{fd} {}

    FileDescriptor(FileDescriptor&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}

    FileDescriptor& operator=(FileDescriptor&& other) noexcept;
    ~FileDescriptor();

    int get() const { return fd_; }

    explicit operator bool() const { return fd_ >= 0; }

    int release() { return std::exchange(fd_, -1); }

    void close();

  private:
    int fd_ = -1;
};

/// open(2) with O_CLOEXEC added.
Result<FileDescriptor> open_file(
    const std::filesystem::path& path, int flags, unsigned mode = 0600
);
/// The whole file; Code::too_large over `max_bytes`.
Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t max_bytes);
/// Durable replacement: temporary file beside it, fdatasync, rename, fsync of the folder.
Result<> replace_file(
    const std::filesystem::path& path, std::string_view bytes, unsigned mode = 0600
);
/// Writes all bytes, going on after short writes and EINTR.
Result<> write_all(int fd, std::string_view bytes);
Result<> write_all_at(int fd, std::string_view bytes, std::uint64_t offset);
/// Creates the folder (and its parents) with exactly `mode`; fine when it is there already.
Result<> make_directory(const std::filesystem::path& path, unsigned mode);

/// An exclusive flock(2) that lives as long as the descriptor and every inherited copy of it.
/// Code::conflict when somebody else holds it.
Result<FileDescriptor> lock_file(const std::filesystem::path& path);
/// Whether somebody holds the lock of `path` (a missing file is not held).
bool is_locked(const std::filesystem::path& path);

}  // namespace triphammer
