#include "runner/session/store_link.hpp"

#include "base/deadline.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "http/client.hpp"
#include "runner/session/session.hpp"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace triphammer::runner {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds kRetryPause{1'000};
constexpr int kTries = 600;
constexpr std::size_t kPieceBytes = 256U << 10U;
/// Of an upload: the daemon's disk may be slow, and puts all of it down before it answers.
constexpr milliseconds kIdle = std::chrono::minutes{5};

Code code_of(int status) {
    switch (status) {
        case 400:
            return Code::invalid;
        case 401:
        case 403:
            return Code::refused;
        case 404:
            return Code::not_found;
        case 409:
            return Code::conflict;
        case 413:
            return Code::too_large;
        case 503:
            return Code::unavailable;
        default:
            return Code::protocol;
    }
}

/// {"error": {"code", "message"}}; a full disk is told apart from a daemon that is busy.
Error error_of(const http::Answer& answer) {
    const auto body = nlohmann::json::parse(answer.body, nullptr, false);
    auto code = code_of(answer.status);
    std::string message = "the daemon answered " + std::to_string(answer.status);
    if (body.is_object() && body.contains("error") && body["error"].is_object()) {
        message = body["error"].value("message", message);
        if (body["error"].value("code", "") == name_of(Code::disk_full)) code = Code::disk_full;
    }
    return {code, message};
}

std::string target_of(const std::string& path, const StoreLink::Query& query) {
    std::string out = path;
    char before = '?';
    for (const auto& [name, value] : query) {
        out += before + name + "=" + percent_encode(value);
        before = '&';
    }
    return out;
}

http::Call make_call(const Session& session, http::Method method, std::string target) {
    http::Call call{method, std::move(target)};
    call.headers.add("Authorization", "Bearer " + session.parts().token.reveal());
    call.headers.add("Triphammer-Fence", std::to_string(session.document().fence));
    call.deadline = milliseconds{0};
    call.idle_deadline = kIdle;
    return call;
}

/// The file's next piece, empty at its end.
Task<Result<std::string>> read_piece(std::shared_ptr<FileDescriptor> file) {
    std::string piece(kPieceBytes, '\0');
    const auto count = ::read(file->get(), piece.data(), piece.size());
    if (count < 0) co_return from_errno("read the archive");
    piece.resize(static_cast<std::size_t>(count));
    co_return piece;
}

Task<Result<>> write_piece(std::shared_ptr<FileDescriptor> file, std::string piece) {
    co_return write_all(file->get(), piece);
}

bool is_away(const Error& error) {
    return error.code == Code::unavailable || error.code == Code::io ||
           error.code == Code::timed_out;
}

/// `once` gives the exchange anew each time.
Task<Result<http::Answer>> exchange(
    Session& session, std::function<Task<Result<http::Answer>>()> once
) {
    for (int tried = 1;; ++tried) {
        auto trying = once();
        auto answer = co_await std::move(trying);
        if (answer && answer->status >= 400) answer = error_of(*answer);
        if (answer || !is_away(answer.error()) || tried == kTries) co_return answer;
        if (session.stop().requested()) co_return Error{Code::cancelled, "stopped"};
        auto pause = sleep_for(kRetryPause);
        co_await std::move(pause);
    }
}

Task<Result<http::Answer>> ask_once(
    Session& session, std::string target, http::Method method = http::Method::get
) {
    const http::Client client{http::unix_endpoint(session.parts().endpoint)};
    auto sending = client.send(make_call(session, method, std::move(target)));
    co_return co_await std::move(sending);
}

Task<Result<http::Answer>> send_once(
    Session& session, std::string target, std::filesystem::path path
) {
    auto file = open_file(path, O_RDONLY | O_NOFOLLOW);
    if (!file) co_return Error{Code::internal, file.error().message};
    const auto shared = std::make_shared<FileDescriptor>(std::move(*file));
    const http::Client client{http::unix_endpoint(session.parts().endpoint)};
    auto call = make_call(session, http::Method::post, std::move(target));
    call.upload = [shared] { return read_piece(shared); };
    auto sending = client.send(std::move(call));
    co_return co_await std::move(sending);
}

Task<Result<http::Answer>> fetch_once(
    Session& session, std::string target, std::filesystem::path into
) {
    std::error_code ignored;
    std::filesystem::remove(into, ignored);
    auto file = open_file(into, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644);
    if (!file) co_return Error{Code::internal, file.error().message};
    ::fchmod(file->get(), 0644);  // whatever our own mask: a step reads it
    const auto shared = std::make_shared<FileDescriptor>(std::move(*file));
    const http::Client client{http::unix_endpoint(session.parts().endpoint)};
    auto call = make_call(session, http::Method::get, std::move(target));
    const http::Download take = [shared](std::string piece) {
        return write_piece(shared, std::move(piece));
    };
    auto downloading = client.download(std::move(call), take);
    co_return co_await std::move(downloading);
}

}  // namespace

Task<Result<std::string>> StoreLink::ask(std::string path, Query query) {
    const auto target = target_of(path, query);
    auto asking = exchange(session_, [&] { return ask_once(session_, target); });
    auto answer = co_await std::move(asking);
    if (!answer) co_return answer.error();
    co_return std::move(answer->body);
}

Task<Result<std::string>> StoreLink::send(std::string path, Query query, StoredFile file) {
    query.emplace_back("sha256", file.sha256);
    query.emplace_back("bytes", std::to_string(file.bytes));
    const auto target = target_of(path, query);
    auto sending = exchange(session_, [&] { return send_once(session_, target, file.path); });
    auto answer = co_await std::move(sending);
    if (!answer) co_return answer.error();
    co_return std::move(answer->body);
}

Task<Result<>> StoreLink::remove(std::string path) {
    auto removing =
        exchange(session_, [&] { return ask_once(session_, path, http::Method::delete_); });
    const auto answer = co_await std::move(removing);
    if (!answer && answer.error().code != Code::not_found) co_return answer.error();
    co_return Result<>{};
}

Task<Result<>> StoreLink::fetch(std::string path, std::filesystem::path into) {
    auto fetching = exchange(session_, [&] { return fetch_once(session_, path, into); });
    const auto answer = co_await std::move(fetching);
    if (!answer) co_return answer.error();
    co_return Result<>{};
}

}  // namespace triphammer::runner
