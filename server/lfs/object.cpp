#include "lfs/object.hpp"

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <fcntl.h>

#include <algorithm>

namespace triphammer::lfs {

namespace {

using std::chrono::milliseconds;

constexpr const char* kMediaType = "application/vnd.git-lfs+json";
constexpr milliseconds kLimit = std::chrono::minutes{15};
constexpr int kOk = 200;

bool is_listed(const std::vector<std::string>& list, const std::string& host) {
    return std::any_of(list.begin(), list.end(), [&host](const std::string& one) {
        return equal_ignoring_case(one, host);
    });
}

bool is_insecure(const http::Url& url, const Hosts& hosts) {
    const bool is_loopback = url.host == "localhost" || url.host.starts_with("127.");
    return is_loopback &&
           (is_listed(hosts.insecure, url.host) || is_listed(hosts.insecure, url.authority()));
}

/// A server names the fields; those that belong to the connection are ours.
Result<http::Headers> read_headers(const nlohmann::json& fields) {
    http::Headers out;
    for (const auto& [name, value] : fields.items()) {
        const auto text = value.is_string() ? value.get<std::string>() : std::string{"\n"};
        const bool is_plain =
            std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c != 0x7f; });
        const bool is_name = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
            return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
        });
        if (!is_plain || !is_name) return Error{Code::protocol, "a header that cannot be sent"};
        const bool is_ours = equal_ignoring_case(name, "Host") ||
                             equal_ignoring_case(name, "Content-Length") ||
                             equal_ignoring_case(name, "Transfer-Encoding") ||
                             equal_ignoring_case(name, "Connection");
        if (!is_ours) out.add(name, text);
    }
    return out;
}

Error explain(int status, const std::string& host) {
    const auto said = host + " answered " + std::to_string(status);
    if (status == 401 || status == 403) {
        return {Code::unauthorized, said + ": it wants another credential for files of Git LFS"};
    }
    if (status == 404 || status == 410) return not_found(said + ": it has no such file of Git LFS");
    if (status >= 300 && status < 400) {
        return {Code::protocol, said + ": redirects are not followed"};
    }
    return {Code::unavailable, said};
}

/// Writes pieces, and knows when they are too many.
class ObjectFile {
  public:
    ObjectFile(FileDescriptor file, Object object)
        : file_{std::move(file)}, object_{std::move(object)} {}

    Result<> take(const std::string& piece) {
        bytes_ += piece.size();
        if (bytes_ > object_.bytes) return wrong("it is longer than its pointer says");
        sum_.update(piece);
        return write_all(file_.get(), piece);
    }

    Result<> finish() const {
        if (bytes_ != object_.bytes) return wrong("it is shorter than its pointer says");
        return sum_.hex() == object_.oid ? Result<>{} : wrong("its SHA-256 is another one");
    }

  private:
    Error wrong(const char* what) const {
        return {Code::protocol, "the Git LFS object " + object_.oid + ": " + what};
    }

    FileDescriptor file_;
    Object object_;
    Sha256Stream sum_;
    std::uint64_t bytes_ = 0;
};

Task<Result<>> take_piece(ObjectFile& file, std::string piece) {
    co_return file.take(piece);
}

Task<Result<Download>> ask(Source source, Object object) {
    const auto url = make_batch_url(source.repository, source.hosts);
    if (!url) co_return url.error();
    http::Call call{http::Method::post, url->target};
    call.headers.add("Accept", kMediaType);
    call.headers.add("Content-Type", kMediaType);
    if (!source.token.empty()) {
        call.headers.add(
            "Authorization", "Basic " + to_base64("x-access-token:" + source.token.reveal())
        );
    }
    call.body = make_batch_request(object);
    const http::Client client{http::endpoint_of(*url)};
    auto sending = client.send(std::move(call));
    const auto answer = co_await std::move(sending);
    if (!answer) co_return answer.error();
    if (answer->status != kOk) co_return explain(answer->status, url->authority());
    co_return read_batch_answer(answer->body, object, source.hosts);
}

}  // namespace

bool is_oid(std::string_view text) {
    constexpr std::size_t kDigits = 64;
    return text.size() == kDigits && text.find_first_not_of("0123456789abcdef") == text.npos;
}

Result<http::Url> check_url(std::string_view url, const Hosts& hosts) {
    auto parsed = http::parse_url(url);
    if (!parsed) return parsed.error();
    if (!parsed->tls && !is_insecure(*parsed, hosts)) {
        return refused("files of Git LFS come over https, not from " + parsed->authority());
    }
    if (is_listed(hosts.allowed, parsed->authority())) return parsed;
    return refused(
        "files of Git LFS may not come from " + parsed->authority() +
        ": an admin adds it to git.lfs_hosts in the configuration"
    );
}

Result<http::Url> make_batch_url(std::string_view repository, const Hosts& hosts) {
    while (repository.ends_with('/')) repository.remove_suffix(1);
    const std::string suffix = repository.ends_with(".git") ? "" : ".git";
    return check_url(std::string{repository} + suffix + "/info/lfs/objects/batch", hosts);
}

std::string make_batch_request(const Object& object) {
    const nlohmann::json body{
        {"operation", "download"},
        {"transfers", {"basic"}},
        {"hash_algo", "sha256"},
        {"objects", {{{"oid", object.oid}, {"size", object.bytes}}}}};
    return body.dump();
}

Result<Download> read_batch_answer(
    std::string_view body, const Object& object, const Hosts& hosts
) {
    const auto json = nlohmann::json::parse(body, nullptr, false);
    const auto unreadable = Error{Code::protocol, "the answer for a Git LFS object is unreadable"};
    if (!json.is_object() || !json.contains("objects") || !json["objects"].is_array() ||
        json["objects"].size() != 1 || !json["objects"][0].is_object()) {
        return unreadable;
    }
    const auto& found = json["objects"][0];
    if (found.contains("error")) {
        return not_found("the Git LFS object " + object.oid + " is not there");
    }
    const nlohmann::json::json_pointer action{"/actions/download"};
    if (!found.contains("oid") || found["oid"] != object.oid || !found.contains(action) ||
        !found[action].is_object() || !found[action].contains("href") ||
        !found[action]["href"].is_string()) {
        return unreadable;
    }
    auto url = check_url(found[action]["href"].get<std::string>(), hosts);
    if (!url) return url.error();
    const auto fields = found[action].value("header", nlohmann::json::object());
    if (!fields.is_object()) return unreadable;
    auto headers = read_headers(fields);
    if (!headers) return headers.error();
    return Download{std::move(*url), std::move(*headers)};
}

Task<Result<>> fetch_object(Source source, Object object, std::filesystem::path into) {
    auto asking = ask(std::move(source), object);
    auto download = co_await std::move(asking);
    if (!download) co_return download.error();
    auto opened = open_file(into, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (!opened) co_return opened.error();
    ObjectFile file{std::move(*opened), std::move(object)};
    http::Call call{http::Method::get, download->url.target};
    call.headers = std::move(download->headers);
    call.deadline = kLimit;
    const http::Client client{http::endpoint_of(download->url)};
    const http::Download take = [&file](std::string piece) {
        return take_piece(file, std::move(piece));
    };
    auto downloading = client.download(std::move(call), take);
    const auto answer = co_await std::move(downloading);
    if (!answer) co_return answer.error();
    if (answer->status != kOk) co_return explain(answer->status, download->url.authority());
    co_return file.finish();
}

}  // namespace triphammer::lfs
