#include "runner/actions/large_files.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "execution/sandbox.hpp"
#include "runner/session/session.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <set>

namespace triphammer::runner {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kLongestPointer = 1024;
constexpr std::chrono::milliseconds kPlaceLimit = std::chrono::minutes{30};

/// $1 checkout · $2 folder with the objects and the file `list`: "OID PATH" lines
constexpr const char* kPlaceFiles = R"sh(set -eu
cd -- "$1"
while IFS= read -r line; do
  cat -- "$2/${line%% *}" > "./${line#* }"
done < "$2/list"
cut -c 66- "$2/list" | git update-index --assume-unchanged --stdin
)sh";

struct PlacedFile {
    std::string path;  // in the checkout
    LargeFile file;
};

std::optional<LargeFile> read_pointer_file(const fs::path& path) {
    auto text = std::string{};
    const auto file = open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (!file) return {};
    text.resize(kLongestPointer);
    const auto count = ::read(file->get(), text.data(), text.size());
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return read_pointer(text);
}

/// A path with a line break has no place in the list; git has a pointer there, and so will the job.
Result<std::vector<PlacedFile>> find_pointers(const fs::path& folder) {
    std::vector<PlacedFile> out;
    std::error_code failure;
    fs::recursive_directory_iterator at{folder, failure};
    for (; !failure && at != fs::recursive_directory_iterator{}; at.increment(failure)) {
        const auto status = at->symlink_status(failure);
        const bool is_git = at->path().filename() == ".git";
        const bool is_module = fs::is_directory(status) && fs::exists(at->path() / ".git", failure);
        if (is_git || is_module) at.disable_recursion_pending();
        if (!fs::is_regular_file(status) || at->file_size(failure) > kLongestPointer) continue;
        const auto path = at->path().lexically_relative(folder).string();
        const auto file = read_pointer_file(at->path());
        if (file && path.find('\n') == path.npos) out.push_back({path, *file});
    }
    if (failure) return from_errno("look for files of Git LFS", failure.value());
    return out;
}

class StepWords final : public execution::OutputSink {
  public:
    StepWords(Session& session, int step) : session_{session}, step_{step} {}

    Task<Result<>> write(std::string_view bytes) override { return session_.write(step_, bytes); }

  private:
    Session& session_;
    int step_;
};

/// The objects of one checkout, gone with this.
class LargeFileFetch {
  public:
    LargeFileFetch(Session& session, int step, LargeFilePlace place)
        : session_{session},
          step_{step},
          place_{std::move(place)},
          parts_{
              fs::path{session.folders().temp.outside}.parent_path() /
              ("lfs." + std::to_string(step))} {}

    ~LargeFileFetch() {
        std::error_code ignored;
        fs::remove_all(parts_, ignored);
    }

    LargeFileFetch(const LargeFileFetch&) = delete;
    LargeFileFetch& operator=(const LargeFileFetch&) = delete;

    Task<Result<>> run() {
        const auto files = find_pointers(place_.folder);
        if (!files) co_return files.error();
        if (files->empty()) co_return Result<>{};
        if (auto made = make_directory(parts_, 0755); !made) co_return made;
        auto said = session_.log(
            step_, "Fetching " + std::to_string(files->size()) + " files of Git LFS\n"
        );
        if (auto written = co_await std::move(said); !written) co_return written;
        std::string list;
        for (const auto& one : *files) {
            auto fetching = fetch_one(one.file);
            if (auto done = co_await std::move(fetching); !done) {
                co_return with_context(one.path, done.error());
            }
            list += one.file.oid + " " + one.path + "\n";
        }
        auto placing = put(std::move(list));
        co_return co_await std::move(placing);
    }

  private:
    Task<Result<>> fetch_one(LargeFile file) {
        if (!fetched_.insert(file.oid).second) co_return Result<>{};
        auto path = "/runner/v1/lfs?oid=" + file.oid + "&bytes=" + std::to_string(file.bytes);
        for (const auto& [name, value] : place_.owner) {
            path += "&" + name + "=" + percent_encode(value);
        }
        StoreLink link{session_};
        auto fetching = link.fetch(std::move(path), parts_ / file.oid);
        co_return co_await std::move(fetching);
    }

    /// As the steps' user, to whom the tree belongs.
    Task<Result<>> put(std::string list) {
        auto file = open_file(parts_ / "list", O_WRONLY | O_CREAT | O_EXCL, 0644);
        if (!file) co_return file.error();
        ::fchmod(file->get(), 0644);
        if (auto written = write_all(file->get(), list); !written) co_return written;
        const auto& folders = session_.folders();
        execution::Command command;
        command.arguments = {"/bin/sh", "-c", kPlaceFiles, "lfs", place_.folder, parts_.string()};
        command.environment = {
            "PATH=/usr/local/bin:/usr/bin:/bin",
            "HOME=" + folders.home.outside,
            "LC_ALL=C.UTF-8",
            "GIT_CONFIG_NOSYSTEM=1",
            "GIT_CONFIG_GLOBAL=/dev/null",
            "GIT_CONFIG_COUNT=1",
            "GIT_CONFIG_KEY_0=core.fsmonitor",
            "GIT_CONFIG_VALUE_0=false"};
        command.directory = folders.workspace.outside;
        execution::SandboxPaths paths;
        paths.temp = folders.tmp.outside;
        paths.home = folders.home.outside;
        paths.writable = {folders.workspace.outside};
        paths.readable = {parts_.string()};
        paths.hidden = session_.parts().hidden;
        execution::Sandbox sandbox{std::move(paths)};
        sandbox.cut_off();
        if (execution::Sandbox::check()) command.sandbox = &sandbox;
        StepWords words{session_, step_};
        execution::ProcessLimits limits;
        limits.deadline = kPlaceLimit;
        auto running = execution::run_process(std::move(command), limits, words, session_.stop());
        const auto end = co_await std::move(running);
        if (!end) co_return end.error();
        if (end->status.ok()) co_return Result<>{};
        co_return Error{Code::io, "the files of Git LFS could not be put into the tree"};
    }

    Session& session_;
    int step_;
    LargeFilePlace place_;
    fs::path parts_;
    std::set<std::string> fetched_;
};

}  // namespace

std::optional<LargeFile> read_pointer(std::string_view text) {
    constexpr std::string_view kVersion = "version https://git-lfs.github.com/spec/v1\n";
    constexpr std::string_view kOid = "oid sha256:";
    constexpr std::string_view kSize = "size ";
    constexpr std::size_t kDigits = 64;
    if (!text.starts_with(kVersion) || !text.ends_with('\n')) return {};
    LargeFile out;
    std::optional<std::int64_t> bytes;
    for (const auto line : split(text.substr(kVersion.size()), '\n')) {
        if (line.starts_with(kOid)) out.oid = line.substr(kOid.size());
        if (line.starts_with(kSize)) bytes = parse_integer(line.substr(kSize.size()));
    }
    const bool is_oid = out.oid.size() == kDigits &&
                        out.oid.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!is_oid || !bytes) return {};
    out.bytes = static_cast<std::uint64_t>(*bytes);
    return out;
}

Task<Result<>> fetch_large_files(Session& session, int step, LargeFilePlace place) {
    LargeFileFetch fetch{session, step, std::move(place)};
    auto running = fetch.run();
    co_return co_await std::move(running);
}

}  // namespace triphammer::runner
