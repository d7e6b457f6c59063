#pragma once
// What the runner and the supervisor inside a job container say to each other, over the container's
// standard input and output. Both programs are built from this file; nothing but std, because the
// supervisor is linked fully statically.
//
//   frame: u8 type │ u32 length │ payload            little endian
//
//   runner → supervisor   start: one command      signal: to every process of the container
//   supervisor → runner   ready: once, at its start   output: bytes   ended: how the command ended
//
// One command at a time. When `ended` is sent no process but the supervisor is alive. The end of
// standard input means that the runner is gone: everything is killed.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::runner::wire {

enum class Type : std::uint8_t { start = 1, signal = 2, ready = 16, output = 17, ended = 18 };

constexpr std::size_t kHeader = 5;
constexpr std::size_t kMaxPayload = 4U << 20U;  // a command with its environment

struct Start {
    std::vector<std::string> arguments;
    std::vector<std::string> environment;  // NAME=value
    std::string directory;

    friend bool operator==(const Start&, const Start&) = default;
};

enum class How : std::uint8_t { exited = 0, signalled = 1, not_started = 2 };

struct Ended {
    How how = How::exited;
    std::int32_t value = 0;      // exit status, signal or errno
    bool out_of_memory = false;  // the kernel killed something of it
    std::string text;            // why it could not be started

    friend bool operator==(const Ended&, const Ended&) = default;
};

struct Ready {
    bool has_bash = false;
    bool has_sh = false;

    friend bool operator==(const Ready&, const Ready&) = default;
};

inline void put_u32(std::string& out, std::uint32_t value) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
        out += static_cast<char>(static_cast<unsigned char>(value >> shift));
    }
}

inline void put_text(std::string& out, std::string_view text) {
    put_u32(out, static_cast<std::uint32_t>(text.size()));
    out += text;
}

inline void put_texts(std::string& out, const std::vector<std::string>& texts) {
    put_u32(out, static_cast<std::uint32_t>(texts.size()));
    for (const auto& text : texts) put_text(out, text);
}

/// Takes values from the front; `ok` is false for ever after one that is not there.
struct Reader {
    std::string_view rest;
    bool ok = true;

    std::string_view take(std::size_t count) {
        if (rest.size() < count) ok = false;
        if (!ok) return {};
        const auto out = rest.substr(0, count);
        rest.remove_prefix(count);
        return out;
    }

    std::uint8_t u8() {
        const auto bytes = take(1);
        return bytes.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(bytes[0]);
    }

    std::uint32_t u32() {
        std::uint32_t value = 0;
        unsigned shift = 0;
        for (const char c : take(4)) {
            value |= static_cast<std::uint32_t>(static_cast<unsigned char>(c)) << shift;
            shift += 8;
        }
        return value;
    }

    std::string text() { return std::string{take(u32())}; }

    std::vector<std::string> texts() {
        std::vector<std::string> out;
        const auto count = u32();
        for (std::uint32_t i = 0; i < count && ok; ++i) out.push_back(text());
        return out;
    }

    bool at_end() const { return ok && rest.empty(); }
};

inline std::string make_frame(Type type, std::string_view payload) {
    std::string out(1, static_cast<char>(type));
    put_text(out, payload);
    return out;
}

struct Frame {
    Type type = Type::output;
    std::string payload;
};

/// Takes a whole frame from the front of `bytes`. Nothing: more is needed, or (`broken`) this can
/// never become one.
inline std::optional<Frame> take_frame(std::string& bytes, bool& broken) {
    if (bytes.size() < kHeader) return {};
    Reader head{std::string_view{bytes}};
    const auto type = head.u8();
    const auto length = head.u32();
    broken = length > kMaxPayload;
    if (broken || bytes.size() - kHeader < length) return {};
    Frame frame{static_cast<Type>(type), bytes.substr(kHeader, length)};
    bytes.erase(0, kHeader + length);
    return frame;
}

inline std::string to_frame(const Start& start) {
    std::string payload;
    put_texts(payload, start.arguments);
    put_texts(payload, start.environment);
    put_text(payload, start.directory);
    return make_frame(Type::start, payload);
}

inline std::optional<Start> parse_start(std::string_view payload) {
    Reader reader{payload};
    Start start;
    start.arguments = reader.texts();
    start.environment = reader.texts();
    start.directory = reader.text();
    if (!reader.at_end() || start.arguments.empty()) return {};
    return start;
}

inline std::string signal_frame(int signal) {
    return make_frame(Type::signal, std::string(1, static_cast<char>(signal)));
}

inline std::string to_frame(const Ended& ended) {
    std::string payload(1, static_cast<char>(ended.how));
    put_u32(payload, static_cast<std::uint32_t>(ended.value));
    payload += static_cast<char>(ended.out_of_memory ? 1 : 0);
    put_text(payload, ended.text);
    return make_frame(Type::ended, payload);
}

inline std::optional<Ended> parse_ended(std::string_view payload) {
    Reader reader{payload};
    Ended ended;
    const auto how = reader.u8();
    ended.how = static_cast<How>(how);
    ended.value = static_cast<std::int32_t>(reader.u32());
    ended.out_of_memory = reader.u8() != 0;
    ended.text = reader.text();
    if (!reader.at_end() || how > 2) return {};
    return ended;
}

inline std::string to_frame(const Ready& ready) {
    const char flags = static_cast<char>((ready.has_bash ? 1 : 0) + (ready.has_sh ? 2 : 0));
    return make_frame(Type::ready, std::string(1, flags));
}

inline std::optional<Ready> parse_ready(std::string_view payload) {
    if (payload.size() != 1) return {};
    const auto flags = static_cast<unsigned char>(payload[0]);
    Ready ready;
    ready.has_bash = (flags & 1U) != 0;
    ready.has_sh = (flags & 2U) != 0;
    return ready;
}

}  // namespace triphammer::runner::wire
