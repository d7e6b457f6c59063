#include "docker/context_source.hpp"

#include "docker/dockerignore.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

namespace triphammer::docker {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kPiece = 256U << 10U;
constexpr std::uint64_t kMaxIgnoreFile = 1U << 20U;
constexpr std::size_t kMaxFiles = 1'000'000;

/// What the walk decides with.
struct Rules {
    DockerIgnore ignore;
    std::vector<std::string> always;  // sent although ignored
    bool skip_git = true;
};

bool is_wanted(const Rules& rules, const std::string& path) {
    const auto& always = rules.always;
    if (std::find(always.begin(), always.end(), path) != always.end()) return true;
    return !rules.ignore.ignores(path);
}

/// A folder above a file that is always sent must be entered.
bool leads_to_wanted(const Rules& rules, const std::string& folder) {
    return rules.ignore.may_reinclude_inside(folder) ||
           std::any_of(rules.always.begin(), rules.always.end(), [&](const std::string& path) {
               return path.starts_with(folder + "/");
           });
}

Result<TarHeader> describe(const fs::path& full, std::string path) {
    struct stat info {};

    if (::lstat(full.c_str(), &info) != 0) return from_errno("look at " + full.string());
    TarHeader header;
    header.path = std::move(path);
    if (S_ISLNK(info.st_mode)) {
        std::error_code failure;
        header.kind = TarKind::symlink;
        header.mode = 0777;
        header.link_target = fs::read_symlink(full, failure).string();
        if (failure) return from_errno("read the link " + full.string(), failure.value());
    } else if (S_ISDIR(info.st_mode)) {
        header.kind = TarKind::directory;
        header.mode = 0755;
    } else if (S_ISREG(info.st_mode)) {
        header.mode = (info.st_mode & S_IXUSR) != 0 ? 0755 : 0644;
        header.size = static_cast<std::uint64_t>(info.st_size);
    } else {
        return invalid(full.string() + " is neither a file nor a folder nor a link");
    }
    return header;
}

Result<std::vector<std::string>> names_in(const fs::path& folder) {
    std::error_code failure;
    std::vector<std::string> names;
    for (fs::directory_iterator entry{folder, failure}, end; !failure && entry != end;
         entry.increment(failure)) {
        names.push_back(entry->path().filename().string());
    }
    if (failure) return from_errno("list " + folder.string(), failure.value());
    std::sort(names.begin(), names.end());
    return names;
}

/// Depth first, sorted: a folder stands before what is inside.
class Walk {
  public:
    Walk(fs::path root, const Rules& rules) : root_{std::move(root)}, rules_{rules} {}

    Result<> enter(const std::string& folder) {
        auto names = names_in(folder.empty() ? root_ : root_ / folder);
        if (!names) return names.error();
        for (const auto& name : *names) {
            if (rules_.skip_git && name == ".git") continue;
            if (auto taken = take(folder.empty() ? name : folder + "/" + name); !taken) {
                return taken.error();
            }
        }
        return {};
    }

    std::vector<TarHeader> take_files() { return std::move(files_); }

  private:
    Result<> take(const std::string& path) {
        const bool wanted = is_wanted(rules_, path);
        if (!wanted && !leads_to_wanted(rules_, path)) return {};
        auto header = describe(root_ / path, path);
        if (!header) return header.error();
        const bool is_folder = header->kind == TarKind::directory;
        if (wanted) files_.push_back(std::move(*header));
        if (files_.size() > kMaxFiles) return Error{Code::too_large, "more than a million files"};
        return is_folder ? enter(path) : Result<>{};
    }

    fs::path root_;
    const Rules& rules_;
    std::vector<TarHeader> files_;
};

Result<FolderTar> open_filtered(const fs::path& root, const Rules& rules, std::uint64_t max_bytes) {
    Walk walk{root, rules};
    if (auto walked = walk.enter(""); !walked) return walked.error();
    FolderTar out{root, walk.take_files()};
    if (out.content_bytes() > max_bytes) {
        return Error{
            Code::too_large,
            "the folder holds " + std::to_string(out.content_bytes()) + " bytes, the limit is " +
                std::to_string(max_bytes) + "; name what is not needed in .dockerignore"};
    }
    return out;
}

Result<DockerIgnore> read_ignore(const fs::path& root, const std::string& dockerfile) {
    for (const auto& name : {dockerfile + ".dockerignore", std::string{".dockerignore"}}) {
        auto text = read_file(root / name, kMaxIgnoreFile);
        if (text) return DockerIgnore::parse(*text);
        if (text.error().code != Code::not_found) return text.error();
    }
    return DockerIgnore{};
}

}  // namespace

FolderTar::FolderTar(fs::path root, std::vector<TarHeader> files)
    : root_{std::move(root)}, files_{std::move(files)} {}

std::uint64_t FolderTar::content_bytes() const {
    std::uint64_t sum = 0;
    for (const auto& file : files_) sum += file.size;
    return sum;
}

Result<std::string> FolderTar::next() {
    if (left_ > 0) return read_piece();
    if (place_ < files_.size()) return begin_entry();
    return std::exchange(ended_, true) ? std::string{} : tar_end();
}

void FolderTar::put(const std::string& path, std::string bytes) {
    auto header = std::ranges::find(files_, path, &TarHeader::path);
    if (header == files_.end()) header = files_.insert(files_.end(), TarHeader{});
    header->path = path;
    header->kind = TarKind::file;
    header->size = bytes.size();
    header->link_target.clear();
    texts_[path] = std::move(bytes);
}

bool FolderTar::holds(std::string_view path) const {
    return std::ranges::find(files_, path, &TarHeader::path) != files_.end();
}

Result<std::string> FolderTar::text_of(const std::string& path) const {
    const auto header = std::ranges::find(files_, path, &TarHeader::path);
    if (header == files_.end() || header->kind != TarKind::file) return std::string{};
    return read_file(root_ / path, kMaxIgnoreFile);
}

Result<std::string> FolderTar::begin_entry() {
    const auto& header = files_[place_];
    auto out = tar_header(header);
    if (const auto text = texts_.find(header.path); text != texts_.end()) {
        ++place_;
        return out + text->second + tar_padding(text->second.size());
    }
    if (header.size == 0) {
        ++place_;
        return out;
    }
    auto opened = open_file(root_ / header.path, O_RDONLY | O_NOFOLLOW);
    if (!opened) return opened.error();
    file_ = std::move(*opened);
    left_ = header.size;
    return out;
}

Result<std::string> FolderTar::read_piece() {
    std::string out(static_cast<std::size_t>(std::min<std::uint64_t>(left_, kPiece)), '\0');
    const auto count = ::read(file_.get(), out.data(), out.size());
    if (count < 0) return from_errno("read " + files_[place_].path);
    if (count == 0) return conflict(files_[place_].path + " became shorter while it was sent");
    out.resize(static_cast<std::size_t>(count));
    left_ -= out.size();
    if (left_ == 0) {
        out += tar_padding(files_[place_].size);
        file_.close();
        ++place_;
    }
    return out;
}

Result<FolderTar> open_context(
    const fs::path& root, const std::string& dockerfile, std::uint64_t max_bytes
) {
    auto ignore = read_ignore(root, dockerfile);
    if (!ignore) return ignore.error();
    Rules rules;
    rules.ignore = std::move(*ignore);
    rules.always = {dockerfile, ".dockerignore"};
    return open_filtered(root, rules, max_bytes);
}

Result<std::vector<TarHeader>> list_folder(const fs::path& root) {
    Rules rules;
    rules.skip_git = false;
    Walk walk{root, rules};
    if (auto walked = walk.enter(""); !walked) return walked.error();
    return walk.take_files();
}

}  // namespace triphammer::docker
