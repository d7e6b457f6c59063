#include "runner/session/source.hpp"

#include "base/deadline.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "http/client.hpp"
#include "runner/session/seed.hpp"
#include "runner/session/session.hpp"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <sys/stat.h>

namespace triphammer::runner {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds kDownloadLimit = std::chrono::minutes{10};
constexpr milliseconds kRetryPause{1'000};
constexpr int kTries = 600;
constexpr int kOk = 200;
constexpr int kBadRequest = 400;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kConflict = 409;

/// Takes the answer's pieces, writes the pack to a file that only we and git see.
class Download {
  public:
    /// `folder` is made, for the pack and what else belongs to it.
    Download(std::filesystem::path folder, SourceAsk ask)
        : folder_{std::move(folder)}, ask_{std::move(ask)} {}

    ~Download() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    Download(const Download&) = delete;
    Download& operator=(const Download&) = delete;

    Result<> open() {
        if (auto made = make_directory(folder_, 0755); !made) return made;
        auto file = open_file(folder_ / "pack", O_WRONLY | O_CREAT | O_TRUNC, 0600);
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

    const std::filesystem::path& folder() const { return folder_; }

    const SourceAsk& ask() const { return ask_; }

    // What the daemon says that it is, where it is from, and which ref that was where none was
    // named.
    std::string commit;
    std::string origin;
    std::string ref;

  private:
    std::filesystem::path folder_;
    SourceAsk ask_;
    FileDescriptor file_;
    PackReader reader_;
};

std::string body_of(const SourceAsk& ask) {
    if (ask.is_usual() && ask.have.empty()) return {};
    nlohmann::json out;
    out["depth"] = ask.depth;
    if (!ask.action.empty()) out["action"] = ask.action;
    if (!ask.repository.empty()) out["repository"] = ask.repository;
    if (!ask.module.empty()) out["module"] = ask.module;
    if (ask.tags) out["tags"] = true;
    if (!ask.commit.empty()) out["commit"] = ask.commit;
    if (!ask.ref.empty()) out["ref"] = ask.ref;
    if (!ask.have.empty()) out["have"] = ask.have;
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
    if (answer.status == kNotFound && ask.is_own()) {
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
    download.ref = answer->headers.find("Triphammer-Ref").value_or("");
    download.origin = answer->headers.find("Triphammer-Origin").value_or("");
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

/// A layer that is as far from the commits as that has had its time.
constexpr std::uint32_t kFewObjects = 500;

/// The run's own commit alone: what else a workflow names may come from where the pool's other
/// runs take nothing.
void leave_seed(const Session& session, const Download& download, const Unpacking& done) {
    const auto& parts = session.parts();
    const bool is_wanted = !parts.pool.empty() && parts.layer_problem.empty();
    if (!is_wanted || !download.ask().is_usual() || !done.place.sparse.empty()) return;
    const auto objects = count_objects(download.folder() / "pack");
    const bool is_near = parts.folders.underlay && objects && *objects <= kFewObjects;
    if (is_near) return;
    const Seed seed{parts.pool, done.commit, download.ask().have};
    const auto attempt = std::filesystem::path{parts.folders.temp.outside}.parent_path();
    const auto left = leave_seed(download.folder(), attempt, seed);
    if (left || left.error().code == Code::conflict) return;
    log::warning("no layer can be made of this checkout", {{"why", left.error().message}});
}

Task<Result<std::string>> fetch_once(
    Session& session, int step, SourceAsk ask, SourcePlace place, std::optional<Underlay> under
) {
    // Of each step its own: steps in the background may check out at the same time.
    const std::filesystem::path temp{session.folders().temp.outside};
    Download download{temp.parent_path() / ("source." + std::to_string(step)), std::move(ask)};
    auto downloading = download_source(session, download);
    auto done = co_await std::move(downloading);
    if (!done) co_return done.error();
    Unpacking unpacking;
    unpacking.place = std::move(place);
    unpacking.under = std::move(under);
    if (unpacking.place.head.empty()) unpacking.place.head = download.ref;
    unpacking.parts = download.folder();
    unpacking.commit =
        download.commit.empty() ? session.document().source.sha : std::move(download.commit);
    unpacking.origin = std::move(download.origin);
    auto placing = unpack(session, step, unpacking, download.reader());
    done = co_await std::move(placing);
    if (!done) co_return done.error();
    leave_seed(session, download, unpacking);
    co_return unpacking.commit;
}

/// One commit, all of it, alone.
bool may_rest_on_layer(const SourceAsk& ask, const SourcePlace& place) {
    return ask.is_own() && ask.depth == 1 && !ask.tags && place.sparse.empty() &&
           !place.is_action && !place.keeps_files;
}

}  // namespace

bool is_commit_id(std::string_view text) {
    constexpr std::size_t kDigits = 40;
    return text.size() == kDigits &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// What goes wrong on top of a layer is tried again without it: git empties the folder.
Task<Result<std::string>> fetch_source(
    Session& session, int step, SourceAsk ask, SourcePlace place
) {
    auto under = may_rest_on_layer(ask, place) ? session.take_underlay() : std::nullopt;
    if (under) {
        auto quick = ask;
        quick.have = under->commit;
        auto saying = session.log(step, "On top of " + under->commit + ", whose files are here\n");
        if (auto said = co_await std::move(saying); !said) co_return said.error();
        auto fetching = fetch_once(session, step, std::move(quick), place, std::move(under));
        const auto done = co_await std::move(fetching);
        if (done || done.error().code != Code::io) co_return done;
        auto told = session.log(step, "the layer is of no use here; all files are written\n");
        if (auto said = co_await std::move(told); !said) co_return said.error();
    }
    auto fetching = fetch_once(session, step, std::move(ask), std::move(place), std::nullopt);
    co_return co_await std::move(fetching);
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
