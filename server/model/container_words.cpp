#include "model/container_words.hpp"

#include "base/text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace triphammer::model {

namespace {

constexpr double kNano = 1e9;
constexpr double kMostCpus = 1024;
constexpr double kMostBytes = 1ULL << 50U;

std::string quoted(std::string_view text) {
    return "'" + std::string{text} + "'";
}

Result<std::uint16_t> parse_port_number(std::string_view text) {
    const auto number = parse_integer(text);
    if (!number || *number < 0 || *number > 65535) return invalid(quoted(text) + " is no port");
    return static_cast<std::uint16_t>(*number);
}

/// The number at the front of `text`, which is taken away.
std::optional<double> take_number(std::string_view& text) {
    double value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || !std::isfinite(value) || value < 0) return {};
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

std::optional<double> factor_of_size(std::string_view unit) {
    if (unit.size() == 2 && unit[1] == 'b') unit.remove_suffix(1);
    if (unit.empty() || unit == "b") return 1;
    constexpr std::string_view kUnits = "kmgt";
    const auto at = kUnits.find(unit);
    if (unit.size() != 1 || at == kUnits.npos) return {};
    return std::pow(1024.0, static_cast<double>(at + 1));
}

struct Unit {
    std::string_view name;
    double nanoseconds;
};

/// Longer names before those that they begin with.
constexpr std::array kUnitsOfTime{
    Unit{"ms", 1e6},
    Unit{"us", 1e3},
    Unit{"ns", 1},
    Unit{"h", 3600e9},
    Unit{"m", 60e9},
    Unit{"s", 1e9}};

std::optional<double> take_unit(std::string_view& text) {
    for (const auto& unit : kUnitsOfTime) {
        if (!text.starts_with(unit.name)) continue;
        text.remove_prefix(unit.name.size());
        return unit.nanoseconds;
    }
    return {};
}

}  // namespace

Result<PortBinding> parse_open_port(std::string_view text) {
    PortBinding port;
    auto rest = trim(text);
    if (const auto slash = rest.find('/'); slash != rest.npos) {
        port.protocol = to_lower(rest.substr(slash + 1));
        rest = rest.substr(0, slash);
    }
    if (port.protocol != "tcp" && port.protocol != "udp") {
        return invalid("port " + quoted(text) + ": after the '/' stands tcp or udp");
    }
    const auto parts = split(rest, ':');
    if (parts.size() > 3) {
        return invalid(
            "port " + quoted(text) + " is not PORT, HOST_PORT:PORT or ADDRESS:HOST_PORT:PORT"
        );
    }
    auto inside = parse_port_number(parts.back());
    if (!inside || *inside == 0) {
        return invalid(
            "port " + quoted(text) + ": " + quoted(parts.back()) +
            " is no port; one entry for each port"
        );
    }
    port.container_port = *inside;
    if (parts.size() == 1) return port;
    auto outside = parts[parts.size() - 2].empty() ? Result<std::uint16_t>{std::uint16_t{0}}
                                                   : parse_port_number(parts[parts.size() - 2]);
    if (!outside) return with_context("port " + quoted(text), outside.error());
    port.host_port = *outside;
    if (parts.size() == 3) port.host_address = std::string{parts.front()};
    return port;
}

bool is_volume_name(std::string_view text) {
    if (text.empty() ||
        text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"
        ) != text.npos) {
        return false;
    }
    return text.front() != '.' && text.front() != '-' && text.front() != '_';
}

Result<> add_volume(ContainerSpec& spec, std::string_view text) {
    const auto parts = split(text, ':');
    if (parts.size() == 1 && text.starts_with('/')) {
        spec.anonymous_volumes.emplace_back(text);
        return {};
    }
    if (parts.front().starts_with('/') || parts.front().starts_with('.') ||
        parts.front().starts_with('~')) {
        return refused(
            "volume " + quoted(text) +
            ": folders of the machine are not mounted into a job's "
            "containers; NAME:/path is a volume of the engine, /path one of the container's own"
        );
    }
    const bool has_mode = parts.size() == 3 && (parts[2] == "ro" || parts[2] == "rw");
    if (!is_volume_name(parts.front()) || parts.size() < 2 || !parts[1].starts_with('/') ||
        (parts.size() > 2 && !has_mode)) {
        return invalid("volume " + quoted(text) + " is not NAME:/path, NAME:/path:ro or /path");
    }
    spec.volumes.emplace_back(text);
    return {};
}

Result<std::int64_t> parse_size(std::string_view text) {
    const auto lower = to_lower(trim(text));
    std::string_view rest = lower;
    const auto number = take_number(rest);
    const auto factor = factor_of_size(rest);
    if (!number || !factor || *number * *factor > kMostBytes) {
        return invalid(quoted(text) + " is no size: write 512m or 2g");
    }
    return static_cast<std::int64_t>(*number * *factor);
}

Result<std::int64_t> parse_cpus(std::string_view text) {
    std::string_view rest = trim(text);
    const auto number = take_number(rest);
    if (!number || !rest.empty() || *number > kMostCpus) {
        return invalid(quoted(text) + " is no number of processors: write 2 or 0.5");
    }
    return static_cast<std::int64_t>(*number * kNano);
}

Result<std::chrono::nanoseconds> parse_engine_duration(std::string_view text) {
    std::string_view rest = trim(text);
    if (rest == "0") return std::chrono::nanoseconds{0};
    double sum = 0;
    const bool has_any = !rest.empty();
    while (!rest.empty()) {
        const auto number = take_number(rest);
        const auto unit = number ? take_unit(rest) : std::nullopt;
        if (!unit) return invalid(quoted(text) + " is no duration: write 10s, 500ms or 1m30s");
        sum += *number * *unit;
    }
    if (!has_any || sum > 86400 * kNano) {
        return invalid(
            quoted(text) + " is no duration of at most a day: write 10s, 500ms or 1m30s"
        );
    }
    return std::chrono::nanoseconds{static_cast<std::int64_t>(sum)};
}

}  // namespace triphammer::model
