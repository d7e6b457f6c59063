#include "runner/deploy/compose/interpolate.hpp"

#include <utility>

namespace triphammer::runner {

namespace {

constexpr int kMostNested = 8;

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string_view leading_name(std::string_view text) {
    const bool is_number = !text.empty() && text[0] >= '0' && text[0] <= '9';
    std::size_t length = 0;
    while (!is_number && length < text.size() && is_name_character(text[length])) ++length;
    return text.substr(0, length);
}

class Interpolation {
  public:
    explicit Interpolation(ComposeVariables& variables) : variables_{variables} {}

    Result<std::string> run(std::string_view text, int depth) {
        if (depth > kMostNested) return invalid("${…} is nested too deeply");
        std::string out;
        while (!text.empty()) {
            const auto dollar = std::min(text.find('$'), text.size());
            out += text.substr(0, dollar);
            text.remove_prefix(dollar);
            if (text.empty()) break;
            auto value = take(text, depth);
            if (!value) return value;
            out += *value;
        }
        return out;
    }

  private:
    /// What begins with the dollar that `text` begins with.
    Result<std::string> take(std::string_view& text, int depth) {
        text.remove_prefix(1);
        if (text.starts_with('$')) {
            text.remove_prefix(1);
            return std::string{"$"};
        }
        if (text.starts_with('{')) return take_braces(text, depth);
        const auto name = leading_name(text);
        if (name.empty()) return invalid("write $$ for a dollar");
        text.remove_prefix(name.size());
        return value_of(std::string{name});
    }

    Result<std::string> take_braces(std::string_view& text, int depth) {
        const auto end = closing_brace(text);
        if (end == text.npos) return invalid("a ${ is not closed");
        const auto inside = text.substr(1, end - 1);
        text.remove_prefix(end + 1);
        const auto name = leading_name(inside);
        if (name.empty()) return invalid("${…} begins with a variable's name");
        return choose(std::string{name}, inside.substr(name.size()), depth);
    }

    static std::size_t closing_brace(std::string_view text) {
        int open = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '{') ++open;
            if (text[i] == '}' && --open == 0) return i;
        }
        return text.npos;
    }

    Result<std::string> choose(const std::string& name, std::string_view rest, int depth) {
        if (rest.empty()) return value_of(name);
        const bool wants_text = rest.starts_with(':');
        if (wants_text) rest.remove_prefix(1);
        const auto* value = variables_.find(name);
        const bool is_there = value != nullptr && (!wants_text || !value->empty());
        const char how = rest.empty() ? '\0' : rest[0];
        if (!rest.empty()) rest.remove_prefix(1);
        if (how == '+') return is_there ? run(rest, depth + 1) : std::string{};
        if (how != '-' && how != '?') return invalid("${" + name + "…} has no such form");
        if (is_there) return *value;
        if (how == '-') return run(rest, depth + 1);
        return invalid(name + " is not set: " + std::string{rest});
    }

    Result<std::string> value_of(const std::string& name) {
        if (const auto* value = variables_.find(name)) return *value;
        return invalid(
            name + " is not set: give it under env or secrets of deploy, or write ${" + name +
            ":-default} ($$ is a dollar)"
        );
    }

    ComposeVariables& variables_;
};

}  // namespace

const std::string* ComposeVariables::find(const std::string& name) {
    used_.insert(name);
    const auto found = values_.find(name);
    return found == values_.end() ? nullptr : &found->second;
}

std::set<std::string> ComposeVariables::unused() const {
    std::set<std::string> out;
    for (const auto& [name, value] : values_) {
        if (!used_.contains(name)) out.insert(name);
    }
    return out;
}

Result<std::string> interpolate(std::string_view text, ComposeVariables& variables) {
    return Interpolation{variables}.run(text, 0);
}

}  // namespace triphammer::runner
