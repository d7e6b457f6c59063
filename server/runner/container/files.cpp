#include "runner/container/files.hpp"

#include "base/file.hpp"
#include "docker/context_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>

namespace triphammer::runner {

namespace {

constexpr unsigned kOwnerReads = 0500;

}  // namespace

std::optional<FolderSync::Mark> FolderSync::look_at(const docker::TarHeader& header) const {
    struct stat info {};

    if (::lstat((root_ + "/" + header.path).c_str(), &info) != 0) return {};
    Mark mark;
    mark.inode = info.st_ino;
    if (header.kind == docker::TarKind::directory) return mark;  // its entries have their own
    mark.size = static_cast<std::uint64_t>(info.st_size);
    mark.changed_ns = info.st_ctim.tv_sec * 1'000'000'000LL + info.st_ctim.tv_nsec;
    return mark;
}

Result<std::vector<docker::TarHeader>> FolderSync::take_changes() {
    auto all = docker::list_folder(root_);
    if (!all) return all.error();
    std::vector<docker::TarHeader> fresh;
    for (auto& header : *all) {
        const auto mark = look_at(header);
        if (!mark) continue;
        auto& known = sent_[header.path];
        if (known == *mark) continue;
        known = *mark;
        const auto readable = header.mode & kOwnerReads;
        if (is_shown_) header.mode |= readable >> 3U | readable >> 6U;
        header.owner = owner_;
        header.group = group_;
        fresh.push_back(std::move(header));
    }
    return fresh;
}

std::vector<std::string> FolderSync::forget(const std::string& path) {
    std::vector<std::string> gone;
    std::erase_if(sent_, [&](const auto& one) {
        const auto& name = one.first;
        if (!path.empty() && name != path && !name.starts_with(path + "/")) return false;
        docker::TarHeader header;
        header.path = name;
        if (!look_at(header)) gone.insert(gone.begin(), name);
        return true;
    });
    return gone;
}

Result<> FolderSync::replace(const std::string& path, std::string_view bytes) {
    auto file = open_file(root_ + "/" + path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644);
    if (!file) return file.error();
    if (auto written = write_all(file->get(), bytes); !written) return written;
    docker::TarHeader header;
    header.path = path;
    if (const auto mark = look_at(header)) sent_[path] = *mark;
    return {};
}

}  // namespace triphammer::runner
