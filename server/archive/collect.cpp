#include "archive/collect.hpp"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <memory>
#include <optional>

namespace triphammer::archive {

namespace {

struct CloseFolder {
    void operator()(DIR* folder) const { ::closedir(folder); }
};

std::vector<std::string> list_names(const std::string& path) {
    std::vector<std::string> out;
    const std::unique_ptr<DIR, CloseFolder> folder{::opendir(path.c_str())};
    if (!folder) return out;
    while (const auto* entry = ::readdir(folder.get())) {
        const std::string name = entry->d_name;
        if (name != "." && name != "..") out.push_back(name);
    }
    std::sort(out.begin(), out.end());
    return out;
}

std::string read_link(const std::string& path) {
    char target[PATH_MAX];
    const auto size = ::readlink(path.c_str(), target, sizeof target);
    return size < 0 ? std::string{} : std::string{target, static_cast<std::size_t>(size)};
}

/// One search; knows the folders that it is in, so that links cannot lead it in circles.
class Search {
  public:
    Search(const PathList& paths, const CollectOptions& options)
        : paths_{paths}, options_{options} {}

    Result<> look_at(const std::string& path) {
        if (++seen_ > options_.most) {
            return Error{
                Code::too_large,
                "more than " + std::to_string(options_.most) + " files and folders"};
        }

        struct stat info {};

        const int failed =
            options_.follow_links ? ::stat(path.c_str(), &info) : ::lstat(path.c_str(), &info);
        if (failed != 0 || is_hidden(path)) return {};
        const bool is_folder = S_ISDIR(info.st_mode);
        if (paths_.selects(path, is_folder)) keep(path, info);
        if (!is_folder || !paths_.may_select_below(path) || is_around(info)) return {};
        around_.push_back(info);
        auto done = look_inside(path);
        around_.pop_back();
        return done;
    }

    std::vector<Found> take() { return std::move(found_); }

  private:
    Result<> look_inside(const std::string& folder) {
        const auto prefix = folder == "/" ? folder : folder + "/";
        for (const auto& name : list_names(folder)) {
            if (auto done = look_at(prefix + name); !done) return done;
        }
        return {};
    }

    bool is_hidden(const std::string& path) const {
        return !options_.hidden && path[path.rfind('/') + 1] == '.';
    }

    bool is_around(const struct stat& info) const {
        return std::any_of(around_.begin(), around_.end(), [&](const struct stat& one) {
            return one.st_dev == info.st_dev && one.st_ino == info.st_ino;
        });
    }

    void keep(const std::string& path, const struct stat& info) {
        Found found;
        found.path = path;
        found.mode = info.st_mode & 0777U;
        found.modified = info.st_mtim.tv_sec;
        if (S_ISREG(info.st_mode)) {
            found.bytes = static_cast<std::uint64_t>(info.st_size);
        } else if (S_ISDIR(info.st_mode)) {
            found.kind = Kind::folder;
        } else if (S_ISLNK(info.st_mode)) {
            found.kind = Kind::link;
            found.target = read_link(path);
        } else {
            return;
        }
        found_.push_back(std::move(found));
    }

    const PathList& paths_;
    const CollectOptions& options_;
    std::vector<struct stat> around_;
    std::vector<Found> found_;
    std::size_t seen_ = 0;
};

}  // namespace

Result<std::vector<Found>> collect(const PathList& paths, const CollectOptions& options) {
    Search search{paths, options};
    for (const auto& base : paths.bases()) {
        if (auto done = search.look_at(base); !done) return done.error();
    }
    auto found = search.take();
    std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
        return a.path < b.path;
    });
    return found;
}

}  // namespace triphammer::archive
