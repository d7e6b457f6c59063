// Signatures, payloads, cookies, heads of requests, times of a schedule, and zips.
#include "archive/unpack.hpp"
#include "archive/zip_index.hpp"
#include "base/text.hpp"
#include "fuzz/target.hpp"
#include "github/payload.hpp"
#include "github/signature.hpp"
#include "http/cookie.hpp"
#include "http/head.hpp"
#include "plan/cron.hpp"
#include "support/temp_dir.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

namespace triphammer::fuzz {

namespace {

const std::string kBody = R"({"zen": "Keep it logically awesome."})";

const Secret& hook_secret() {
    static const Secret kSecret{"a secret of thirty-two characters"};
    return kSecret;
}

std::string check_signature(const std::string& input) {
    const auto right = github::make_signature(hook_secret(), kBody);
    const bool is_signed = github::is_signed(hook_secret(), kBody, input);
    if (is_signed != (to_lower(input) == right)) return "another text than the signature is taken";
    if (is_signed && !github::is_signature(input)) return "a signature without a signature's form";
    github::SignatureStream stream{hook_secret()};
    stream.update(kBody);
    return stream.matches(input) == is_signed ? "" : "in pieces it is judged otherwise";
}

/// The event's name, a line end, the body.
std::string check_payload(const std::string& input) {
    const auto cut = input.find('\n');
    const auto name = input.substr(0, cut);
    const auto body = cut == std::string::npos ? std::string{} : input.substr(cut + 1);
    for (const auto* type : {"application/json", "application/x-www-form-urlencoded"}) {
        auto json = github::unwrap_payload(type, body);
        if (!json && json.error().message.empty()) return "a refused form without words";
        if (!json) continue;
        auto first = *json;
        auto second = *json;
        const auto event = github::scan_payload(name, first);
        const auto again = github::scan_payload(name, second);
        if (event.has_value() != again.has_value()) return "read twice it is another";
        if (!event && event.error().message.empty()) return "a refusal without words";
        if (!event) continue;
        if (event->repository_id != again->repository_id || event->sha != again->sha) {
            return "read twice it says something else";
        }
        for (const auto* text : {&event->repository, &event->ref, &event->title, &event->actor}) {
            if (!is_utf8(*text)) return "a text that is not UTF-8";
        }
    }
    return {};
}

std::string check_cookie(const std::string& input) {
    http::Headers headers;
    headers.add("Cookie", input);
    const auto value = http::find_cookie(headers, "triphammer_session");
    if (value.empty()) return {};
    if (value.find(';') != std::string::npos) return "the value of a cookie goes on into the next";
    return input.find("triphammer_session=" + value) == std::string::npos ? "a made-up value" : "";
}

http::Checked<std::optional<std::size_t>> scan_in_pieces(
    const std::string& input, std::size_t step
) {
    http::HeadScanner scanner{{}};
    for (std::size_t have = step;; have += step) {
        const auto bytes = std::string_view{input}.substr(0, std::min(have, input.size()));
        auto found = scanner.scan(bytes);
        if (!found || *found || have >= input.size()) return found;
    }
}

std::string check_head(const std::string& input) {
    const auto whole = scan_in_pieces(input, std::max<std::size_t>(input.size(), 1));
    const auto split = scan_in_pieces(input, 1);
    if (whole.has_value() != split.has_value()) return "in pieces it is judged otherwise";
    if (!whole) return whole.error().status < 400 ? "a refusal without a status" : "";
    if (*whole != *split) return "in pieces it ends elsewhere";
    if (!*whole) return {};
    const auto block = std::string_view{input}.substr(0, **whole);
    const auto request = http::parse_request_head(block, {});
    if (!request) return request.error().message.empty() ? "a refusal without words" : "";
    for (const auto& field : request->head.headers) {
        if (field.value.find_first_of(std::string_view{"\r\n\0", 3}) != std::string::npos) {
            return "a line end, or NUL, in a field";
        }
    }
    const bool has_both = request->head.chunked && request->head.content_length.has_value();
    return has_both ? "a body with two ends" : "";
}

std::string check_cron(const std::string& input) {
    const auto cron = plan::parse_cron(input);
    if (!cron) return cron.error().message.empty() ? "a refusal without words" : "";
    const TimePoint after{std::chrono::seconds{1'700'000'000}};
    const auto due = plan::next_due(*cron, {}, after);
    if (!due) return {};
    if (*due <= after) return "due in the past";
    const auto minute = (to_unix_ms(*due) / 60'000) % 60;
    return cron->minutes[static_cast<std::size_t>(minute)] ? "" : "due at a minute that is not set";
}

/// A file in memory with these bytes.
struct MemoryFile {
    explicit MemoryFile(const std::string& bytes) : file{::memfd_create("fuzz", MFD_CLOEXEC)} {
        std::size_t at = 0;
        while (at < bytes.size()) {
            const auto done = ::write(file, bytes.data() + at, bytes.size() - at);
            if (done <= 0) break;
            at += static_cast<std::size_t>(done);
        }
    }

    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    ~MemoryFile() { ::close(file); }

    int file;
};

std::string check_archive(const std::string& input) {
    constexpr std::size_t kEntries = 50;
    constexpr std::uint64_t kBytes = 1U << 20U;
    const MemoryFile zip{input};
    for (const bool links : {false, true}) {
        const archive::IndexLimits limits{kEntries, kBytes, links};
        const auto entries = archive::read_index(zip.file, limits);
        if (!entries && entries.error().message.empty()) return "a refusal without words";
        if (!entries) continue;
        std::uint64_t bytes = 0;
        for (const auto& entry : *entries) {
            bytes += entry.bytes;
            if (!archive::is_safe_name(entry.name)) return "a name that leads out";
            if (entry.is_link() && !links) return "a link that nobody asked for";
        }
        if (entries->size() > kEntries || bytes > kBytes) return "more than the limit";
        const testing::TempDir folder;
        const auto inner = folder.path() / "inner";
        std::filesystem::create_directory(inner);
        archive::UnpackOptions options;
        options.limits = limits;
        options.roots = {{"", inner}};
        const auto unpacked = archive::unpack(zip.file, options);
        if (unpacked && unpacked->bytes > kBytes) return "more bytes than the limit";
        for (const auto& entry : std::filesystem::directory_iterator{folder.path()}) {
            if (entry.path() != inner) return "a file outside of the folder";
        }
    }
    return {};
}

std::string from_hex(std::string_view digits) {
    std::string out;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        out += static_cast<char>(std::stoi(std::string{digits.substr(i, 2)}, nullptr, 16));
    }
    return out;
}

/// A stored file, a link to it, and a packed file that would climb.
constexpr std::string_view kZip =
    "504b0304140000000000000021509fa817f8040000000400000009000000612f6f6e652e7478746f6e650a504b0304"
    "14000000000000002150f2050e3009000000090000000100000062612f6f6e652e747874504b030414000000080000"
    "002150723fcb6e0800000090010000040000002e2e2f63aba8180583090000504b0102140314000000000000002150"
    "9fa817f80400000004000000090000000000000000000000800100000000612f6f6e652e747874504b010214031400"
    "0000000000002150f2050e300900000009000000010000000000000000000000ffa12b00000062504b010214031400"
    "0000080000002150723fcb6e08000000900100000400000000000000000000008001530000002e2e2f63504b050600"
    "00000003000300980000007d0000000000";

/// One file alone, which is fine.
constexpr std::string_view kGoodZip =
    "504b0304140000000000000021509fa817f8040000000400000009000000612f6f6e652e7478746f6e650a504b0102"
    "1403140000000000000021509fa817f80400000004000000090000000000000000000000800100000000612f6f6e65"
    "2e747874504b05060000000001000100370000002b0000000000";

}  // namespace

std::map<std::string, Target> outside_targets() {
    return {
        {"archive", {check_archive, {from_hex(kZip), from_hex(kGoodZip)}}},
        {"cookie",
         {check_cookie,
          {"triphammer_session=0123456789abcdef; theme=dark",
           "a=b;triphammer_session=\"x\" ; triphammer_session=2",
           "=;;triphammer_session"}}},
        {"cron",
         {check_cron, {"*/5 4-18/2 1,15 JAN-MAR MON", "0 0 29 2 *", "59 23 31 12 sun-tue,5"}}},
        {"head",
         {check_head,
          {"POST /webhooks/github/x?a=b HTTP/1.1\r\nHost: ci\r\nContent-Length: 12\r\n"
           "X-Hub-Signature-256: sha256=00\r\n\r\n",
           "GET http://h/%41 HTTP/1.0\r\nTransfer-Encoding: chunked\r\nHost:x\r\n\r\n",
           "PUT /a HTTP/1.1\r\nHost: x\r\nConnection: close, upgrade\r\nExpect: 100-continue\r\n"
           "Content-Length: 1\r\nContent-Length: 1\r\n\r\n"}}},
        {"payload",
         {check_payload,
          {"push\n{\"ref\": \"refs/heads/main\", \"before\": "
           "\"0000000000000000000000000000000000000000\", \"after\": "
           "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \"repository\": {\"id\": 7, "
           "\"full_name\": \"o/r\", \"clone_url\": \"https://h/o/r.git\"}, \"head_commit\": "
           "{\"id\": \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \"message\": \"a\\u00e9\"}}",
           "pull_request\n{\"action\": \"opened\", \"number\": 7, \"pull_request\": {\"head\": "
           "{\"sha\": \"b\", \"ref\": \"x\", \"repo\": {\"id\": 8}}, \"base\": {\"ref\": \"main\","
           " \"sha\": \"a\"}}, \"repository\": {\"id\": 7, \"full_name\": \"o/r\"}}",
           "push\npayload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%7D&x=1"}}},
        {"signature", {check_signature, {github::make_signature(hook_secret(), kBody)}}},
    };
}

}  // namespace triphammer::fuzz
