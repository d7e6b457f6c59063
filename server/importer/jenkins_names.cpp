#include "importer/jenkins_names.hpp"

#include "base/text.hpp"
#include "importer/groovy_condition.hpp"

#include <algorithm>
#include <cctype>

namespace triphammer::importer {

namespace {

struct OwnVariable {
    std::string_view name;
    std::string_view expression;
};

constexpr OwnVariable kOwnVariables[] = {
    {"BRANCH_NAME", "github.ref_name"},
    {"GIT_BRANCH", "github.ref_name"},
    {"GIT_COMMIT", "github.sha"},
    {"TAG_NAME", "github.ref_name"},
    {"BUILD_NUMBER", "github.run_number"},
    {"BUILD_ID", "github.run_id"},
    {"BUILD_TAG", "github.run_id"},
    {"JOB_NAME", "github.workflow"},
    {"JOB_BASE_NAME", "github.workflow"},
    {"WORKSPACE", "github.workspace"},
    {"CHANGE_ID", "github.event.number"},
    {"CHANGE_TARGET", "github.base_ref"},
};

bool is_part(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// `env.X`, `params.X` and `X` → X; empty for anything that Groovy would compute.
std::string variable_of(std::string_view expression) {
    for (const std::string_view prefix : {"env.", "params."}) {
        if (expression.starts_with(prefix)) expression.remove_prefix(prefix.size());
    }
    if (expression.empty() || !std::all_of(expression.begin(), expression.end(), is_part))
        return {};
    return std::string{expression};
}

/// The length of a name with its fields; a point after it ends a sentence.
std::size_t name_length(std::string_view text) {
    std::size_t end = 0;
    while (end < text.size() && (is_part(text[end]) || text[end] == '.')) ++end;
    while (end > 0 && text[end - 1] == '.') --end;
    return end;
}

/// Calls `put` for each ${…} and $name of a text in double quotes; false when it gives up.
template <class Put>
bool replace_variables(std::string_view text, std::string& out, const Put& put) {
    while (!text.empty()) {
        if (text.starts_with("\\$")) {
            out += "$";
            text.remove_prefix(2);
        } else if (text.starts_with("${")) {
            const auto end = text.find('}');
            if (end == text.npos || !put(text.substr(2, end - 2))) return false;
            text.remove_prefix(end + 1);
        } else if (text.front() == '$' && text.size() > 1 && is_part(text[1])) {
            const auto length = name_length(text.substr(1));
            if (!put(text.substr(1, length))) return false;
            text.remove_prefix(1 + length);
        } else {
            out += text.front();
            text.remove_prefix(1);
        }
    }
    return true;
}

/// Where a shell stands in a script: between which quotes, or in a comment.
class ShellState {
  public:
    bool in_single_quotes() const { return quote_ == '\''; }

    void pass(std::string_view text) {
        for (const char c : text) pass(c);
    }

  private:
    void pass(char c) {
        const bool begins_word = before_ == ' ' || before_ == '\n' || before_ == '\t';
        if (in_comment_) {
            in_comment_ = c != '\n';
        } else if (is_escaped_) {
            is_escaped_ = false;
        } else if (c == '\\' && quote_ != '\'') {
            is_escaped_ = true;
        } else if (quote_ != 0) {
            if (c == quote_) quote_ = 0;
        } else if (c == '\'' || c == '"') {
            quote_ = c;
        } else if (c == '#' && begins_word) {
            in_comment_ = true;
        }
        before_ = c;
    }

    char quote_ = 0;
    char before_ = '\n';
    bool is_escaped_ = false;
    bool in_comment_ = false;
};

std::size_t indent_of(std::string_view line) {
    return std::min(line.find_first_not_of(" \t"), line.size());
}

}  // namespace

std::string secret_name(std::string_view credential) {
    std::string out;
    for (const char c : credential) {
        out += is_part(c) ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : '_';
    }
    const bool reserved = out.starts_with("GITHUB_") ||
                          (!out.empty() && std::isdigit(static_cast<unsigned char>(out[0])) != 0);
    return reserved ? "_" + out : out;
}

std::string without_indent(std::string_view text) {
    auto rows = split(text, '\n');
    while (!rows.empty() && trim(rows.back()).empty()) rows.pop_back();
    while (!rows.empty() && trim(rows.front()).empty()) rows.erase(rows.begin());
    auto shared = std::string_view::npos;
    for (const auto row : rows) {
        if (!trim(row).empty()) shared = std::min(shared, indent_of(row));
    }
    std::vector<std::string> out;
    out.reserve(rows.size());
    for (const auto row : rows) out.emplace_back(row.substr(std::min(shared, row.size())));
    return join(out, "\n");
}

Names::Names(std::string_view source) : source_{source} {
    for (const auto& [name, expression] : kOwnVariables) {
        if (!occurs(name)) continue;
        variables_[std::string{name}] = "${{ " + std::string{expression} + " }}";
    }
}

void Names::add_parameter(const std::string& name, const std::string& fallback) {
    // An input is there only when somebody was asked for it.
    const auto expression =
        "case(github.event_name == 'workflow_dispatch', inputs." + name + ", " + fallback + ")";
    parameters_[name] = expression;
    variables_[name] = "${{ " + expression + " }}";
}

void Names::add_variable(const std::string& name, const std::string& value) {
    variables_[name] = value;
}

bool Names::occurs(std::string_view word) const {
    for (auto at = source_.find(word); at != source_.npos; at = source_.find(word, at + 1)) {
        const auto end = at + word.size();
        const bool begins = at == 0 || !is_part(source_[at - 1]);
        if (begins && (end == source_.size() || !is_part(source_[end]))) return true;
    }
    return false;
}

Texts Names::environment() const {
    Texts out;
    for (const auto& [name, expression] : parameters_)
        out.emplace_back(name, "${{ " + expression + " }}");
    for (const auto& own : kOwnVariables) {
        const auto found = variables_.find(std::string{own.name});
        if (found == variables_.end() || own.name == "WORKSPACE") continue;
        out.emplace_back(found->first, found->second);
    }
    return out;
}

/// Groovy puts values in before the shell reads the quotes, so a variable must count in any.
std::optional<std::string> Names::to_script(const Value& value) {
    if (!value.is_text()) return {};
    if (value.plain) return value.text;
    const bool has_here_document = value.text.find("<<") != std::string::npos;
    std::string out;
    ShellState shell;
    std::size_t passed = 0;
    const bool done = replace_variables(value.text, out, [&](std::string_view expression) {
        const auto name = variable_of(expression);
        shell.pass(std::string_view{out}.substr(passed));
        const bool quoted = shell.in_single_quotes();
        out += quoted ? "'\"${" + name + "}\"'" : "${" + name + "}";
        passed = out.size();
        return !name.empty() && !(quoted && has_here_document);
    });
    if (!done) return {};
    return out;
}

std::optional<std::string> Names::to_template(const Value& value) const {
    if (value.kind == Value::Kind::word) {
        const auto found = variables_.find(variable_of(value.text));
        if (found == variables_.end()) return {};
        return found->second;
    }
    if (!value.is_text()) return {};
    if (value.plain) return value.text;
    std::string out;
    const bool done = replace_variables(value.text, out, [&](std::string_view expression) {
        const auto found = variables_.find(variable_of(expression));
        if (found == variables_.end()) return false;
        out += found->second;
        return true;
    });
    if (!done) return {};
    return out;
}

std::optional<std::string> Names::to_expression(const std::string& name) const {
    const auto variable = variable_of(name);
    const auto parameter = parameters_.find(variable);
    if (parameter != parameters_.end()) return parameter->second;
    const auto found = variables_.find(variable);
    if (found == variables_.end()) return {};
    const auto& text = found->second;
    if (text.find("${{") == text.npos) return quote_expression(text);
    const bool alone =
        text.starts_with("${{ ") && text.ends_with(" }}") && text.find("${{", 1) == text.npos;
    if (!alone) return {};
    return text.substr(4, text.size() - 7);
}

std::optional<std::string> Names::to_condition(const std::vector<Token>& code) const {
    return translate_condition(code, [this](const std::string& name) {
        return to_expression(name);
    });
}

}  // namespace triphammer::importer
