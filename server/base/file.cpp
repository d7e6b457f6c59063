#include "base/file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace triphammer {

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
        close();
        fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
}

FileDescriptor::~FileDescriptor() {
    close();
}

void FileDescriptor::close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Result<FileDescriptor> open_file(const std::filesystem::path& path, int flags, unsigned mode) {
    FileDescriptor file{::open(path.c_str(), flags | O_CLOEXEC, mode)};
    if (!file) return from_errno("open " + path.string());
    return file;
}

Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
    auto file = open_file(path, O_RDONLY);
    if (!file) return file.error();
    std::string out;
    char buffer[65536];
    for (;;) {
        const auto count = ::read(file->get(), buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return from_errno("read " + path.string());
        if (count == 0) return out;
        out.append(buffer, static_cast<std::size_t>(count));
        if (out.size() > max_bytes) {
            return Error{
                Code::too_large,
                path.string() + " is larger than " + std::to_string(max_bytes) + " bytes"};
        }
    }
}

Result<> write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::write(fd, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return from_errno("write");
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

Result<> write_all_at(int fd, std::string_view bytes, std::uint64_t offset) {
    while (!bytes.empty()) {
        const auto count = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return from_errno("write");
        bytes.remove_prefix(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return {};
}

namespace {

Result<> write_new(const std::filesystem::path& path, std::string_view bytes, unsigned mode) {
    auto file = open_file(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
    if (!file) return file.error();
    if (::fchmod(file->get(), mode) != 0) return from_errno("chmod " + path.string());
    if (auto written = write_all(file->get(), bytes); !written) {
        return with_context(path.string(), written.error());
    }
    if (::fdatasync(file->get()) != 0) return from_errno("fdatasync " + path.string());
    return {};
}

Result<> sync_directory(const std::filesystem::path& path) {
    auto folder = open_file(path, O_RDONLY | O_DIRECTORY);
    if (!folder) return folder.error();
    if (::fsync(folder->get()) != 0) return from_errno("fsync " + path.string());
    return {};
}

}  // namespace

Result<> replace_file(const std::filesystem::path& path, std::string_view bytes, unsigned mode) {
    auto temporary = path;
    temporary += ".new";
    if (auto written = write_new(temporary, bytes, mode); !written) {
        ::unlink(temporary.c_str());
        return written.error();
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
        auto error = from_errno("rename " + temporary.string());
        ::unlink(temporary.c_str());
        return error;
    }
    return sync_directory(path.has_parent_path() ? path.parent_path() : ".");
}

Result<> make_directory(const std::filesystem::path& path, unsigned mode) {
    std::error_code failure;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), failure);
    if (failure) return from_errno("create " + path.parent_path().string(), failure.value());
    if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) {
        return from_errno("create " + path.string());
    }
    if (::chmod(path.c_str(), mode) != 0) return from_errno("chmod " + path.string());
    return {};
}

Result<FileDescriptor> lock_file(const std::filesystem::path& path) {
    auto file = open_file(path, O_RDWR | O_CREAT, 0600);
    if (!file) return file.error();
    if (::flock(file->get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) return conflict(path.string() + " is locked by another process");
        return from_errno("lock " + path.string());
    }
    return file;
}

bool is_locked(const std::filesystem::path& path) {
    const FileDescriptor file{::open(path.c_str(), O_RDWR | O_CLOEXEC)};
    if (!file) return false;
    return ::flock(file.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

}  // namespace triphammer
