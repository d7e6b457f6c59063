#include "execution/matcher_reader.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::execution {

namespace {

using nlohmann::json;

constexpr std::array<const char*, kProblemFields> kFieldNames{
    "file", "fromPath", "line", "column", "severity", "code", "message"};

Result<std::string> text_of(const json& in, const char* name) {
    const auto found = in.find(name);
    if (found == in.end() || !found->is_string()) {
        return invalid(std::string{"'"} + name + "' is missing, or no text");
    }
    return found->get<std::string>();
}

/// 0 where the line does not name one.
Result<std::size_t> group_of(const json& in, const char* name, std::size_t groups) {
    const auto found = in.find(name);
    if (found == in.end()) return std::size_t{0};
    const auto group = found->is_number_unsigned() ? found->get<std::uint64_t>() : groups;
    if (group < groups) return static_cast<std::size_t>(group);
    return invalid(std::string{"'"} + name + "' is not the number of a group of the expression");
}

Result<ProblemLine> read_line(const json& in) {
    if (!in.is_object()) return invalid("a pattern is no object");
    const auto text = text_of(in, "regexp");
    if (!text) return text.error();
    auto pattern = Pattern::make(*text);
    if (!pattern) return with_context("regexp " + *text, pattern.error());
    ProblemLine out{std::move(*pattern), {}, in.value("loop", json{}) == json(true)};
    for (std::size_t field = 0; field < kProblemFields; ++field) {
        const auto group = group_of(in, kFieldNames[field], out.pattern.groups());
        if (!group) return group.error();
        out.groups[field] = *group;
    }
    return out;
}

Result<> check(const std::vector<ProblemLine>& lines) {
    if (lines.empty() || lines.size() > ProblemMatcher::kMostLines) {
        return invalid("a matcher has 1 to 10 patterns");
    }
    bool has_message = false;
    for (const auto& line : lines) {
        has_message |= line.groups[static_cast<std::size_t>(ProblemField::message)] > 0;
        if (line.loop && &line != &lines.back()) return invalid("only the last pattern may loop");
    }
    if (lines.size() == 1 && lines[0].loop) return invalid("a pattern alone cannot loop");
    if (!has_message) return invalid("no pattern has a message");
    return {};
}

Result<ProblemMatcher> read_matcher(const json& in) {
    if (!in.is_object()) return invalid("a matcher is no object");
    ProblemMatcher out;
    auto owner = text_of(in, "owner");
    if (!owner) return owner.error();
    out.owner = std::move(*owner);
    out.severity = "error";
    if (in.contains("severity")) {
        const auto severity = text_of(in, "severity");
        if (!severity) return severity.error();
        out.severity = to_lower(*severity);
    }
    const auto patterns = in.find("pattern");
    if (patterns == in.end() || !patterns->is_array()) return invalid("'pattern' is no list");
    for (const auto& pattern : *patterns) {
        auto line = read_line(pattern);
        if (!line) return with_context(out.owner, line.error());
        out.lines.push_back(std::move(*line));
    }
    if (auto ok = check(out.lines); !ok) return with_context(out.owner, ok.error());
    return out;
}

}  // namespace

Result<std::vector<ProblemMatcher>> read_problem_matchers(std::string_view text) {
    if (text.size() > ProblemMatcher::kMostBytes) return invalid("it is larger than 64 KiB");
    constexpr bool kComments = true;
    const auto in = json::parse(text, nullptr, false, kComments);
    const auto list = in.is_object() ? in.value("problemMatcher", json{}) : json{};
    if (!list.is_array()) return invalid("it has no list 'problemMatcher'");
    std::vector<ProblemMatcher> out;
    for (const auto& one : list) {
        auto matcher = read_matcher(one);
        if (!matcher) return matcher.error();
        out.push_back(std::move(*matcher));
    }
    return out;
}

}  // namespace triphammer::execution
