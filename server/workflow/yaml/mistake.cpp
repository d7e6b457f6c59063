#include "workflow/yaml/mistake.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace triphammer::workflow {

namespace {

constexpr std::string_view kBlanks = " \t";

struct Hint {
    std::string_view message;  // what yaml-cpp says
    std::string_view text;
};

constexpr auto kHints = std::to_array<Hint>({
    {"unknown token", "a value that begins with @, ` or % needs quotes"},
    {"illegal map value", "a ': ' inside of a value needs quotes around the whole value"},
    {"end of map flow not found", "a , or } is missing"},
    {"end of sequence flow not found", "a , or ] is missing"},
    {"end of map not found", "look at this line's indentation"},
    {"end of sequence not found", "look at this line's indentation"},
    {"the referenced anchor is not defined", "a value that begins with * needs quotes"},
    {"alias not found after *", "a value that begins with * needs quotes"},
});

class File {
  public:
    explicit File(std::string_view text) : lines_(split(text, '\n')) {}

    /// From 1; empty where there is none.
    std::string_view line(int number) const {
        const auto index = static_cast<std::size_t>(number) - 1;
        return number > 0 && index < lines_.size() ? lines_[index] : std::string_view{};
    }

    int last() const { return static_cast<int>(lines_.size()); }

  private:
    std::vector<std::string_view> lines_;
};

bool has_tab_indent(std::string_view line) {
    return line.substr(0, line.find_first_not_of(kBlanks)).find('\t') != std::string_view::npos;
}

/// The column of the first bracket of a line that stays open in it.
std::optional<int> open_bracket(std::string_view line) {
    std::vector<int> open;
    char quote = '\0';
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quote != '\0') {
            if (c == quote) quote = '\0';
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '#' && i > 0 && line[i - 1] == ' ') {
            break;
        } else if (c == '[' || c == '{') {
            open.push_back(static_cast<int>(i) + 1);
        } else if ((c == ']' || c == '}') && !open.empty()) {
            open.pop_back();
        }
    }
    if (open.empty()) return {};
    return open.front();
}

/// yaml-cpp misses the closing bracket where the next line or the file ends.
std::optional<Mistake> find_open_bracket(const File& file, model::Position at) {
    for (int number = std::min(at.line, file.last()); number > 0; --number) {
        const auto line = file.line(number);
        const auto column = open_bracket(line);
        if (!column) continue;
        const char bracket = line[static_cast<std::size_t>(*column) - 1];
        return Mistake{
            {number, *column},
            std::string{"this "} + bracket + " is never closed",
            std::string{"add "} + (bracket == '[' ? ']' : '}') + ", and look at the quotes"};
    }
    return {};
}

/// "key:", "- key: value" or "- value"
bool is_structure(std::string_view line) {
    const auto text = trim(line);
    return text.starts_with("- ") || text.find(": ") != std::string_view::npos ||
           text.ends_with(':');
}

/// Text at the depth of the keys: the script under "run: |" that was not indented.
std::optional<Mistake> find_stray_text(const File& file, model::Position at) {
    const auto own = file.line(at.line);
    if (own.find(':') + 1 != static_cast<std::size_t>(at.column)) return {};
    int first = at.line;
    while (first > 1 && !is_structure(file.line(first - 1))) --first;
    if (first == at.line) return {};
    const auto above = trim(file.line(first - 1));
    const bool is_block = above.ends_with('|') || above.ends_with('>');
    const auto column = file.line(first).find_first_not_of(kBlanks);
    if (column == std::string_view::npos) return {};
    return Mistake{
        {first, static_cast<int>(column) + 1},
        "this line is neither a key with a value nor part of one",
        is_block ? "indent the text under the line above further than its key"
                 : "a key is written as name: value"};
}

std::optional<Mistake> find_mistake(
    const File& file, std::string_view message, model::Position at
) {
    if (message.ends_with("flow not found")) return find_open_bracket(file, at);
    if (message == "illegal map value") return find_stray_text(file, at);
    return {};
}

}  // namespace

Mistake explain_yaml(std::string_view text, std::string_view message, model::Position at) {
    const File file{text};
    if (has_tab_indent(file.line(at.line))) {
        return {at, std::string{message}, "indent with blanks, not with tabs"};
    }
    if (auto found = find_mistake(file, message, at)) return std::move(*found);
    const auto* known = std::find_if(kHints.begin(), kHints.end(), [message](const Hint& one) {
        return one.message == message;
    });
    return {at, std::string{message}, known == kHints.end() ? "" : std::string{known->text}};
}

}  // namespace triphammer::workflow
