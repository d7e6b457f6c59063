#include "git/tree_snapshot.hpp"

#include "base/text.hpp"

#include <fcntl.h>

#include <algorithm>
#include <map>

namespace triphammer::git {

namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

constexpr Milliseconds kLimit{10 * 60 * 1000};  // a cold disk and a large tree are slow and silent

/// The files that matter of the repository that the folder is in.
struct Origin {
    fs::path root;
    fs::path index;
    fs::path objects;
    fs::path exclude;
    fs::path shallow;
};

class Maker {
  public:
    Maker(Spawner& spawner, fs::path folder, fs::path bare)
        : spawner_{spawner}, folder_{std::move(folder)}, bare_{std::move(bare)} {}

    Task<Result<TreeSnapshot>> make() {
        snapshot_.root = folder_;
        snapshot_.ref = "refs/heads/main";
        auto looking = find_origin();
        if (auto found = co_await std::move(looking); !found) co_return found.error();
        auto reading = read_head();
        co_await std::move(reading);
        auto preparing = prepare_bare();
        if (auto prepared = co_await std::move(preparing); !prepared) co_return prepared.error();
        auto committing = commit();
        if (auto committed = co_await std::move(committing); !committed)
            co_return committed.error();
        co_return std::move(snapshot_);
    }

  private:
    Task<Result<std::string>> git(Words words) {
        ChildRequest request;
        request.arguments = std::move(words);
        request.settings = {
            {"safe.directory", "*"},  // whose tree it is: the caller chose it
            {"core.hooksPath", "/dev/null"},
            {"core.fsmonitor", "false"},
            {"advice.addEmbeddedRepo", "false"}};
        request.environment = {
            "GIT_AUTHOR_NAME=triphammer run",
            "GIT_AUTHOR_EMAIL=run@localhost",
            "GIT_COMMITTER_NAME=triphammer run",
            "GIT_COMMITTER_EMAIL=run@localhost"};
        request.limits = {kLimit, kLimit};
        std::string out;
        const OnOutput take = [&out](std::string bytes) -> Task<Result<>> {
            out += bytes;
            return succeed();
        };
        auto running = run_child(spawner_, std::move(request), take);
        const auto end = co_await std::move(running);
        if (!end) co_return end.error();
        if (!end->status.ok()) co_return Error{Code::io, "git: " + std::string{trim(end->errors)}};
        co_return std::string{trim(out)};
    }

    static Task<Result<>> succeed() { co_return Result<>{}; }

    Task<Result<std::string>> in_folder(Words words) {
        words.insert(words.begin(), {"-C", folder_.string()});
        return git(std::move(words));
    }

    /// What need not be there.
    Task<std::string> ask(Words words, std::string otherwise) {
        auto asking = in_folder(std::move(words));
        auto answer = co_await std::move(asking);
        co_return answer ? std::move(*answer) : std::move(otherwise);
    }

    Task<Result<std::string>> in_bare(Words words) {
        words.insert(
            words.begin(),
            {"-C",
             snapshot_.root.string(),
             "--git-dir=" + bare_.string(),
             "--work-tree=" + snapshot_.root.string()}
        );
        return git(std::move(words));
    }

    /// Where there is no repository the folder's files are the tree all the same.
    Task<Result<>> find_origin() {
        Words words{"rev-parse", "--path-format=absolute", "--show-toplevel"};
        for (const char* name : {"index", "objects", "info/exclude", "shallow"}) {
            words.insert(words.end(), {"--git-path", name});
        }
        auto asking = in_folder(std::move(words));
        const auto answer = co_await std::move(asking);
        if (!answer) co_return Result<>{};
        const auto lines = split(*answer, '\n');
        if (lines.size() != 5) co_return Error{Code::io, "git: " + *answer};
        origin_ = Origin{lines[0], lines[1], lines[2], lines[3], lines[4]};
        snapshot_.root = origin_->root;
        co_return Result<>{};
    }

    Task<> read_head() {
        if (!origin_) co_return;
        auto asking = in_folder({"log", "-1", "--format=%H%n%T%n%P%n%an%n%ae%n%cI%n%s", "HEAD"});
        const auto head = co_await std::move(asking);
        const auto lines = head ? split(*head, '\n') : std::vector<std::string_view>{};
        if (lines.size() >= 6) {
            head_ = lines[0];
            head_tree_ = lines[1];
            before_head_ = lines[2].substr(0, lines[2].find(' '));
            snapshot_.author = lines[3];
            snapshot_.author_email = lines[4];
            snapshot_.committed_at = lines[5];
            snapshot_.message = lines.size() > 6 ? lines[6] : "";
        }
        auto naming = ask({"symbolic-ref", "-q", "HEAD"}, "refs/heads/HEAD");
        snapshot_.ref = co_await std::move(naming);
        auto locating = ask({"config", "--get", "remote.origin.url"}, "");
        snapshot_.origin = make_public_url(co_await std::move(locating));
        auto defaulting = ask({"symbolic-ref", "-q", "refs/remotes/origin/HEAD"}, "");
        const auto remote = co_await std::move(defaulting);
        snapshot_.default_branch = remote.substr(std::min(remote.size(), kRemotePrefix.size()));
    }

    Task<Result<>> prepare_bare() {
        auto making = git({"init", "-q", "--bare", bare_.string()});
        if (auto made = co_await std::move(making); !made) co_return made.error();
        if (!origin_) co_return Result<>{};
        std::error_code ignored;
        // Its index knows which files have not changed since, and tracked files that are ignored.
        fs::copy_file(origin_->index, bare_ / "index", ignored);
        const auto replace = fs::copy_options::overwrite_existing;
        fs::copy_file(origin_->exclude, bare_ / "info/exclude", replace, ignored);
        fs::copy_file(origin_->shallow, bare_ / "shallow", ignored);  // of what history it has
        auto naming = copy_refs();
        if (auto named = co_await std::move(naming); !named) co_return named.error();
        auto file = open_file(bare_ / "objects/info/alternates", O_WRONLY | O_CREAT);
        if (!file) co_return file.error();
        co_return write_all(file->get(), origin_->objects.string() + "\n");
    }

    /// A branch is what its host has, as far as it is known here.
    Task<Result<>> copy_refs() {
        constexpr const char* kFormat = "--format=%(symref)|%(objectname) %(refname)";
        std::map<std::string, std::string> refs;
        constexpr std::string_view kFrom[] = {"refs/heads/", "refs/tags/", kRemotePrefix};
        for (const auto from : kFrom) {
            auto asking = in_folder({"for-each-ref", kFormat, std::string{from}});
            const auto listed = co_await std::move(asking);
            if (!listed) co_return listed.error();
            const std::string to{from == kRemotePrefix ? kFrom[0] : from};
            for (const auto line : split(*listed, '\n')) {
                const auto space = line.find(' ');
                const bool is_plain =
                    line.starts_with('|') && space != line.npos;  // not origin/HEAD
                if (!is_plain) continue;
                const auto name = to + std::string{line.substr(space + 1 + from.size())};
                if (!is_in_the_way(name)) refs[name] = line.substr(1, space - 1);
            }
        }
        std::string text = "# pack-refs with: sorted \n";
        for (const auto& [name, id] : refs) text += id + " " + name + "\n";
        co_return replace_file(bare_ / "packed-refs", text);
    }

    /// "a" and "a/b" cannot both be there; the tree's own branch is.
    bool is_in_the_way(const std::string& name) const {
        return name.starts_with(snapshot_.ref + "/") || snapshot_.ref.starts_with(name + "/");
    }

    Task<Result<>> commit() {
        auto adding = in_bare({"add", "-A", "."});
        if (auto added = co_await std::move(adding); !added) co_return added.error();
        auto writing = in_bare({"write-tree"});
        const auto tree = co_await std::move(writing);
        if (!tree) co_return tree.error();
        snapshot_.is_changed = *tree != head_tree_;
        snapshot_.sha = head_;
        snapshot_.parent = before_head_;
        if (snapshot_.is_changed) {
            snapshot_.parent = head_;
            Words words{"commit-tree", "-m", "The working tree", *tree};
            if (!head_.empty()) words.insert(words.end(), {"-p", head_});
            auto committing = in_bare(std::move(words));
            auto made = co_await std::move(committing);
            if (!made) co_return made.error();
            snapshot_.sha = std::move(*made);
        }
        auto naming = in_bare({"update-ref", snapshot_.ref, snapshot_.sha});
        if (auto named = co_await std::move(naming); !named) co_return named.error();
        co_return Result<>{};
    }

    static constexpr std::string_view kRemotePrefix = "refs/remotes/origin/";

    Spawner& spawner_;
    fs::path folder_;
    fs::path bare_;
    std::optional<Origin> origin_;
    std::string head_;         // the commit; empty: there is none
    std::string before_head_;  // its first parent, as far as the history goes
    std::string head_tree_;
    TreeSnapshot snapshot_;
};

}  // namespace

std::string make_public_url(std::string_view url) {
    const bool is_plain = std::all_of(url.begin(), url.end(), [](char c) {
        return c > ' ' && c < 0x7f && std::string_view{"\"\\#;"}.find(c) == std::string_view::npos;
    });
    if (!is_plain || url.starts_with('-')) return {};
    const auto scheme = url.find("://");
    if (scheme == url.npos || !url.starts_with("http")) return std::string{url};
    const auto begin = scheme + std::string_view{"://"}.size();
    const auto at = url.substr(begin, url.find('/', begin) - begin).rfind('@');
    if (at == url.npos) return std::string{url};
    return std::string{url.substr(0, begin)} + std::string{url.substr(begin + at + 1)};
}

Task<Result<TreeSnapshot>> take_snapshot(Spawner& spawner, fs::path folder, fs::path bare) {
    Maker maker{spawner, std::move(folder), std::move(bare)};
    auto making = maker.make();
    co_return co_await std::move(making);
}

}  // namespace triphammer::git
