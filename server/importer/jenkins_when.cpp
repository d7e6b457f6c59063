#include "importer/jenkins_when.hpp"

#include "base/text.hpp"
#include "importer/groovy_condition.hpp"

namespace triphammer::importer {

namespace {

using Answer = std::optional<std::string>;

/// Jenkins' patterns: * and ** at the end, or none.
Answer matches(const std::string& expression, const std::string& pattern) {
    const auto star = pattern.find('*');
    if (star == pattern.npos) return expression + " == " + quote_expression(pattern);
    const auto rest = pattern.substr(star);
    if (rest != "*" && rest != "**") return {};
    if (star == 0) return expression + " != ''";
    return "startsWith(" + expression + ", " + quote_expression(pattern.substr(0, star)) + ")";
}

const Value& pattern_of(const Statement& statement, std::string_view name) {
    const auto& named = statement.arguments[name];
    return named.kind == Value::Kind::none ? statement.first() : named;
}

Answer join_all(const std::vector<Statement>& parts, const Names& names, const char* symbol) {
    std::vector<std::string> out;
    for (const auto& part : parts) {
        auto one = to_condition({part}, names);
        if (!one) return {};
        if (!one->empty()) out.push_back("(" + *one + ")");
    }
    return join(out, symbol);
}

Answer branch_condition(const Statement& statement) {
    const auto& pattern = pattern_of(statement, "pattern");
    const auto& comparator = statement.arguments["comparator"].text;
    if (!pattern.is_text() || comparator == "REGEXP") return {};
    const auto matching = matches("github.ref_name", pattern.text);
    if (!matching) return {};
    return "github.ref_type == 'branch' && github.event_name != 'pull_request' && " + *matching;
}

Answer tag_condition(const Statement& statement) {
    const auto& pattern = pattern_of(statement, "pattern");
    if (!pattern.is_text() || statement.arguments["comparator"].text == "REGEXP") return {};
    const auto matching = matches("github.ref_name", pattern.text);
    if (!matching) return {};
    return "github.ref_type == 'tag' && " + *matching;
}

Answer value_of(const Value& value, const Names& names) {
    if (value.kind == Value::Kind::word || value.kind == Value::Kind::code)
        return names.to_condition(value.code);
    if (!value.is_text()) return {};
    return quote_expression(value.text);
}

Answer equality(const Answer& left, const Answer& right) {
    if (!left || !right) return {};
    return *left + " == " + *right;
}

Answer environment_condition(const Statement& statement, const Names& names) {
    return equality(
        names.to_expression(statement.arguments["name"].text),
        value_of(statement.arguments["value"], names)
    );
}

Answer trigger_condition(const Statement& statement) {
    const auto& cause = statement.first().text;
    if (cause == "TimerTrigger") return "github.event_name == 'schedule'";
    if (cause == "UserIdCause" || statement.arguments["cause"].text == "UserIdCause")
        return "github.event_name == 'workflow_dispatch'";
    return {};
}

Answer one_condition(const Statement& statement, const Names& names) {
    const auto& name = statement.name;
    if (name.starts_with("before")) return "";  // nothing is prepared before a condition here
    if (name == "branch") return branch_condition(statement);
    if (name == "tag") return tag_condition(statement);
    if (name == "buildingTag") return "github.ref_type == 'tag'";
    if (name == "changeRequest" && statement.arguments.named.empty())
        return "github.event_name == 'pull_request'";
    if (name == "expression") return names.to_condition(statement.code);
    if (name == "environment") return environment_condition(statement, names);
    if (name == "triggeredBy") return trigger_condition(statement);
    if (name == "equals") {
        return equality(
            value_of(statement.arguments["actual"], names),
            value_of(statement.arguments["expected"], names)
        );
    }
    if (name == "allOf") return join_all(statement.block, names, " && ");
    if (name == "anyOf") return join_all(statement.block, names, " || ");
    if (name == "not") {
        const auto inner = join_all(statement.block, names, " && ");
        if (!inner) return {};
        return "!(" + *inner + ")";
    }
    return {};
}

}  // namespace

Answer to_condition(const std::vector<Statement>& conditions, const Names& names) {
    std::string out;
    for (const auto& statement : conditions) {
        const auto one = one_condition(statement, names);
        if (!one) return {};
        out = both(out, *one);
    }
    return out;
}

std::string both(const std::string& one, const std::string& other) {
    if (one.empty()) return other;
    if (other.empty()) return one;
    return "(" + one + ") && (" + other + ")";
}

}  // namespace triphammer::importer
