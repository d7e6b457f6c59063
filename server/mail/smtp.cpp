#include "mail/smtp.hpp"

#include "base/deadline.hpp"
#include "base/text.hpp"

#include <array>
#include <memory>
#include <optional>
#include <vector>

namespace triphammer::mail {

namespace {

using namespace std::chrono_literals;

constexpr auto kWhole = 2min;
constexpr std::size_t kMostReply = 16 * 1024;

using Reply = Result<SmtpReply>;

/// A line of an answer: "250-SIZE 1000", "250 OK". Nothing for what is none.
std::optional<int> code_in(std::string_view line) {
    if (line.size() < 3) return {};
    const auto code = parse_integer(line.substr(0, 3));
    if (!code || *code < 200 || *code > 599) return {};
    if (line.size() > 3 && line[3] != ' ' && line[3] != '-') return {};
    return static_cast<int>(*code);
}

std::string dot_stuffed(const std::string& text) {
    std::string out;
    bool begins = true;
    for (const char c : text) {
        if (begins && c == '.') out += '.';
        out += c;
        begins = c == '\n';
    }
    return out;
}

class Conversation {
  public:
    Conversation(SmtpSettings settings, const http::OutgoingRule& rule)
        : settings_{std::move(settings)}, rule_{rule} {}

    Task<Reply> deliver(Letter letter, std::string wire);

  private:
    Task<Reply> open();
    Task<Reply> greet();
    Task<Reply> secure();
    Task<Reply> sign_in();
    Task<Reply> hand_over(const Letter& letter, const std::string& wire);
    Task<Reply> say(std::string line);
    Task<Reply> hear();
    Task<Result<std::string>> read_line();
    bool offers(std::string_view keyword, std::string_view parameter = {}) const;

    SmtpSettings settings_;
    const http::OutgoingRule& rule_;
    std::unique_ptr<http::PlainStream> plain_;
    std::unique_ptr<http::Stream> stream_;  // what is talked over: `plain_` moved, or TLS
    http::Stream* talk_ = nullptr;
    std::string buffer_;
    std::vector<std::string> extensions_;
};

bool Conversation::offers(std::string_view keyword, std::string_view parameter) const {
    for (const auto& line : extensions_) {
        const auto words = split(line, ' ');
        if (words.empty() || !equal_ignoring_case(words.front(), keyword)) continue;
        if (parameter.empty()) return true;
        for (const auto word : words) {
            if (equal_ignoring_case(word, parameter)) return true;
        }
    }
    return false;
}

Task<Result<std::string>> Conversation::read_line() {
    std::array<char, 4096> bytes{};
    for (;;) {
        const auto end = buffer_.find('\n');
        if (end != std::string::npos) {
            auto line = std::string{trim(std::string_view{buffer_}.substr(0, end))};
            buffer_.erase(0, end + 1);
            co_return line;
        }
        if (buffer_.size() > kMostReply) {
            co_return Error{Code::protocol, "the mail server's answer does not end"};
        }
        auto count = co_await talk_->read_some(bytes);
        if (!count) co_return count.error();
        if (*count == 0) co_return Error{Code::io, "the mail server hung up"};
        buffer_.append(bytes.data(), *count);
    }
}

/// All lines of an answer; those of EHLO say what the server can do.
Task<Reply> Conversation::hear() {
    SmtpReply reply;
    extensions_.clear();
    for (;;) {
        auto line = co_await read_line();
        if (!line) co_return line.error();
        const auto code = code_in(*line);
        if (!code) co_return Error{Code::protocol, "the mail server does not speak SMTP"};
        const auto text = line->size() > 4 ? line->substr(4) : std::string{};
        reply.code = *code;
        reply.text += (reply.text.empty() ? "" : " ") + text;
        extensions_.push_back(text);
        if (line->size() < 4 || (*line)[3] != '-') co_return reply;
        if (reply.text.size() > kMostReply) {
            co_return Error{Code::protocol, "the mail server's answer does not end"};
        }
    }
}

Task<Reply> Conversation::say(std::string line) {
    line += "\r\n";
    auto written = co_await talk_->write(line);
    if (!written) co_return written.error();
    co_return co_await hear();
}

Task<Reply> Conversation::greet() {
    auto greeting = co_await hear();
    if (!greeting || greeting->code != 220) co_return greeting;
    co_return co_await say("EHLO " + settings_.name);
}

/// What the server said in clear text is forgotten, and nothing of it may be left to be read.
Task<Reply> Conversation::secure() {
    if (!offers("STARTTLS")) {
        co_return Error{
            Code::protocol,
            settings_.host +
                " offers no STARTTLS; nothing was sent in clear text. Use tls: implicit "
                "with its port for that (465), or another server"};
    }
    auto ready = co_await say("STARTTLS");
    if (!ready || ready->code != 220) co_return ready;
    if (!buffer_.empty()) {
        co_return Error{Code::protocol, settings_.host + " sent more than its answer before TLS"};
    }
    auto securing = plain_->secure(settings_.host, settings_.ca_file);
    auto secured = co_await std::move(securing);
    if (!secured) co_return secured.error();
    stream_ = std::move(*secured);
    talk_ = stream_.get();
    co_return co_await say("EHLO " + settings_.name);
}

Task<Reply> Conversation::open() {
    auto connecting = http::connect_plain(settings_.host, settings_.port, rule_);
    auto plain = co_await std::move(connecting);
    if (!plain) co_return plain.error();
    plain_ = std::move(*plain);
    talk_ = plain_.get();
    if (!settings_.starttls) {
        auto securing = plain_->secure(settings_.host, settings_.ca_file);
        auto secured = co_await std::move(securing);
        if (!secured) co_return secured.error();
        stream_ = std::move(*secured);
        talk_ = stream_.get();
    }
    auto greeted = co_await greet();
    if (!greeted || greeted->code != 250 || !settings_.starttls) co_return greeted;
    co_return co_await secure();
}

Task<Reply> Conversation::sign_in() {
    if (offers("AUTH", "PLAIN")) {
        const auto both = std::string{'\0'} + settings_.user + '\0' + settings_.password.reveal();
        co_return co_await say("AUTH PLAIN " + to_base64(both));
    }
    if (!offers("AUTH", "LOGIN")) {
        co_return Error{Code::protocol, settings_.host + " offers neither AUTH PLAIN nor LOGIN"};
    }
    auto asked = co_await say("AUTH LOGIN");
    if (!asked || asked->code != 334) co_return asked;
    auto named = co_await say(to_base64(settings_.user));
    if (!named || named->code != 334) co_return named;
    co_return co_await say(to_base64(settings_.password.reveal()));
}

Task<Reply> Conversation::hand_over(const Letter& letter, const std::string& wire) {
    const auto from = address_in(letter.from);
    if (!from) co_return from.error();
    auto said = co_await say("MAIL FROM:<" + *from + ">");
    if (!said || said->code / 100 != 2) co_return said;
    for (const auto& to : letter.to) {
        const auto address = address_in(to);
        if (!address) co_return address.error();
        said = co_await say("RCPT TO:<" + *address + ">");
        if (!said || said->code / 100 != 2) co_return said;
    }
    said = co_await say("DATA");
    if (!said || said->code != 354) co_return said;
    co_return co_await say(dot_stuffed(wire) + ".");
}

Task<Reply> Conversation::deliver(Letter letter, std::string wire) {
    auto opened = co_await open();
    if (!opened || opened->code != 250) co_return opened;
    if (!settings_.user.empty()) {
        auto signed_in = co_await sign_in();
        if (!signed_in || signed_in->code != 235) co_return signed_in;
    }
    auto taken = co_await hand_over(letter, wire);
    // Its answer is not waited for: a letter that was taken must not look as if it was not.
    if (taken) static_cast<void>(co_await talk_->write("QUIT\r\n"));
    co_return taken;
}

}  // namespace

Task<Reply> send_letter(SmtpSettings settings, Letter letter, const http::OutgoingRule& rule) {
    auto wire = to_wire(letter);
    if (!wire) co_return wire.error();
    Conversation conversation{std::move(settings), rule};
    auto delivering = conversation.deliver(std::move(letter), std::move(*wire));
    co_return co_await with_deadline(std::move(delivering), kWhole);
}

}  // namespace triphammer::mail
