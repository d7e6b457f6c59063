#include "docker/buildkit_trace.hpp"

#include "base/text.hpp"

#include <array>
#include <cstdio>
#include <optional>
#include <utility>

namespace triphammer::docker {

namespace {

constexpr std::size_t kMostVertices = 10'000;
constexpr std::size_t kMostRest = 64U << 10U;
constexpr unsigned kMostVarintBits = 63;

Error broken(const char* why) {
    return {Code::protocol, std::string{"BuildKit's progress cannot be read: "} + why};
}

struct WireField {
    std::uint64_t number = 0;
    std::uint64_t value = 0;  // of a varint
    std::string_view bytes;   // of a string or a message
};

/// The fields of one message, one after the other.
class WireFields {
  public:
    explicit WireFields(std::string_view message) : rest_{message} {}

    /// Nothing at the end.
    Result<std::optional<WireField>> next() {
        if (rest_.empty()) return std::optional<WireField>{};
        const auto key = varint();
        if (!key) return key.error();
        WireField out;
        out.number = *key >> 3U;
        const auto type = *key & 7U;
        if (type == 0) return with_varint(out);
        const auto length = length_of(type);
        if (!length) return length.error();
        if (*length > rest_.size()) return broken("a field is longer than its message");
        out.bytes = rest_.substr(0, *length);
        rest_.remove_prefix(*length);
        return std::optional{out};
    }

  private:
    Result<std::optional<WireField>> with_varint(WireField out) {
        const auto value = varint();
        if (!value) return value.error();
        out.value = *value;
        return std::optional{out};
    }

    Result<std::uint64_t> length_of(std::uint64_t type) {
        constexpr std::uint64_t kFixed64 = 1;
        constexpr std::uint64_t kLengthDelimited = 2;
        constexpr std::uint64_t kFixed32 = 5;
        if (type == kLengthDelimited) return varint();
        if (type == kFixed64) return std::uint64_t{8};
        if (type == kFixed32) return std::uint64_t{4};
        return broken("a field has an unknown type");
    }

    Result<std::uint64_t> varint() {
        std::uint64_t out = 0;
        for (unsigned bits = 0; bits <= kMostVarintBits && !rest_.empty(); bits += 7) {
            const auto byte = static_cast<unsigned char>(rest_.front());
            rest_.remove_prefix(1);
            out |= static_cast<std::uint64_t>(byte & 0x7FU) << bits;
            if ((byte & 0x80U) == 0) return out;
        }
        return broken("a number has no end");
    }

    std::string_view rest_;
};

/// Hands each field of `message` to `take`, which may fail.
template <class Take>
Result<> each_field(std::string_view message, Take take) {
    WireFields fields{message};
    for (;;) {
        auto field = fields.next();
        if (!field) return field.error();
        if (!*field) return {};
        if (Result<> taken = take(**field); !taken) return taken;
    }
}

/// A Timestamp: seconds and nanoseconds.
Result<std::int64_t> read_time(std::string_view message) {
    constexpr std::uint64_t kMostSeconds = 1ULL << 40U;
    std::int64_t out = 0;
    auto done = each_field(message, [&](const WireField& field) -> Result<> {
        if (field.value > kMostSeconds) return broken("a time is out of range");
        if (field.number == 1) out += static_cast<std::int64_t>(field.value) * 1000;
        if (field.number == 2) out += static_cast<std::int64_t>(field.value) / 1'000'000;
        return {};
    });
    if (!done) return done.error();
    return out;
}

Result<> put_time(std::string_view message, std::int64_t& place) {
    const auto time = read_time(message);
    if (!time) return time.error();
    place = *time;
    return {};
}

Result<TraceVertex> read_vertex(std::string_view message) {
    TraceVertex out;
    auto done = each_field(message, [&](const WireField& field) -> Result<> {
        if (field.number == 1) out.digest = field.bytes;
        if (field.number == 3) out.name = field.bytes;
        if (field.number == 4) out.cached = field.value != 0;
        if (field.number == 5) return put_time(field.bytes, out.started_ms);
        if (field.number == 6) return put_time(field.bytes, out.completed_ms);
        if (field.number == 7) out.error = field.bytes;
        return {};
    });
    if (!done) return done.error();
    return out;
}

Result<TraceLog> read_log(std::string_view message) {
    TraceLog out;
    auto done = each_field(message, [&](const WireField& field) -> Result<> {
        if (field.number == 1) out.vertex = field.bytes;
        if (field.number == 4) out.bytes = field.bytes;
        return {};
    });
    if (!done) return done.error();
    return out;
}

/// What is BuildKit's own business: how the context gets to it.
bool is_internal(const std::string& name) {
    return name.starts_with("[internal]") || name.starts_with("copy /context");
}

std::string seconds_between(std::int64_t started_ms, std::int64_t completed_ms) {
    std::array<char, 32> text{};
    const auto seconds = static_cast<double>(completed_ms - started_ms) / 1000.0;
    std::snprintf(text.data(), text.size(), "%.1f s", seconds);
    return text.data();
}

}  // namespace

Result<TraceStatus> parse_trace(std::string_view message) {
    TraceStatus out;
    auto done = each_field(message, [&](const WireField& field) -> Result<> {
        if (field.number == 1) {
            auto vertex = read_vertex(field.bytes);
            if (!vertex) return vertex.error();
            out.vertices.push_back(std::move(*vertex));
        }
        if (field.number == 3) {
            auto log = read_log(field.bytes);
            if (!log) return log.error();
            out.logs.push_back(std::move(*log));
        }
        return {};
    });
    if (!done) return done.error();
    return out;
}

Result<std::string> BuildTrace::take(std::string_view message) {
    const auto status = parse_trace(message);
    if (!status) return status.error();
    std::string out;
    for (const auto& log : status->logs) tell(log, out);
    for (const auto& vertex : status->vertices) tell(vertex, out);
    return out;
}

/// Null: more instructions than any Dockerfile has.
BuildTrace::Seen* BuildTrace::find(const std::string& digest) {
    const auto known = seen_.find(digest);
    if (known != seen_.end()) return &known->second;
    if (seen_.size() >= kMostVertices) return nullptr;
    return &seen_[digest];
}

void BuildTrace::tell(const TraceVertex& vertex, std::string& out) {
    if (is_internal(vertex.name) && vertex.error.empty()) return;
    auto* seen = find(vertex.digest);
    if (seen == nullptr || seen->ended || vertex.started_ms == 0) return;
    if (!seen->announced) seen->number = ++count_;
    const auto mark = "#" + std::to_string(seen->number) + " ";
    if (!seen->announced) out += mark + vertex.name + "\n";
    seen->announced = true;
    if (vertex.completed_ms == 0 && !vertex.cached) return;
    seen->ended = true;
    if (!seen->rest.empty()) out += mark + std::exchange(seen->rest, {}) + "\n";
    if (!vertex.error.empty()) {
        out += mark + "failed: " + vertex.error + "\n";
    } else if (vertex.cached) {
        out += mark + "cached\n";
    } else {
        out += mark + "done in " + seconds_between(vertex.started_ms, vertex.completed_ms) + "\n";
    }
}

/// Of one that was not announced its output waits for the name.
void BuildTrace::tell(const TraceLog& log, std::string& out) {
    auto* seen = find(log.vertex);
    if (seen == nullptr) return;
    seen->rest += log.bytes;
    if (!seen->announced && seen->rest.size() < kMostRest) return;
    const auto mark = "#" + std::to_string(seen->number) + " ";
    for (auto end = seen->rest.find('\n'); end != std::string::npos; end = seen->rest.find('\n')) {
        out += mark + seen->rest.substr(0, end + 1);
        seen->rest.erase(0, end + 1);
    }
    if (seen->rest.size() > kMostRest) out += mark + std::exchange(seen->rest, {}) + "\n";
}

int exit_status_of(std::string_view words) {
    constexpr std::string_view kMark = "exit code: ";
    const auto found = words.rfind(kMark);
    if (found == words.npos) return 0;
    const auto status = parse_integer(trim(words.substr(found + kMark.size())));
    return status && *status > 0 && *status < 256 ? static_cast<int>(*status) : 0;
}

}  // namespace triphammer::docker
