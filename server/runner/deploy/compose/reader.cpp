#include "runner/deploy/compose/reader.hpp"

#include "base/shell_words.hpp"
#include "base/text.hpp"
#include "workflow/yaml/report.hpp"

#include <array>

namespace triphammer::runner {

namespace {

struct Unit {
    std::string_view name;
    std::int64_t factor;
};

constexpr std::array<Unit, 5> kTimes{
    {{"us", 1'000},
     {"ms", 1'000'000},
     {"s", 1'000'000'000},
     {"m", 60'000'000'000},
     {"h", 3'600'000'000'000}}};
constexpr std::array<Unit, 8> kSizes{
    {{"", 1},
     {"b", 1},
     {"k", 1 << 10},
     {"kb", 1 << 10},
     {"m", 1 << 20},
     {"mb", 1 << 20},
     {"g", 1 << 30},
     {"gb", 1 << 30}}};
constexpr std::int64_t kMostUnits = 1'000'000;

/// The digits and the unit that `text` begins with, taken off it.
template <class Units>
std::optional<std::int64_t> take_measure(std::string_view& text, const Units& units) {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto number = parse_integer(text.substr(0, digits));
    text.remove_prefix(digits);
    const auto letters = std::min(text.find_first_of("0123456789"), text.size());
    const auto unit = to_lower(text.substr(0, letters));
    text.remove_prefix(letters);
    for (const auto& [name, factor] : units) {
        const bool is_bare = name.empty();
        if (name != unit || !number || (!is_bare && *number > kMostUnits)) continue;
        return *number * factor;
    }
    return {};
}

const char* word_for(NodeKind kind) {
    switch (kind) {
        case NodeKind::mapping:
            return "a map";
        case NodeKind::sequence:
            return "a list";
        case NodeKind::null:
        case NodeKind::scalar:
            break;
    }
    return "a text";
}

}  // namespace

void ComposeReader::fail(const Node& at, const std::string& message) {
    if (error_) return;
    const auto place =
        file_ + ":" + std::to_string(at.at.line) + ":" + std::to_string(at.at.column);
    error_ = invalid(place + ": " + message);
}

bool ComposeReader::expect(const Node& node, NodeKind kind, std::string_view key) {
    if (node.kind == kind) return !error_;
    fail(node, std::string{key} + " is " + word_for(kind));
    return false;
}

std::string ComposeReader::text(const Node& node) {
    if (node.kind == NodeKind::null || error_) return {};
    if (node.kind != NodeKind::scalar) {
        fail(node, "here stands one text");
        return {};
    }
    auto out = interpolate(node.text, variables_);
    if (!out) fail(node, out.error().message);
    return out ? std::move(*out) : std::string{};
}

bool ComposeReader::flag(const Node& node) {
    const auto written = text(node);
    if (written != "true" && written != "false") fail(node, "here stands true or false");
    return written == "true";
}

std::int64_t ComposeReader::number(const Node& node) {
    const auto out = parse_integer(text(node));
    if (!out || *out < 1) fail(node, "here stands a number, 1 or more");
    return out.value_or(1);
}

std::chrono::nanoseconds ComposeReader::duration(const Node& node) {
    const auto written = text(node);
    std::string_view rest = written;
    std::int64_t sum = 0;
    bool is_good = !rest.empty();
    while (is_good && !rest.empty()) {
        const auto part = take_measure(rest, kTimes);
        is_good = part.has_value() && sum < kTimes.back().factor * 24;
        sum += part.value_or(0);
    }
    if (!is_good) fail(node, "here stands a duration of up to a day: 10s, 1m30s, 500ms");
    return std::chrono::nanoseconds{sum};
}

std::int64_t ComposeReader::bytes(const Node& node) {
    const auto written = text(node);
    std::string_view rest = written;
    const auto out = take_measure(rest, kSizes);
    if (!out || !rest.empty() || *out < 1) fail(node, "here stands a size: 64m, 1gb");
    return out.value_or(0);
}

std::vector<std::string> ComposeReader::texts(const Node& node) {
    std::vector<std::string> out;
    if (node.kind != NodeKind::sequence) {
        out.push_back(text(node));
        return out;
    }
    for (const auto* item : node.items) out.push_back(text(*item));
    return out;
}

std::vector<std::string> ComposeReader::words(const Node& node) {
    if (node.kind == NodeKind::sequence) return texts(node);
    auto out = split_words(text(node));
    if (!out) fail(node, out.error().message);
    return out ? std::move(*out) : std::vector<std::string>{};
}

std::vector<std::pair<std::string, std::string>> ComposeReader::pairs(const Node& node) {
    std::vector<std::pair<std::string, std::string>> out;
    if (node.kind == NodeKind::sequence) {
        for (const auto* item : node.items) out.push_back(pair(*item));
    } else if (expect(node, NodeKind::mapping, "this")) {
        for (const auto& [key, value] : node.entries) {
            const bool is_bare = value->kind == NodeKind::null;
            out.emplace_back(key->text, is_bare ? variable(*key, key->text) : text(*value));
        }
    }
    return out;
}

std::pair<std::string, std::string> ComposeReader::pair(const Node& item) {
    auto written = text(item);
    const auto equals = written.find('=');
    if (equals == 0 || written.empty()) fail(item, "here stands NAME=value");
    if (equals == std::string::npos) {
        auto value = variable(item, written);
        return {std::move(written), std::move(value)};
    }
    return {written.substr(0, equals), written.substr(equals + 1)};
}

std::string ComposeReader::variable(const Node& at, const std::string& name) {
    if (error_) return {};
    const auto* value = variables_.find(name);
    if (value == nullptr) {
        fail(at, workflow::show(name) + " has no value: give it under env or secrets of deploy");
    }
    return value == nullptr ? std::string{} : *value;
}

bool is_extension(std::string_view key) {
    return key.starts_with("x-");
}

}  // namespace triphammer::runner
