#include "model/approval.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace triphammer::model {

using nlohmann::json;

namespace {

constexpr std::array<std::string_view, 3> kKinds{"fork", "environment", "job"};
constexpr std::array<std::string_view, 5> kStates{
    "pending", "approved", "rejected", "void", "expired"};

template <class Enum, std::size_t N>
std::optional<Enum> parse(const std::array<std::string_view, N>& names, std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return {};
    return static_cast<Enum>(found - names.begin());
}

constexpr std::int64_t kMostApprovals = 20;
constexpr std::int64_t kMostMinutes = 30 * 24 * 60;
constexpr std::size_t kMostEntries = 100;

const std::vector<std::string> kFields{
    "approvals",
    "reviewers",
    "allow_author",
    "branches",
    "wait_minutes",
    "expires_minutes",
    "freezes"};

Result<std::int64_t> read_count(
    const json& in, const char* name, std::int64_t fallback, std::int64_t most
) {
    const auto found = in.find(name);
    if (found == in.end()) return fallback;
    const bool is_count = found->is_number_integer() && *found >= 0 && *found <= most;
    if (is_count) return found->get<std::int64_t>();
    return invalid(std::string{name} + " must be a whole number from 0 to " + std::to_string(most));
}

Result<std::vector<std::string>> read_texts(const json& in, const char* name) {
    std::vector<std::string> out;
    const auto found = in.find(name);
    if (found == in.end()) return out;
    const auto wrong = invalid(std::string{name} + " must be a list of at most 100 texts");
    if (!found->is_array() || found->size() > kMostEntries) return wrong;
    for (const auto& one : *found) {
        if (!one.is_string()) return wrong;
        out.emplace_back(trim(one.get_ref<const std::string&>()));
        if (out.back().empty()) return invalid(std::string{name} + " has an empty text");
    }
    return out;
}

std::optional<TimePoint> read_time(const json& in, const char* name) {
    const auto found = in.find(name);
    if (found == in.end() || !found->is_string()) return {};
    return parse_rfc3339(found->get_ref<const std::string&>());
}

Result<Freeze> read_freeze(const json& in) {
    const auto wrong = invalid(
        "freezes: each has 'from' and 'until' in RFC 3339 (2026-12-23T16:00:00Z), the first "
        "before the second, and may have a 'reason'"
    );
    if (!in.is_object()) return wrong;
    const auto from = read_time(in, "from");
    const auto until = read_time(in, "until");
    const auto reason = in.find("reason");
    if (!from || !until || *from >= *until) return wrong;
    if (reason != in.end() && !reason->is_string()) return wrong;
    return Freeze{*from, *until, reason == in.end() ? "" : reason->get<std::string>()};
}

Result<std::vector<Freeze>> read_freezes(const json& in) {
    std::vector<Freeze> out;
    const auto found = in.find("freezes");
    if (found == in.end()) return out;
    if (!found->is_array() || found->size() > kMostEntries) {
        return invalid("freezes must be a list of at most 100 windows");
    }
    for (const auto& one : *found) {
        auto freeze = read_freeze(one);
        if (!freeze) return freeze.error();
        out.push_back(std::move(*freeze));
    }
    return out;
}

Result<> check_names(const json& in) {
    if (!in.is_object()) return invalid("the rules of an environment are an object");
    for (const auto& field : in.items()) {
        if (std::find(kFields.begin(), kFields.end(), field.key()) != kFields.end()) continue;
        const auto near = nearest_name(field.key(), kFields);
        return invalid(
            "there is no rule '" + field.key() + "'; " +
            (near ? "did you mean '" + *near + "'?" : "there are " + join(kFields, ", "))
        );
    }
    return {};
}

std::int64_t minutes(Milliseconds span) {
    return std::chrono::duration_cast<std::chrono::minutes>(span).count();
}

Milliseconds from_minutes(std::int64_t count) {
    return std::chrono::minutes{count};
}

}  // namespace

std::string_view name_of(ApprovalKind kind) {
    return kKinds[static_cast<std::size_t>(kind)];
}

std::string_view name_of(ApprovalState state) {
    return kStates[static_cast<std::size_t>(state)];
}

std::optional<ApprovalKind> parse_approval_kind(std::string_view name) {
    return parse<ApprovalKind>(kKinds, name);
}

std::optional<ApprovalState> parse_approval_state(std::string_view name) {
    return parse<ApprovalState>(kStates, name);
}

json to_rules_json(const EnvironmentRules& rules) {
    auto freezes = json::array();
    for (const auto& one : rules.freezes) {
        freezes.push_back(
            {{"from", to_rfc3339(one.from)},
             {"until", to_rfc3339(one.until)},
             {"reason", one.reason}}
        );
    }
    return {
        {"approvals", rules.approvals},
        {"reviewers", rules.reviewers},
        {"allow_author", rules.allows_author},
        {"branches", rules.branches},
        {"wait_minutes", minutes(rules.wait)},
        {"expires_minutes", minutes(rules.expires)},
        {"freezes", std::move(freezes)},
    };
}

Result<EnvironmentRules> read_rules(const json& in) {
    if (auto known = check_names(in); !known) return known.error();
    EnvironmentRules rules;
    auto approvals = read_count(in, "approvals", 0, kMostApprovals);
    if (!approvals) return approvals.error();
    auto reviewers = read_texts(in, "reviewers");
    if (!reviewers) return reviewers.error();
    auto branches = read_texts(in, "branches");
    if (!branches) return branches.error();
    auto wait = read_count(in, "wait_minutes", 0, kMostMinutes);
    if (!wait) return wait.error();
    auto expires = read_count(in, "expires_minutes", minutes(rules.kExpiry), kMostMinutes);
    if (!expires) return expires.error();
    auto freezes = read_freezes(in);
    if (!freezes) return freezes.error();
    const auto author = in.value("allow_author", json(false));
    if (!author.is_boolean()) return invalid("allow_author must be true or false");
    if (*expires == 0) return invalid("expires_minutes must be at least 1");
    rules.approvals = *approvals;
    rules.reviewers = std::move(*reviewers);
    rules.branches = std::move(*branches);
    rules.allows_author = author.get<bool>();
    rules.wait = from_minutes(*wait);
    rules.expires = from_minutes(*expires);
    rules.freezes = std::move(*freezes);
    if (!rules.reviewers.empty() && rules.approvals == 0) rules.approvals = 1;
    const auto people = static_cast<std::int64_t>(rules.reviewers.size());
    if (people > 0 && rules.approvals > people) {
        return invalid(
            "approvals: " + std::to_string(rules.approvals) + " cannot come from " +
            std::to_string(people) + " reviewers"
        );
    }
    return rules;
}

json to_question_json(const ApproveQuestion& question) {
    return {
        {"subject", question.subject},
        {"reviewers", question.reviewers},
        {"approvals", question.approvals},
        {"allow_author", question.allows_author},
        {"expires_ms", question.expires.count()},
    };
}

ApproveQuestion read_question(const json& in) {
    ApproveQuestion out;
    if (!in.is_object()) return out;
    out.subject = in.value("subject", "");
    out.reviewers = in.value("reviewers", std::vector<std::string>{});
    out.approvals = in.value("approvals", std::int64_t{1});
    out.allows_author = in.value("allow_author", true);
    out.expires = Milliseconds{in.value("expires_ms", out.expires.count())};
    return out;
}

}  // namespace triphammer::model
