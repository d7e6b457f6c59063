#include "protocol/messages.hpp"

#include "base/digest.hpp"
#include "protocol/message_json.hpp"

namespace triphammer::protocol {

namespace {

constexpr std::size_t kLogHeaderBytes = 12;

constexpr FrameType type_of(const Started&) {
    return FrameType::started;
}

constexpr FrameType type_of(const StepBegin&) {
    return FrameType::step_begin;
}

constexpr FrameType type_of(const Summary&) {
    return FrameType::summary;
}

constexpr FrameType type_of(const StepEnd&) {
    return FrameType::step_end;
}

constexpr FrameType type_of(const Phase&) {
    return FrameType::phase;
}

constexpr FrameType type_of(const Intent&) {
    return FrameType::intent;
}

constexpr FrameType type_of(const EffectResult&) {
    return FrameType::result;
}

constexpr FrameType type_of(const Park&) {
    return FrameType::park;
}

constexpr FrameType type_of(const End&) {
    return FrameType::end;
}

template <class T>
void put_number(char* out, T value) {
    for (unsigned i = 0; i < sizeof value; ++i) out[i] = static_cast<char>(value >> (8 * i));
}

template <class T>
T get_number(std::string_view bytes) {
    T value = 0;
    for (unsigned i = 0; i < sizeof value; ++i) {
        value |= static_cast<T>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    return value;
}

template <class Wanted, class Message>
Result<Wanted> parse_as(const Frame& frame) {
    auto message = parse_payload<Message>(frame.payload);
    if (!message) return message.error();
    return Wanted{std::move(*message)};
}

Error unexpected() {
    return {Code::protocol, "a frame of a type that does not belong here"};
}

}  // namespace

std::string to_frame(const Attach& message) {
    return make_frame(FrameType::attach, to_payload(message));
}

std::string to_frame(const Ping& message) {
    return make_frame(FrameType::ping, to_payload(message));
}

std::string to_frame(const Seek& message) {
    return make_frame(FrameType::seek, to_payload(message));
}

std::string to_frame(const Record& record) {
    return std::visit(
        [](const auto& message) { return make_frame(type_of(message), to_payload(message)); },
        record
    );
}

LogFrame make_log_frame(const LogChunk& chunk) {
    LogFrame frame;
    frame.bytes = chunk.bytes;
    char* const body = frame.head.data() + kHeaderBytes;
    body[0] = static_cast<char>(FrameType::log);
    put_number(body + 1, static_cast<std::uint32_t>(chunk.step));
    put_number(body + 5, chunk.offset);
    const auto length = static_cast<std::uint32_t>(1 + kLogHeaderBytes + chunk.bytes.size());
    put_number(frame.head.data(), length);
    put_number(frame.head.data() + 4, crc32c(chunk.bytes, crc32c({body, 1 + kLogHeaderBytes})));
    return frame;
}

std::string to_frame(const LogChunk& chunk) {
    return make_log_frame(chunk).to_string();
}

std::string to_frame(const Welcome& message) {
    return make_frame(FrameType::welcome, to_payload(message));
}

std::string to_frame(const Ack& message) {
    return make_frame(FrameType::ack, to_payload(message));
}

std::string to_frame(const Verdict& message) {
    return make_frame(FrameType::verdict, to_payload(message));
}

std::string to_frame(const Cancel& message) {
    return make_frame(FrameType::cancel, to_payload(message));
}

std::string to_frame(const Refused& message) {
    return make_frame(FrameType::refused, to_payload(message));
}

Result<RunnerMessage> parse_runner_message(const Frame& frame) {
    switch (frame.type) {
        case FrameType::attach:
            return parse_as<RunnerMessage, Attach>(frame);
        case FrameType::ping:
            return parse_as<RunnerMessage, Ping>(frame);
        case FrameType::seek:
            return parse_as<RunnerMessage, Seek>(frame);
        default:
            break;
    }
    auto record = parse_record(frame);
    if (!record) return record.error();
    return RunnerMessage{std::move(*record)};
}

Result<Record> parse_record(const Frame& frame) {
    switch (frame.type) {
        case FrameType::started:
            return parse_as<Record, Started>(frame);
        case FrameType::step_begin:
            return parse_as<Record, StepBegin>(frame);
        case FrameType::summary:
            return parse_as<Record, Summary>(frame);
        case FrameType::step_end:
            return parse_as<Record, StepEnd>(frame);
        case FrameType::phase:
            return parse_as<Record, Phase>(frame);
        case FrameType::intent:
            return parse_as<Record, Intent>(frame);
        case FrameType::result:
            return parse_as<Record, EffectResult>(frame);
        case FrameType::park:
            return parse_as<Record, Park>(frame);
        case FrameType::end:
            return parse_as<Record, End>(frame);
        default:
            return unexpected();
    }
}

Result<LogChunk> parse_log(const Frame& frame) {
    if (frame.type != FrameType::log) return unexpected();
    const auto size = frame.payload.size();
    if (size <= kLogHeaderBytes || size > kLogHeaderBytes + kMaxLogBytes) {
        return Error{Code::protocol, "a log frame's size is out of bounds"};
    }
    const auto step = get_number<std::uint32_t>(frame.payload);
    if (step > 1'000'000) return Error{Code::protocol, "a log frame's step is out of bounds"};
    LogChunk chunk;
    chunk.step = static_cast<int>(step);
    chunk.offset = get_number<std::uint64_t>(frame.payload.substr(4));
    chunk.bytes = frame.payload.substr(kLogHeaderBytes);
    return chunk;
}

Result<DaemonMessage> parse_daemon_message(const Frame& frame) {
    switch (frame.type) {
        case FrameType::welcome:
            return parse_as<DaemonMessage, Welcome>(frame);
        case FrameType::ack:
            return parse_as<DaemonMessage, Ack>(frame);
        case FrameType::verdict:
            return parse_as<DaemonMessage, Verdict>(frame);
        case FrameType::cancel:
            return parse_as<DaemonMessage, Cancel>(frame);
        case FrameType::refused:
            return parse_as<DaemonMessage, Refused>(frame);
        default:
            return unexpected();
    }
}

}  // namespace triphammer::protocol
