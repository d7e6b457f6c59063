#include "mail/letter.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace triphammer::mail {

namespace {

constexpr std::size_t kLine = 76;       // of base64 (RFC 2045)
constexpr std::size_t kWordBytes = 42;  // of text in an encoded word of at most 75 characters
constexpr std::size_t kMostSubject = 400;

bool is_one_line(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](unsigned char c) {
        return c < 0x20 || c == 0x7f;
    });
}

bool is_plain(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return c >= 0x20 && c < 0x7f;
    });
}

/// Other text than short plain one as encoded words (RFC 2047), each on a line of its own.
std::string encode_words(std::string_view text) {
    const bool is_simple =
        is_plain(text) && text.size() <= 60 && text.find("=?") == std::string_view::npos;
    if (is_simple) return std::string{text};
    std::string out;
    while (!text.empty()) {
        auto word = cut_utf8(text, kWordBytes);
        if (word.empty()) word = text.substr(0, kWordBytes);
        out += (out.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + to_base64(word) + "?=";
        text.remove_prefix(word.size());
    }
    return out;
}

/// "Name <address>" with the name encoded where it has to be.
Result<std::string> encode_mailbox(const std::string& text) {
    const auto address = address_in(text);
    if (!address) return address.error();
    const auto open = text.rfind('<');
    if (open == std::string::npos) return *address;
    const auto name = trim(std::string_view{text}.substr(0, open));
    if (!is_one_line(name)) return invalid("'" + *address + "': the name is not one line");
    if (name.empty()) return '<' + *address + '>';
    return "=?UTF-8?B?" + to_base64(cut_utf8(name, kWordBytes)) + "?=\r\n <" + *address + '>';
}

/// RFC 5322 section 3.3, in UTC, whatever the locale.
std::string to_date(TimePoint at) {
    constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array kMonths{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t seconds = to_unix_ms(at) / 1000;
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    const auto two = [](int value) {
        return std::string{
            static_cast<char>('0' + value / 10), static_cast<char>('0' + value % 10)};
    };
    return std::string{kDays.at(static_cast<std::size_t>(utc.tm_wday))} + ", " + two(utc.tm_mday) +
           ' ' + kMonths.at(static_cast<std::size_t>(utc.tm_mon)) + ' ' +
           std::to_string(utc.tm_year + 1900) + ' ' + two(utc.tm_hour) + ':' + two(utc.tm_min) +
           ':' + two(utc.tm_sec) + " +0000";
}

std::string encode_body(std::string_view text) {
    const auto encoded = to_base64(text);
    std::string out;
    for (std::size_t at = 0; at < encoded.size(); at += kLine) {
        out += encoded.substr(at, kLine) + "\r\n";
    }
    return out;
}

std::string part(const std::string& type, std::string_view text) {
    return "Content-Type: " + type +
           "; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + encode_body(text);
}

Result<std::string> make_head(const Letter& letter) {
    const auto from = encode_mailbox(letter.from);
    if (!from) return with_context("from", from.error());
    std::vector<std::string> to;
    for (const auto& one : letter.to) {
        auto mailbox = encode_mailbox(one);
        if (!mailbox) return with_context("to", mailbox.error());
        to.push_back(std::move(*mailbox));
    }
    for (const auto* text : {&letter.message_id, &letter.thread_id, &letter.list_id}) {
        if (!is_plain(*text)) return invalid("an id of the letter is not plain text");
    }
    auto subject = std::string{cut_utf8(letter.subject, kMostSubject)};
    if (!is_one_line(subject)) return invalid("the subject is not one line");
    auto head = "Date: " + to_date(letter.date) + "\r\nFrom: " + *from +
                "\r\nTo: " + join(to, ",\r\n ") + "\r\nSubject: " + encode_words(subject) +
                "\r\nMessage-ID: <" + letter.message_id + ">\r\n";
    if (!letter.thread_id.empty()) {
        head +=
            "In-Reply-To: <" + letter.thread_id + ">\r\nReferences: <" + letter.thread_id + ">\r\n";
    }
    if (!letter.list_id.empty()) head += "List-Id: <" + letter.list_id + ">\r\n";
    return head + "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n";
}

}  // namespace

Result<std::string> address_in(const std::string& text) {
    auto address = trim(text);
    const auto open = address.rfind('<');
    if (open != std::string_view::npos) {
        if (!address.ends_with('>')) return invalid("'" + text + "' is no mail address");
        address = address.substr(open + 1, address.size() - open - 2);
    }
    const auto at = address.find('@');
    const bool is_whole = at != std::string_view::npos && at > 0 && at + 1 < address.size() &&
                          address.find('@', at + 1) == std::string_view::npos &&
                          address.size() <= 254;
    const bool is_safe =
        is_plain(address) && address.find_first_of(" <>,;:\\\"()[]") == std::string_view::npos;
    if (!is_whole || !is_safe) return invalid("'" + text + "' is no mail address");
    return std::string{address};
}

Result<std::string> to_wire(const Letter& letter) {
    if (letter.to.empty()) return invalid("the letter is to nobody");
    auto head = make_head(letter);
    if (!head) return head;
    // base64 has no '-': the line cannot stand in a part.
    const auto boundary = "--=_" + sha256_hex(letter.message_id).substr(0, 24);
    return *head + "Content-Type: multipart/alternative; boundary=\"" + boundary.substr(2) +
           "\"\r\n\r\n" + boundary + "\r\n" + part("text/plain", letter.text) + boundary + "\r\n" +
           part("text/html", letter.html) + boundary + "--\r\n";
}

}  // namespace triphammer::mail
