#include "supervisor/files.hpp"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace triphammer::supervisor {

namespace wire = runner::wire;

namespace {

std::string failure(const std::string& path) {
    return "put " + path + ": " + std::strerror(errno);
}

std::string put_folder(const wire::File& folder) {
    if (::mkdir(folder.path.c_str(), 0700) != 0 && errno != EEXIST) return failure(folder.path);
    // One that an archive brought in belongs to root, and has its mode already.
    if (::chmod(folder.path.c_str(), folder.mode) != 0 && errno != EPERM) {
        return failure(folder.path);
    }
    return {};
}

constexpr int kMostOpen = 32;

/// Of a walk from below: everything but what it began at.
int remove_entry(const char* path, const struct stat*, int, FTW* at) {
    return at->level == 0 || ::remove(path) == 0 || errno == ENOENT ? 0 : -1;
}

std::string empty_folder(const std::string& path) {
    const int walked = ::nftw(path.c_str(), remove_entry, kMostOpen, FTW_DEPTH | FTW_PHYS);
    if (walked == 0 || errno == ENOENT) return {};
    return "empty " + path + ": " + std::strerror(errno);
}

/// A folder that has other files stays.
std::string remove_one(const std::string& path) {
    const bool is_fine = ::remove(path.c_str()) == 0 || errno == ENOENT || errno == ENOTDIR ||
                         errno == ENOTEMPTY || errno == EEXIST;
    return is_fine ? "" : "remove " + path + ": " + std::strerror(errno);
}

bool write_all(int file, std::string_view rest) {
    while (!rest.empty()) {
        const auto count = ::write(file, rest.data(), rest.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        rest.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

wire::File refused(const std::string& path, std::string why) {
    wire::File out;
    out.kind = wire::FileKind::refused;
    out.path = path;
    out.bytes = std::move(why);
    return out;
}

wire::File read_open(const std::string& path, int file) {
    struct stat info {};

    if (::fstat(file, &info) != 0 || !S_ISREG(info.st_mode)) {
        return refused(path, "it was replaced by something else");
    }
    wire::File out;
    out.path = path;
    while (out.bytes.size() <= wire::kMaxFile) {
        char piece[16U << 10U];
        const auto count = ::read(file, piece, sizeof piece);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return refused(path, std::strerror(errno));
        if (count == 0) return out;
        out.bytes.append(piece, static_cast<std::size_t>(count));
    }
    return refused(path, "it is larger than 2 MiB");
}

}  // namespace

std::string put_file(const wire::File& file) {
    if (file.kind == wire::FileKind::folder) return put_folder(file);
    if (file.kind == wire::FileKind::emptied) return empty_folder(file.path);
    if (file.kind == wire::FileKind::gone) return remove_one(file.path);
    if (::unlink(file.path.c_str()) != 0 && errno != ENOENT) return failure(file.path);
    const int opened =
        ::open(file.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (opened < 0) return failure(file.path);
    const bool done = write_all(opened, file.bytes) && ::fchmod(opened, file.mode) == 0;
    const auto wrong = done ? std::string{} : failure(file.path);
    ::close(opened);
    return wrong;
}

wire::File take_file(const std::string& path) {
    // A pipe without a writer must not hold us up.
    const int file = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0 && errno == ENOENT) return {};
    if (file < 0 && errno == ELOOP) return refused(path, "it was replaced by something else");
    if (file < 0) return refused(path, std::strerror(errno));
    auto out = read_open(path, file);
    ::close(file);
    return out;
}

}  // namespace triphammer::supervisor
