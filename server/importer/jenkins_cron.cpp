#include "importer/jenkins_cron.hpp"

#include "base/text.hpp"

#include <cstdint>

namespace triphammer::importer {

namespace {

struct Range {
    int first;
    int count;
};

// minute, hour, day of month (29-31 are not in every month), month, day of week
constexpr Range kFields[] = {{0, 60}, {0, 24}, {1, 28}, {1, 12}, {0, 7}};

/// FNV-1a: the same number on every machine.
std::uint32_t hash_of(std::string_view text) {
    std::uint32_t out = 2166136261U;
    for (const char c : text) out = (out ^ static_cast<unsigned char>(c)) * 16777619U;
    return out;
}

std::string alias_of(std::string_view name) {
    if (name == "@yearly" || name == "@annually") return "H H H H *";
    if (name == "@monthly") return "H H H * *";
    if (name == "@weekly") return "H H * * H";
    if (name == "@daily") return "H H * * *";
    if (name == "@midnight") return "H H(0-2) * * *";
    if (name == "@hourly") return "H * * * *";
    return std::string{name};
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> out;
    for (const auto word : split(line, ' ')) {
        if (!trim(word).empty()) out.push_back(trim(word));
    }
    return out;
}

/// H, H/15, H(0-29), H(0-29)/10
std::string field_of(std::string_view field, Range range, std::uint32_t hash) {
    if (!field.starts_with('H')) return std::string{field};
    auto rest = field.substr(1);
    const auto close = rest.find(')');
    if (rest.starts_with('(') && close != rest.npos) {
        const auto ends = split(rest.substr(1, close - 1), '-');
        const auto first = parse_integer(ends.front());
        const auto last = parse_integer(ends.back());
        if (ends.size() != 2 || !first || !last || *last < *first) return {};
        range = {static_cast<int>(*first), static_cast<int>(*last - *first + 1)};
        rest = rest.substr(close + 1);
    }
    const auto chosen =
        range.first + static_cast<int>(hash % static_cast<std::uint32_t>(range.count));
    if (rest.empty()) return std::to_string(chosen);
    const auto step = rest.starts_with('/') ? parse_integer(rest.substr(1)) : std::nullopt;
    if (!step || *step < 1) return {};
    const auto offset = range.first + static_cast<int>(hash % static_cast<std::uint32_t>(*step));
    const auto last = range.first + range.count - 1;
    return std::to_string(std::min(offset, last)) + "-" + std::to_string(last) + "/" +
           std::to_string(*step);
}

std::string line_of(std::string_view line, std::string_view seed) {
    const auto known = alias_of(line);
    const auto words = words_of(known);
    if (words.size() != std::size(kFields)) return {};
    std::vector<std::string> out;
    for (std::size_t index = 0; index < words.size(); ++index) {
        const auto hash = hash_of(std::string{seed} + std::to_string(index));
        out.push_back(field_of(words[index], kFields[index], hash));
        if (out.back().empty()) return {};
    }
    return join(out, " ");
}

}  // namespace

std::vector<std::string> to_cron(std::string_view spec, std::string_view seed) {
    std::vector<std::string> out;
    for (const auto row : split(spec, '\n')) {
        const auto line = trim(row);
        if (line.empty() || line.starts_with('#')) continue;
        out.push_back(line_of(line, seed));
        if (out.back().empty()) return {};
    }
    return out;
}

}  // namespace triphammer::importer
