#pragma once
// What the runner and the supervisor inside a job container say to each other, over the container's
// standard input and output. Both programs are built from this file; nothing but std, because the
// supervisor is linked fully statically.
//
//   frame: u8 type │ u32 length │ payload            little endian
//
//   runner → supervisor   file: one to be put, or to go   start: a command, or none (an answer all
//                         the same)   signal: to all processes of one
//   supervisor → runner   ready: once, at its start   output: bytes of a command
//                         file: one that its `start` wants back   ended: how it ended
//
// Commands have numbers, and several may run beside each other. When `ended` of one is sent none of
// its processes is alive; after the last one none but the supervisor. The end of standard input
// means that the runner is gone: everything is killed.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::runner::wire {

enum class Type : std::uint8_t {
    start = 1,
    signal = 2,
    file = 3,
    ready = 16,
    output = 17,
    ended = 18
};

constexpr std::size_t kHeader = 5;
constexpr std::size_t kMaxPayload = 4U << 20U;  // a command with its environment
/// Of one file; larger ones go in by archive.
constexpr std::size_t kMaxFile = 2U << 20U;

/// The job's folders inside, where GitHub's runner has them; the workspace is told.
constexpr const char* kTemp = "/__w/_temp";
constexpr const char* kHome = "/github/home";
constexpr const char* kActions = "/__w/_actions";

using Number = std::uint32_t;

struct Start {
    Number command = 0;
    std::vector<std::string> arguments;    // none: the files before it are all
    std::vector<std::string> environment;  // NAME=value
    std::string directory;
    std::vector<std::string> wanted;  // paths of the files that come back at its end

    friend bool operator==(const Start&, const Start&) = default;
};

enum class How : std::uint8_t { exited = 0, signalled = 1, not_started = 2 };

struct Ended {
    Number command = 0;
    How how = How::exited;
    std::int32_t value = 0;      // exit status, signal or errno
    bool out_of_memory = false;  // the kernel killed something of it
    std::string text;            // why it could not be started

    friend bool operator==(const Ended&, const Ended&) = default;
};

/// emptied: a folder whose entries go; gone: a file, or a folder that is empty.
enum class FileKind : std::uint8_t { plain = 0, folder = 1, refused = 2, emptied = 3, gone = 4 };

struct File {
    Number command = 0;  // that wants it back; 0 on the way in
    FileKind kind = FileKind::plain;
    std::uint32_t mode = 0;
    std::string path;
    std::string bytes;  // of a refused one: why it is not sent

    friend bool operator==(const File&, const File&) = default;
};

struct Ready {
    bool has_bash = false;
    // Whom the steps run as.
    std::uint32_t user = 0;
    std::uint32_t group = 0;

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
    put_u32(payload, start.command);
    put_texts(payload, start.arguments);
    put_texts(payload, start.environment);
    put_text(payload, start.directory);
    put_texts(payload, start.wanted);
    return make_frame(Type::start, payload);
}

inline std::optional<Start> parse_start(std::string_view payload) {
    Reader reader{payload};
    Start start;
    start.command = reader.u32();
    start.arguments = reader.texts();
    start.environment = reader.texts();
    start.directory = reader.text();
    start.wanted = reader.texts();
    if (!reader.at_end()) return {};
    return start;
}

struct Signal {
    Number command = 0;
    std::uint8_t number = 0;

    friend bool operator==(const Signal&, const Signal&) = default;
};

inline std::string to_frame(const Signal& signal) {
    std::string payload;
    put_u32(payload, signal.command);
    payload += static_cast<char>(signal.number);
    return make_frame(Type::signal, payload);
}

inline std::optional<Signal> parse_signal(std::string_view payload) {
    Reader reader{payload};
    Signal signal;
    signal.command = reader.u32();
    signal.number = reader.u8();
    if (!reader.at_end()) return {};
    return signal;
}

inline std::string to_frame(const File& file) {
    std::string payload;
    put_u32(payload, file.command);
    payload += static_cast<char>(file.kind);
    put_u32(payload, file.mode);
    put_text(payload, file.path);
    put_text(payload, file.bytes);
    return make_frame(Type::file, payload);
}

inline std::optional<File> parse_file(std::string_view payload) {
    Reader reader{payload};
    File file;
    file.command = reader.u32();
    const auto kind = reader.u8();
    file.kind = static_cast<FileKind>(kind);
    file.mode = reader.u32();
    file.path = reader.text();
    file.bytes = reader.text();
    if (!reader.at_end() || kind > 4 || file.path.empty()) return {};
    return file;
}

/// Output begins with the number of its command.
inline std::string output_frame(Number command, std::string_view bytes) {
    std::string payload;
    put_u32(payload, command);
    payload += bytes;
    return make_frame(Type::output, payload);
}

/// Whose a message from the supervisor is: every one but `ready` begins with it.
inline std::optional<Number> command_of(std::string_view payload) {
    Reader reader{payload};
    const auto command = reader.u32();
    return reader.ok ? std::optional{command} : std::nullopt;
}

constexpr std::size_t kNumber = sizeof(Number);

inline std::string to_frame(const Ended& ended) {
    std::string payload;
    put_u32(payload, ended.command);
    payload += static_cast<char>(ended.how);
    put_u32(payload, static_cast<std::uint32_t>(ended.value));
    payload += static_cast<char>(ended.out_of_memory ? 1 : 0);
    put_text(payload, ended.text);
    return make_frame(Type::ended, payload);
}

inline std::optional<Ended> parse_ended(std::string_view payload) {
    Reader reader{payload};
    Ended ended;
    ended.command = reader.u32();
    const auto how = reader.u8();
    ended.how = static_cast<How>(how);
    ended.value = static_cast<std::int32_t>(reader.u32());
    ended.out_of_memory = reader.u8() != 0;
    ended.text = reader.text();
    if (!reader.at_end() || how > 2) return {};
    return ended;
}

inline std::string to_frame(const Ready& ready) {
    std::string payload(1, static_cast<char>(ready.has_bash ? 1 : 0));
    put_u32(payload, ready.user);
    put_u32(payload, ready.group);
    return make_frame(Type::ready, payload);
}

inline std::optional<Ready> parse_ready(std::string_view payload) {
    Reader reader{payload};
    Ready ready;
    ready.has_bash = reader.u8() != 0;
    ready.user = reader.u32();
    ready.group = reader.u32();
    if (!reader.at_end()) return {};
    return ready;
}

}  // namespace triphammer::runner::wire
