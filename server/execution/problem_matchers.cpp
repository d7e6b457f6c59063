#include "execution/problem_matchers.hpp"

#include "base/text.hpp"

#include <filesystem>

namespace triphammer::execution {

namespace {

int number_of(std::string_view text) {
    const auto number = parse_integer(trim(text));
    return number && *number < 1'000'000'000 ? static_cast<int>(*number) : 0;
}

/// Colours and other control sequences: ESC [ … letter.
std::string without_colours(std::string_view line) {
    std::string out;
    for (;;) {
        const auto escape = line.find("\x1b[");
        out += line.substr(0, escape);
        if (escape == std::string_view::npos) return out;
        line.remove_prefix(escape + 2);
        const auto end = line.find_first_not_of("0123456789;:?");
        line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
    }
}

/// Beside the file that fromPath names (a project's), unless it is a path from the root.
std::string file_of(const std::string& file, const std::string& from_path) {
    if (file.empty() || from_path.empty()) return file;
    const auto folder = std::filesystem::path{from_path}.parent_path();
    return (folder / file).lexically_normal().string();
}

}  // namespace

Result<> ProblemMatchers::add(std::string_view json) {
    auto read = read_problem_matchers(json);
    if (!read) return read.error();
    for (const auto& one : *read) remove(one.owner);
    if (matchers_.size() + read->size() > kMostMatchers) {
        return invalid("a job has at most 20 problem matchers");
    }
    for (auto& one : *read) matchers_.push_back({std::move(one), 0, {}});
    return {};
}

void ProblemMatchers::remove(std::string_view owner) {
    std::erase_if(matchers_, [&](const Matcher& one) { return one.definition.owner == owner; });
}

void ProblemMatchers::forget_lines() {
    for (auto& matcher : matchers_) matcher.next = 0;
}

/// The first matcher that has something to say wins; the others begin anew.
Result<std::optional<Annotation>> ProblemMatchers::see(std::string_view line) {
    if (line.size() > kLongestLine) {
        forget_lines();
        return std::optional<Annotation>{};
    }
    const auto characters = to_characters(without_colours(line));
    for (auto& matcher : matchers_) {
        auto found = see_with(matcher, characters);
        if (!found) {
            const std::string owner = matcher.definition.owner;
            remove(owner);
            return Error{
                Code::too_large,
                "the problem matcher '" + owner + "' takes too long and is taken away"};
        }
        if (!*found) continue;
        for (auto& other : matchers_) {
            if (&other != &matcher) other.next = 0;
        }
        return std::move(*found);
    }
    return std::optional<Annotation>{};
}

/// A line that does not go on with a problem may still begin one.
Result<std::optional<Annotation>> ProblemMatchers::see_with(
    Matcher& matcher, std::u32string_view line
) {
    for (;;) {
        const auto groups = matcher.definition.lines[matcher.next].pattern.find(line);
        if (!groups) return groups.error();
        if (*groups) return take(matcher, **groups);
        if (matcher.next == 0) return std::optional<Annotation>{};
        matcher.next = 0;
    }
}

std::optional<Annotation> ProblemMatchers::take(
    Matcher& matcher, const std::vector<std::string>& groups
) {
    const auto& lines = matcher.definition.lines;
    const auto& line = lines[matcher.next];
    if (matcher.next == 0) matcher.problem = {};
    for (std::size_t field = 0; field < kProblemFields; ++field) {
        if (line.groups[field] > 0) matcher.problem[field] = groups[line.groups[field]];
    }
    if (matcher.next + 1 < lines.size()) {
        ++matcher.next;
        return {};
    }
    if (!line.loop) matcher.next = 0;
    return annotation_of(matcher);
}

/// Nothing for a severity that is none of ours: an information, say.
std::optional<Annotation> ProblemMatchers::annotation_of(const Matcher& matcher) {
    const auto field = [&](ProblemField which) -> const std::string& {
        return matcher.problem[static_cast<std::size_t>(which)];
    };
    const auto& said = field(ProblemField::severity);
    Annotation out;
    out.level = to_lower(said.empty() ? matcher.definition.severity : said);
    if (out.level != "error" && out.level != "warning" && out.level != "notice") return {};
    out.message = field(ProblemField::message);
    if (out.message.empty()) return {};
    out.title = field(ProblemField::code);
    out.file = file_of(field(ProblemField::file), field(ProblemField::from_path));
    out.line = number_of(field(ProblemField::line));
    out.column = number_of(field(ProblemField::column));
    return out;
}

}  // namespace triphammer::execution
