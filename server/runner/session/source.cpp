#include "runner/session/source.hpp"

#include "base/deadline.hpp"
#include "base/text.hpp"
#include "execution/sandbox.hpp"
#include "http/client.hpp"
#include "runner/session/pack_reader.hpp"
#include "runner/session/session.hpp"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace triphammer::runner {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds kDownloadLimit = std::chrono::minutes{10};
constexpr milliseconds kRetryPause{1'000};
constexpr int kTries = 600;
constexpr milliseconds kUnpackLimit = std::chrono::minutes{30};
constexpr int kOk = 200;
constexpr int kBadRequest = 400;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kConflict = 409;

/// $1 folder · $2 pack · $3 commit · $4 ref that HEAD becomes, or empty · $5 shallow commits · $6
/// sparse patterns, or empty · $7 how they are meant.
/// No argument is ever taken for an option: refs are written, not checked out by name.
constexpr const char* kUnpack = R"sh(set -eu
mkdir -p -- "$1"
cd -- "$1"
find . -mindepth 1 -delete
git init -q .
git index-pack --stdin < "$2" > /dev/null
if [ -n "$5" ]; then printf '%s\n' "$5" > .git/shallow; fi
if [ -n "$4" ]; then
    git update-ref "$4" "$3"
    case "$4" in
    refs/heads/*) git symbolic-ref HEAD "$4" ;;
    *) git update-ref --no-deref HEAD "$3" ;;
    esac
else
    git update-ref --no-deref HEAD "$3"
fi
if [ -n "$6" ]; then printf '%s\n' "$6" | git sparse-checkout set "$7" --stdin > /dev/null; fi
git read-tree --reset -u HEAD
test "$(git rev-parse HEAD)" = "$3"
)sh";

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

/// Takes the answer's pieces, writes the pack to a file that only we and git see.
class Download {
  public:
    Download(std::filesystem::path path, SourceAsk ask)
        : path_{std::move(path)}, ask_{std::move(ask)} {}

    Result<> open() {
        auto file = open_file(path_, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (!file) return file.error();
        ::fchmod(file->get(), 0644);  // git runs as the steps' user, who sees it nowhere else
        file_ = std::move(*file);
        reader_ = {};
        return {};
    }

    Task<Result<>> take(std::string piece) {
        const auto pack = reader_.feed(piece);
        if (!pack) co_return pack.error();
        co_return write_all(file_.get(), *pack);
    }

    const PackReader& reader() const { return reader_; }

    const std::filesystem::path& path() const { return path_; }

    const SourceAsk& ask() const { return ask_; }

    /// What the daemon says that it is.
    std::string commit;

  private:
    std::filesystem::path path_;
    SourceAsk ask_;
    FileDescriptor file_;
    PackReader reader_;
};

std::string body_of(const SourceAsk& ask) {
    if (ask.is_usual()) return {};
    nlohmann::json out;
    out["depth"] = ask.depth;
    if (!ask.action.empty()) out["action"] = ask.action;
    if (!ask.commit.empty()) out["commit"] = ask.commit;
    if (!ask.ref.empty()) out["ref"] = ask.ref;
    return out.dump();
}

/// The sentence in {"error": {"message": …}}, else the body.
std::string sentence_of(const std::string& body) {
    const auto json = nlohmann::json::parse(body, nullptr, false);
    const nlohmann::json::json_pointer message{"/error/message"};
    const bool is_there = json.is_object() && json.contains(message) && json[message].is_string();
    return std::string{cut_utf8(is_there ? json[message].get<std::string>() : body, 1000)};
}

/// Refusals are final, and so is whatever hinders the daemon itself from getting what it was asked
/// for; anything else may be better later.
Error explain(const Session& session, const SourceAsk& ask, const http::Answer& answer) {
    if (answer.status == kNotFound && ask.action.empty()) {
        const auto& wanted = !ask.ref.empty()      ? ask.ref
                             : !ask.commit.empty() ? ask.commit
                                                   : session.document().source.sha;
        return not_found(
            "commit vanished: the repository no longer has " + wanted +
            " (was the branch pushed over or deleted?)"
        );
    }
    const auto sentence = sentence_of(answer.body);
    if (answer.status == kNotFound || answer.status == kConflict) return not_found(sentence);
    if (answer.status == kForbidden) return {Code::refused, sentence};
    if (answer.status == kBadRequest) return invalid(sentence);
    const auto code = ask.is_usual() ? Code::io : Code::internal;
    return {code, "the daemon answered " + std::to_string(answer.status) + ": " + sentence};
}

Task<Result<>> download_once(Session& session, Download& download) {
    if (auto opened = download.open(); !opened) co_return opened;
    const auto& parts = session.parts();
    const http::Client client{http::unix_endpoint(parts.endpoint)};
    http::Call call{http::Method::post, "/runner/v1/source"};
    call.headers.add("Authorization", "Bearer " + parts.token.reveal());
    call.headers.add("Triphammer-Fence", std::to_string(session.document().fence));
    call.deadline = kDownloadLimit;
    call.body = body_of(download.ask());
    const http::Download take = [&](std::string piece) { return download.take(std::move(piece)); };
    auto downloading = client.download(std::move(call), take);
    const auto answer = co_await std::move(downloading);
    if (!answer) co_return answer.error();
    download.commit = answer->headers.find("Triphammer-Commit").value_or("");
    if (answer->status == kOk && download.reader().has_begun()) co_return Result<>{};
    co_return explain(session, download.ask(), *answer);
}

/// A daemon that is away comes back; anything else is final.
Task<Result<>> download_source(Session& session, Download& download) {
    for (int tried = 1;; ++tried) {
        auto once = download_once(session, download);
        auto done = co_await std::move(once);
        if (done || tried == kTries || session.stop().requested()) co_return done;
        const auto code = done.error().code;
        const bool away = code == Code::unavailable || code == Code::io || code == Code::timed_out;
        if (!away || tried == kTries) co_return done;
        auto pause = sleep_for(kRetryPause);
        co_await std::move(pause);
    }
}

/// Git's own words into the step's log.
class GitWords final : public execution::OutputSink {
  public:
    GitWords(Session& session, int step) : session_{session}, step_{step} {}

    Task<Result<>> write(std::string_view bytes) override { return session_.write(step_, bytes); }

  private:
    Session& session_;
    int step_;
};

std::string ref_for(const std::string& ref) {
    const bool known = ref.rfind("refs/heads/", 0) == 0 || ref.rfind("refs/tags/", 0) == 0;
    return known ? ref : std::string{};
}

execution::Command unpack_command(
    const Session& session, const Download& download, const SourcePlace& place
) {
    const auto& folders = session.folders();
    execution::Command command;
    command.arguments = {
        "/bin/sh",
        "-c",
        kUnpack,
        "unpack",
        place.folder,
        download.path().string(),
        download.commit,
        ref_for(place.head),
        join(download.reader().shallow(), "\n"),
        join(place.sparse, "\n"),
        place.cone ? "--cone" : "--no-cone"};
    command.environment = git_environment(folders.home.outside);
    const bool is_own = download.ask().action.empty();
    command.directory = is_own ? folders.workspace.outside : place.folder;
    return command;
}

execution::Sandbox unpack_sandbox(
    const Session& session, const Download& download, const SourcePlace& place
) {
    const auto& folders = session.folders();
    execution::SandboxPaths paths;
    paths.temp = folders.tmp.outside;
    paths.home = folders.home.outside;
    paths.writable = {download.ask().action.empty() ? folders.workspace.outside : place.folder};
    paths.readable = {download.path().string()};
    paths.hidden = session.parts().hidden;
    return execution::Sandbox{std::move(paths)};
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

/// Where there are no namespaces (a runner that is itself in a container) git runs beside us: the
/// folder was emptied before, so nothing of an earlier step is believed.
Task<Result<>> unpack(
    Session& session, int step, const Download& download, const SourcePlace& place
) {
    if (!download.ask().action.empty()) {
        if (auto given = give_to_steps(place.folder, session.folders()); !given) co_return given;
    }
    auto command = unpack_command(session, download, place);
    auto sandbox = unpack_sandbox(session, download, place);
    if (execution::Sandbox::check()) command.sandbox = &sandbox;
    GitWords words{session, step};
    execution::ProcessLimits limits;
    limits.deadline = kUnpackLimit;
    auto running = execution::run_process(std::move(command), limits, words, session.stop());
    const auto end = co_await std::move(running);
    if (!end) co_return end.error();
    if (end->cause == execution::EndCause::cancelled) co_return Error{Code::cancelled, "stopped"};
    if (!end->status.ok()) {
        co_return Error{
            Code::io,
            "git could not unpack the source (exit " + std::to_string(end->status.code) + ")"};
    }
    co_return Result<>{};
}

}  // namespace

bool is_commit_id(std::string_view text) {
    constexpr std::size_t kDigits = 40;
    return text.size() == kDigits &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Task<Result<std::string>> fetch_source(
    Session& session, int step, SourceAsk ask, SourcePlace place
) {
    const auto& temp = session.folders().temp.outside;
    Download download{std::filesystem::path{temp}.parent_path() / "source.pack", std::move(ask)};
    auto downloading = download_source(session, download);
    auto done = co_await std::move(downloading);
    if (done) {
        if (download.commit.empty()) download.commit = session.document().source.sha;
        auto unpacking = unpack(session, step, download, place);
        done = co_await std::move(unpacking);
    }
    std::error_code ignored;
    std::filesystem::remove(download.path(), ignored);
    if (!done) co_return done.error();
    co_return download.commit;
}

Task<Result<>> fetch_commit(Session& session, int step, std::string folder) {
    SourcePlace place;
    place.folder = std::move(folder);
    place.head = session.document().source.ref;
    SourceAsk usual;
    auto fetching = fetch_source(session, step, std::move(usual), std::move(place));
    const auto done = co_await std::move(fetching);
    if (!done) co_return done.error();
    co_return Result<>{};
}

}  // namespace triphammer::runner
