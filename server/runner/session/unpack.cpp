#include "runner/session/unpack.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "runner/session/session.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>

namespace triphammer::runner {

namespace {

constexpr std::chrono::milliseconds kUnpackLimit = std::chrono::minutes{30};
constexpr std::string_view kBranches = "refs/heads/";
constexpr std::string_view kTags = "refs/tags/";

/// $1 folder · $2 folder with pack, shallow and refs · $3 commit · $4 HEAD · $5 more configuration
/// · $6 sparse patterns, or empty · $7 how they are meant · $8 the remote of a repository whose
/// files stay, or empty. Of such a one the list of files is kept and nothing else: git goes by it,
/// writes what differs and removes what the commit does not have.
/// No argument is ever taken for an option: refs are written, not checked out by name.
constexpr const char* kUnpack = R"sh(set -eu
mkdir -p -- "$1"
cd -- "$1"
stays() {
  [ -n "$1" ] && [ -f .git/index ] && [ ! -L .git ] && [ ! -L .git/index ] &&
    [ "$(git config --file .git/config --no-includes --get remote.origin.url)" = "$1" ]
}
if stays "$8"; then
  find .git -mindepth 1 ! -path .git/index -delete
else
  find . -mindepth 1 -delete
fi
git init -q .
git index-pack --stdin < "$2/pack" > /dev/null
if [ -s "$2/shallow" ]; then cat "$2/shallow" > .git/shallow; fi
cat "$2/refs" > .git/packed-refs
printf '%s\n' "$4" > .git/HEAD
printf '%s' "$5" >> .git/config
if [ -n "$6" ]; then printf '%s\n' "$6" | git sparse-checkout set "$7" --stdin > /dev/null; fi
git read-tree --reset -u HEAD
test "$(git rev-parse HEAD)" = "$3"
)sh";

/// As kUnpack, but what is there already is moved in: $8 its folder · $9 its commit. Git writes
/// what differs and looks at nothing else; a change of attributes may change any file. What git
/// knows of files are numbers that are others on an overlay (`checkStat`), and their own changes'
/// times, which a move changes at the top.
constexpr const char* kUnpackOnto = R"sh(set -eu
mkdir -p -- "$1"
cd -- "$1"
find . -mindepth 1 -delete
find "$8" -mindepth 1 -maxdepth 1 -exec mv -t . -- {} +
git index-pack --fix-thin --stdin < "$2/pack" > /dev/null
cat "$2/shallow" > .git/shallow
cat "$2/refs" > .git/packed-refs
printf '%s\n' "$4" > .git/HEAD
printf '[core]\n\tcheckStat = minimal\n%s' "$5" >> .git/config
attributes=$(git diff-tree -r --name-only "$9" "$3" -- ':(glob)**/.gitattributes')
git -c core.trustctime=false read-tree -m -u "$3"
if [ -n "$attributes" ]; then
  rm .git/index
  git read-tree "$3"
  git checkout-index -f -u -a
fi
find . -mindepth 1 -maxdepth 1 ! -type d -print0 | git update-index -z --stdin
)sh";

/// Git's own words into the step's log.
class GitWords final : public execution::OutputSink {
  public:
    GitWords(Session& session, int step) : session_{session}, step_{step} {}

    Task<Result<>> write(std::string_view bytes) override { return session_.write(step_, bytes); }

  private:
    Session& session_;
    int step_;
};

/// Readable by the steps' user, who sees it nowhere else.
Result<> write_part(const std::filesystem::path& path, std::string_view text) {
    auto file = open_file(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (!file) return file.error();
    ::fchmod(file->get(), 0644);
    return write_all(file->get(), text);
}

/// What git may write to.
std::string outer_folder(const JobFolders& folders, const Unpacking& unpacking) {
    if (unpacking.under) return unpacking.under->disk;
    return unpacking.place.is_action ? unpacking.place.folder : folders.workspace.outside;
}

execution::Command unpack_command(const Session& session, const Unpacking& unpacking) {
    const auto& folders = session.folders();
    const auto& place = unpacking.place;
    const auto& under = unpacking.under;
    execution::Command command;
    command.arguments = {
        "/bin/sh",
        "-c",
        under ? kUnpackOnto : kUnpack,
        "unpack",
        git_folder(folders, unpacking),
        unpacking.parts.string(),
        unpacking.commit,
        make_head(place.head, unpacking.commit),
        make_remote_config(unpacking.origin, place.head) +
            (place.has_modules ? "[submodule]\n\tactive = .\n" : ""),
        join(place.sparse, "\n"),
        place.cone ? "--cone" : "--no-cone",
        under               ? under->disk + "/tree"
        : place.keeps_files ? unpacking.origin
                            : "",
        under ? under->commit : ""};
    command.environment = git_environment(folders.home.outside);
    command.directory = outer_folder(folders, unpacking);
    return command;
}

/// The folder of an action is ours, but git runs as the user of the steps.
Result<> give_to_steps(const std::string& folder, const JobFolders& folders) {
    struct stat home {};

    if (::stat(folders.home.outside.c_str(), &home) != 0 ||
        ::lchown(folder.c_str(), home.st_uid, home.st_gid) != 0) {
        return from_errno("give " + folder + " to the steps");
    }
    return {};
}

Result<> prepare(const Session& session, const Unpacking& unpacking, const PackReader& sent) {
    auto ends = sent.shallow();
    if (unpacking.under) ends.push_back(unpacking.under->commit);
    const auto shallow = join(ends, "\n");
    const auto& parts = unpacking.parts;
    const auto& place = unpacking.place;
    if (auto done = write_part(parts / "shallow", shallow.empty() ? "" : shallow + "\n"); !done) {
        return done;
    }
    const auto refs = make_packed_refs(sent, place.head, unpacking.commit);
    if (auto done = write_part(parts / "refs", refs); !done) return done;
    return place.is_action ? give_to_steps(place.folder, session.folders()) : Result<>{};
}

}  // namespace

std::vector<std::string> git_environment(const std::string& home) {
    return {
        "PATH=/usr/local/bin:/usr/bin:/bin",
        "HOME=" + home,
        "LC_ALL=C.UTF-8",
        "GIT_CONFIG_NOSYSTEM=1",
        "GIT_CONFIG_GLOBAL=/dev/null",
        "GIT_TERMINAL_PROMPT=0",
        "GIT_ATTR_NOSYSTEM=1",
        "GIT_CONFIG_COUNT=6",
        "GIT_CONFIG_KEY_0=core.hooksPath",
        "GIT_CONFIG_VALUE_0=/dev/null",
        "GIT_CONFIG_KEY_1=core.fsmonitor",
        "GIT_CONFIG_VALUE_1=false",
        "GIT_CONFIG_KEY_2=init.templateDir",
        "GIT_CONFIG_VALUE_2=",
        "GIT_CONFIG_KEY_3=protocol.allow",
        "GIT_CONFIG_VALUE_3=never",
        "GIT_CONFIG_KEY_4=checkout.workers",
        "GIT_CONFIG_VALUE_4=2",
        "GIT_CONFIG_KEY_5=init.defaultBranch",
        "GIT_CONFIG_VALUE_5=main",
    };
}

std::string make_packed_refs(const PackReader& sent, const std::string& head, std::string commit) {
    auto refs = sent.refs();
    if (head.starts_with(kBranches)) {
        refs[head] = commit;
        refs["refs/remotes/origin/" + head.substr(kBranches.size())] = std::move(commit);
    } else if (head.starts_with(kTags)) {
        refs.emplace(head, std::move(commit));  // where it was sent, it is the tag itself
    } else if (head.starts_with("refs/pull/")) {
        refs["refs/remotes/" + head.substr(std::string_view{"refs/"}.size())] = std::move(commit);
    }
    std::string out = "# pack-refs with: sorted \n";
    for (const auto& [name, id] : refs) out += id + " " + name + "\n";
    return out;
}

std::string make_head(const std::string& head, const std::string& commit) {
    return head.starts_with(kBranches) ? "ref: " + head : commit;
}

std::string make_remote_config(const std::string& origin, const std::string& head) {
    if (origin.empty()) return {};
    auto out = "[remote \"origin\"]\n\turl = " + origin +
               "\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n";
    // A quote cannot stand in the name of a section as it is, nor is it worth the trouble.
    if (!head.starts_with(kBranches) || head.find('"') != head.npos) return out;
    const auto branch = head.substr(kBranches.size());
    return out + "[branch \"" + branch + "\"]\n\tremote = origin\n\tmerge = \"" + head + "\"\n";
}

std::string git_folder(const JobFolders& folders, const Unpacking& unpacking) {
    const auto& folder = unpacking.place.folder;
    if (!unpacking.under) return folder;
    // A rename does not leave its mount: the overlay has the workspace under a name of its own.
    const auto& workspace = folders.workspace.outside;
    const auto inner = std::filesystem::path{folder}.lexically_relative(workspace).string();
    const auto root = unpacking.under->disk + "/work";
    return inner == "." ? root : root + "/" + inner;
}

execution::Sandbox make_unpack_sandbox(
    const JobFolders& folders, std::vector<std::string> hidden, const Unpacking& unpacking
) {
    execution::SandboxPaths paths;
    paths.temp = folders.tmp.outside;
    paths.home = folders.home.outside;
    paths.writable = {outer_folder(folders, unpacking)};
    paths.readable = {unpacking.parts.string()};
    paths.hidden = std::move(hidden);
    execution::Sandbox sandbox{std::move(paths)};
    sandbox.cut_off();
    return sandbox;
}

/// Where there are no namespaces (a runner that is itself in a container) git runs beside us: the
/// folder was emptied before, so nothing of an earlier step is believed.
Task<Result<>> unpack(Session& session, int step, Unpacking unpacking, const PackReader& sent) {
    if (auto done = prepare(session, unpacking, sent); !done) co_return done;
    auto command = unpack_command(session, unpacking);
    auto sandbox = make_unpack_sandbox(session.folders(), session.parts().hidden, unpacking);
    if (execution::Sandbox::check()) command.sandbox = &sandbox;
    GitWords words{session, step};
    execution::ProcessLimits limits;
    limits.deadline = kUnpackLimit;
    auto running = execution::run_process(std::move(command), limits, words, session.stop());
    const auto end = co_await std::move(running);
    if (!end) co_return end.error();
    if (end->cause == execution::EndCause::cancelled) co_return Error{Code::cancelled, "stopped"};
    if (end->status.ok()) co_return Result<>{};
    co_return Error{
        Code::io,
        "git could not unpack the source (exit " + std::to_string(end->status.code) + ")"};
}

}  // namespace triphammer::runner
