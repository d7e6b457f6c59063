#include "workflow/schema/advice.hpp"

#include "base/text.hpp"
#include "workflow/schema/events.hpp"

#include <algorithm>
#include <array>

namespace triphammer::workflow {

namespace {

enum class Where { top, on, job, step, other };

/// What people write one level too high or too low, or as other systems call it.
struct Known {
    Where where;
    std::string_view key;
    std::string_view advice;
};

constexpr std::string_view kNoBreakSpace = "\u00a0";
constexpr std::string_view kUnderEvent = "it belongs to an event, as in push: { branches: [main] }";
constexpr std::string_view kUnderJob = "it belongs to a job, under jobs";
constexpr std::string_view kOfTheJob = "it belongs to the job, beside steps";
constexpr std::string_view kUnderStrategy = "it belongs under strategy";
constexpr std::string_view kUnderRun = "it belongs under run";
constexpr std::string_view kUnderDefaults = "it belongs under defaults, run";
constexpr auto kKnown = std::to_array<Known>({
    {Where::top, "runs-on", kUnderJob},
    {Where::top, "steps", kUnderJob},
    {Where::top, "needs", kUnderJob},
    {Where::top, "if", kUnderJob},
    {Where::top, "strategy", kUnderJob},
    {Where::top, "services", kUnderJob},
    {Where::top, "container", kUnderJob},
    {Where::top, "environment", kUnderJob},
    {Where::top, "timeout-minutes", kUnderJob},
    {Where::top, "inputs", "it belongs to workflow_dispatch or workflow_call, under on"},
    {Where::on, "branches", kUnderEvent},
    {Where::on, "branches-ignore", kUnderEvent},
    {Where::on, "tags", kUnderEvent},
    {Where::on, "tags-ignore", kUnderEvent},
    {Where::on, "paths", kUnderEvent},
    {Where::on, "paths-ignore", kUnderEvent},
    {Where::on, "types", kUnderEvent},
    {Where::on, "inputs", "it belongs to workflow_dispatch or workflow_call"},
    {Where::on, "cron", "it belongs to schedule, as - cron: '…'"},
    {Where::on, "merge_request", "it is called pull_request"},
    {Where::on, "tag", "push: { tags: ['v*'] }"},
    {Where::job, "matrix", kUnderStrategy},
    {Where::job, "fail-fast", kUnderStrategy},
    {Where::job, "max-parallel", kUnderStrategy},
    {Where::job, "shell", kUnderDefaults},
    {Where::job, "working-directory", kUnderDefaults},
    {Where::job, "run", "it belongs to a step, as steps: [{ run: … }]"},
    {Where::job, "script", "scripts are steps: steps: [{ run: … }]"},
    {Where::step, "script", "it is called run"},
    {Where::step, "command", "it is called run"},
    {Where::step, "inputs", "it is called with"},
    {Where::step, "args", "it is an input of the action, under with"},
    {Where::step, "needs", kOfTheJob},
    {Where::step, "runs-on", kOfTheJob},
    {Where::step, "strategy", kOfTheJob},
    {Where::step, "services", kOfTheJob},
    {Where::step, "container", kOfTheJob},
    {Where::step, "outputs", kOfTheJob},
    {Where::step, "environment", kOfTheJob},
    {Where::step, "permissions", kOfTheJob},
});

Where where_of(const Shape& shape) {
    if (&shape == &kWorkflowShape) return Where::top;
    if (&shape == &kOnShape) return Where::on;
    if (shape.scope == Scope::job) return Where::job;
    return shape.scope == Scope::step ? Where::step : Where::other;
}

std::vector<std::string> names_of(std::span<const Key> keys) {
    std::vector<std::string> names;
    for (const auto& one : keys) names.emplace_back(one.name);
    return names;
}

bool looks_like_job(const Node& node) {
    return node.find("steps") != nullptr || node.find("runs-on") != nullptr;
}

/// The key before it when that one has no value: what stands below may be meant for it.
const Node* empty_before(const Node& map, const Entry& entry) {
    const Node* before = nullptr;
    for (const auto& one : map.entries) {
        if (one.key == entry.key) return before;
        before = one.value->kind == NodeKind::null ? one.key : nullptr;
    }
    return nullptr;
}

std::string advice_for_place(const Node& map, const Entry& entry, Where where) {
    const std::string_view name = entry.key->text;
    if (where == Where::top && find_event(name) != nullptr) return "events stand under on";
    if (where == Where::top && looks_like_job(*entry.value)) {
        return "a job stands under jobs: indent it";
    }
    if (where == Where::other && map.find("run") == nullptr &&
        (name == "shell" || name == "working-directory")) {
        return std::string{kUnderRun};
    }
    if (const auto* before = empty_before(map, entry)) {
        return "indent it further if it belongs to " + show(before->text);
    }
    return {};
}

}  // namespace

std::string advice_for_key(const Node& map, const Entry& entry, const Shape& shape) {
    const std::string_view name = entry.key->text;
    if (name.find(kNoBreakSpace) != std::string_view::npos) {
        return "a no-break space (U+00A0) stands here: write a blank";
    }
    const auto where = where_of(shape);
    const auto* known = std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& one) {
        return one.where == where && one.key == name;
    });
    if (known != kKnown.end()) return std::string{known->advice};
    auto near = nearest_hint(name, names_of(shape.keys));
    return near.empty() ? advice_for_place(map, entry, where) : near;
}

std::string advice_for_kind(const Node& node, const Shape& shape) {
    const bool takes_one = (shape.accepts & (kText | kList | kMap)) == kText;
    if (takes_one && node.kind == NodeKind::sequence) {
        return "one text: the values behind each other, or as lines under |";
    }
    const bool takes_pairs = (shape.accepts & (kText | kMap)) == kMap;
    if (takes_pairs && node.kind == NodeKind::scalar) return "name: value, a line each";
    const bool takes_list = (shape.accepts & (kText | kList | kMap)) == kList;
    if (takes_list && node.kind == NodeKind::mapping) return "begin each with a dash: - key: value";
    return {};
}

bool has_misspelt(const Node& map, std::string_view name) {
    const std::vector<std::string> wanted{std::string{name}};
    return std::any_of(map.entries.begin(), map.entries.end(), [&](const Entry& one) {
        return one.key->text != name && nearest_name(one.key->text, wanted).has_value();
    });
}

}  // namespace triphammer::workflow
