#include "runner/session/job_file.hpp"

#include "base/file.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace triphammer::runner {

namespace {

struct Place {
    std::string root;      // a folder of the attempt
    std::string relative;  // in it
};

Result<Place> place_of(const JobFolders& folders, const std::string& path) {
    const auto whole = (std::filesystem::path{folders.workspace.inside} / path).lexically_normal();
    const auto text = whole.string();
    for (const auto* folder : {&folders.workspace, &folders.temp, &folders.home, &folders.tmp}) {
        const auto begin = folder->inside + "/";
        if (text.rfind(begin, 0) == 0) return Place{folder->outside, text.substr(begin.size())};
    }
    return refused(path + " is in none of the job's folders");
}

Result<FileDescriptor> open_beneath(const Place& place) {
    auto root = open_file(place.root, O_RDONLY | O_DIRECTORY);
    if (!root) return root.error();
    open_how how{};
    how.flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    const auto* name = place.relative.c_str();
    const auto fd = ::syscall(SYS_openat2, root->get(), name, &how, sizeof how);
    if (fd < 0 && errno == EXDEV) return refused("it leads out of the job's folders");
    if (fd < 0) return from_errno("open " + place.relative);
    return FileDescriptor{static_cast<int>(fd)};
}

}  // namespace

Result<std::string> read_job_file(
    const JobFolders& folders, const std::string& path, std::size_t most_bytes
) {
    const auto place = place_of(folders, path);
    if (!place) return place.error();
    const auto file = open_beneath(*place);
    if (!file) return file.error();

    struct stat status {};

    const bool plain = ::fstat(file->get(), &status) == 0 && S_ISREG(status.st_mode);
    if (!plain) return refused(path + " is no plain file");
    if (static_cast<std::size_t>(status.st_size) > most_bytes) {
        return Error{Code::too_large, path + " is too large"};
    }
    std::string text(static_cast<std::size_t>(status.st_size), '\0');
    const auto size = ::pread(file->get(), text.data(), text.size(), 0);
    if (size < 0) return from_errno("read " + path);
    text.resize(static_cast<std::size_t>(size));
    return text;
}

}  // namespace triphammer::runner
