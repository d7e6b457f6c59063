#include "runner/steps/opening.hpp"

#include "base/text.hpp"

namespace triphammer::runner {

namespace {

constexpr std::size_t kLongestTitle = 1000;
// Bright cyan, as GitHub shows scripts.
constexpr std::string_view kScriptBegin = "\x1b[36;1m";
constexpr std::string_view kScriptEnd = "\x1b[0m";

/// Without the line ends behind the last one.
std::vector<std::string_view> lines_within(std::string_view text) {
    const auto last = text.find_last_not_of("\r\n");
    return split(text.substr(0, last == text.npos ? 0 : last + 1), '\n');
}

std::string_view without_return(std::string_view line) {
    return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

/// A longer one stands among the script's own; half of it could hold half of a secret.
std::string short_line(std::string_view text) {
    const auto lines = split(trim(text), '\n');
    const auto first = lines.empty() ? std::string_view{} : trim(lines.front());
    return std::string{first.size() > kLongestTitle ? "…" : first};
}

class Opening {
  public:
    explicit Opening(const std::string& title) : text_{"##[group]" + title + "\n"} {}

    void add_script(std::string_view script) {
        for (const auto line : lines_within(script)) {
            add(std::string{kScriptBegin} + std::string{without_return(line)} +
                std::string{kScriptEnd});
        }
    }

    void add_shell(const std::string& shell) { add("shell: " + shell); }

    void add_value(std::string_view name, std::string_view value) {
        const auto lines = lines_within(value);
        auto begin = "  " + std::string{name} + ":";
        const auto first = lines.empty() ? std::string_view{} : without_return(lines.front());
        add(first.empty() ? begin : begin + " " + std::string{first});
        for (std::size_t at = 1; at < lines.size(); ++at) {
            add("    " + std::string{without_return(lines[at])});
        }
    }

    void add_environment(const Environment& environment) {
        bool is_first = true;
        for (const auto& line : environment.lines()) {
            const std::string_view pair{line};
            const auto name = pair.substr(0, pair.find('='));
            if (name == "PATH") continue;
            if (is_first) add("env:");
            is_first = false;
            add_value(name, pair.substr(name.size() + 1));
        }
    }

    void add(const std::string& line) {
        const bool fits = left_out_ == 0 && text_.size() + line.size() < kLongestOpening;
        if (fits) {
            text_ += line + "\n";
        } else {
            ++left_out_;
        }
    }

    std::string take() {
        if (left_out_ > 0) text_ += "… and " + count_of(left_out_, "line") + " more\n";
        return std::move(text_) + "##[endgroup]\n";
    }

  private:
    static std::string count_of(std::size_t count, const std::string& what) {
        return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
    }

    std::string text_;
    std::size_t left_out_ = 0;
};

}  // namespace

std::string opening_title(
    const StepScope& scope,
    const model::Step& step,
    const workflow::expression::Contexts& contexts,
    std::string_view what
) {
    const auto is_named = scope.layer() != nullptr && !step.name.empty();
    const auto name = workflow::expression::interpolate(step.name.text, contexts);
    if (is_named && name) return short_line(*name);
    return "Run " + short_line(what);
}

std::string script_opening(
    const std::string& title,
    std::string_view script,
    const std::string& shell,
    const Environment& environment
) {
    Opening out{title};
    out.add_script(script);
    out.add_shell(shell);
    out.add_environment(environment);
    return out.take();
}

std::string action_opening(
    const std::string& title,
    const workflow::expression::Object& inputs,
    const Environment& environment
) {
    Opening out{title};
    bool is_first = true;
    for (const auto& [name, value] : inputs) {
        const auto text = value.to_text();
        if (text.empty()) continue;
        if (is_first) out.add("with:");
        is_first = false;
        out.add_value(name, text);
    }
    out.add_environment(environment);
    return out.take();
}

}  // namespace triphammer::runner
