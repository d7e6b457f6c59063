#include "plan/payload_rules.hpp"

#include "workflow/expression/value.hpp"

#include <algorithm>
#include <array>

namespace triphammer::plan {

namespace {

using model::Event;
using workflow::expression::Value;

/// What a rule sees: the event and its payload.
struct Facts {
    const Event& event;
    const Value& payload;

    bool is(std::string_view object, std::string_view member, const Value& value) const {
        return payload.member(object).member(member) == value;
    }
};

bool is_inactive(const Facts& facts) {
    return facts.is("deployment_status", "state", Value::string("inactive"));
}

bool is_draft(const Facts& facts) {
    const auto& action = facts.event.action;
    const bool is_quiet = action == "created" || action == "edited" || action == "deleted";
    return is_quiet && facts.is("release", "draft", Value::boolean(true));
}

bool is_of_actions(const Value& suite) {
    return suite.member("app").member("slug") == Value::string("github-actions");
}

bool is_check_of_actions(const Facts& facts) {
    return is_of_actions(facts.payload.member("check_suite")) ||
           is_of_actions(facts.payload.member("check_run").member("check_suite"));
}

bool has_conflict(const Facts& facts) {
    return facts.event.action != "closed" &&
           facts.is("pull_request", "mergeable", Value::boolean(false));
}

struct Rule {
    std::string_view event;
    bool (*holds)(const Facts&);
    std::string_view code;
    std::string_view text;
};

constexpr auto kRules = std::to_array<Rule>({
    {"check_run", is_check_of_actions, "own-check", "checks of GitHub Actions start nothing"},
    {"check_suite", is_check_of_actions, "own-check", "checks of GitHub Actions start nothing"},
    {"deployment_status",
     is_inactive,
     "inactive",
     "a deployment that becomes inactive starts nothing"},
    {"pull_request",
     has_conflict,
     "conflict",
     "the pull request has a conflict, and starts nothing before it is gone"},
    {"release", is_draft, "draft", "the release is a draft: only its publishing starts something"},
});

}  // namespace

std::optional<model::Reason> find_payload_refusal(
    const Event& event, std::string_view payload_json
) {
    const auto* rule = std::find_if(kRules.begin(), kRules.end(), [&](const Rule& one) {
        return one.event == event.name;
    });
    if (rule == kRules.end() || payload_json.empty()) return {};
    const auto payload = workflow::expression::parse_json(payload_json);
    if (!payload || !rule->holds({event, *payload})) return {};
    return model::Reason{false, std::string{rule->code}, std::string{rule->text}, {}};
}

}  // namespace triphammer::plan
