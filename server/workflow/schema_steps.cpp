// Tables of `steps`. Source: GitHub's page "Workflow syntax".
#include "base/text.hpp"
#include "workflow/actions.hpp"
#include "workflow/checker.hpp"
#include "workflow/places.hpp"
#include "workflow/words.hpp"

#include <array>
#include <unordered_set>

namespace triphammer::workflow {

namespace {

constexpr Shape kId = [] {
    Shape shape = text_shape();
    shape.text = TextKind::identifier;
    return shape;
}();
constexpr Shape kIf = condition_shape(&places::kStepIf);
constexpr Shape kStepText = value_shape(&places::kStep);
constexpr Shape kShell = text_shape(&places::kStep);
constexpr Shape kUses = text_shape();
constexpr Shape kRun = script_shape(&places::kStep);
constexpr Shape kPairs = free_map_shape(&kStepText);
constexpr Shape kContinueOnError = boolean_shape(&places::kStep);
constexpr Shape kTimeout = number_shape(&places::kStep);

constexpr std::array kStepKeys{
    Key{"id", &kId},
    Key{"if", &kIf},
    Key{"name", &kStepText},
    Key{"uses", &kUses},
    Key{"run", &kRun},
    Key{"shell", &kShell},
    Key{"working-directory", &kStepText},
    Key{"with", &kPairs},
    Key{"env", &kPairs},
    Key{"continue-on-error", &kContinueOnError},
    Key{"timeout-minutes", &kTimeout},
    Key{"background", &kAnythingShape, Support::not_yet},
    Key{"wait", &kAnythingShape, Support::not_yet},
    Key{"wait-all", &kAnythingShape, Support::not_yet},
    Key{"cancel", &kAnythingShape, Support::not_yet},
    Key{"parallel", &kAnythingShape, Support::not_yet, false, "write the steps one after another"},
};

/// Keys that say what a step is; of the last five each is reported as not supported by itself.
constexpr std::array<std::string_view, 6> kKinds{
    "run", "uses", "wait", "wait-all", "cancel", "parallel"};

void refuse(const Node& step, Checker& checker, std::string_view key, std::string_view owner) {
    const auto* node = step.find(key);
    if (node == nullptr) return;
    checker.report().error(
        "wrong-place", node->at, show(key) + " belongs to a step with " + std::string{owner}
    );
}

void check_step(const Node& step, Checker& checker) {
    std::vector<std::string> kinds;
    for (const auto kind : kKinds) {
        if (step.find(kind) != nullptr) kinds.emplace_back(kind);
    }
    auto& report = checker.report();
    if (kinds.empty()) {
        return report.error("step-kind", step.at, "this step does nothing", "add run or uses");
    }
    if (kinds.size() > 1) {
        return report.error(
            "step-kind", step.at, "a step has either " + kinds[0] + " or " + kinds[1]
        );
    }
    if (kinds[0] == "run") refuse(step, checker, "with", "uses");
    if (kinds[0] != "uses") return;
    refuse(step, checker, "shell", "run");
    refuse(step, checker, "working-directory", "run");
    check_action(step, report);
}

constexpr Shape kStep = [] {
    Shape shape = map_shape(kStepKeys);
    shape.expected = "a step: keys such as run and uses";
    shape.extra = check_step;
    return shape;
}();

/// GitHub compares ids without case; so do expressions.
void check_ids(const Node& steps, Checker& checker) {
    if (steps.items.empty()) {
        checker.report().error("missing-value", steps.at, "'steps' is empty", "add run or uses");
    }
    std::unordered_set<std::string> seen;
    for (const auto* step : steps.items) {
        const auto* id = step->find("id");
        if (id == nullptr || seen.insert(to_lower(id->text)).second) continue;
        checker.report().error(
            "duplicate-id", id->at, "a second step with the id " + show(id->text)
        );
    }
}

}  // namespace

constexpr Shape kStepsShape = [] {
    Shape shape = list_shape(&kStep);
    shape.expected = "a list of steps";
    shape.extra = check_ids;
    return shape;
}();

}  // namespace triphammer::workflow
