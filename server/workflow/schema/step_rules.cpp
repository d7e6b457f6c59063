#include "workflow/schema/step_rules.hpp"

#include "base/text.hpp"
#include "workflow/expression/segments.hpp"
#include "workflow/schema/actions.hpp"
#include "workflow/schema/advice.hpp"
#include "workflow/yaml/scalar.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace triphammer::workflow {

namespace {

constexpr std::size_t kMaxScript = 21'000;

/// Keys that say what a step is.
constexpr std::array<std::string_view, 6> kKinds{
    "run", "uses", "wait", "wait-all", "cancel", "parallel"};

/// Keys of steps with run or uses alone, and those of steps that only wait.
constexpr std::array<std::string_view, 3> kWorkOnly{"if", "env", "background"};

void refuse(const Node& step, Report& report, std::string_view key, std::string_view owner) {
    const auto* node = step.find(key);
    if (node == nullptr) return;
    report.error(
        "wrong-place", node->at, show(key) + " belongs to a step with " + std::string{owner}
    );
}

std::vector<std::string> kinds_of(const Node& step) {
    std::vector<std::string> kinds;
    for (const auto kind : kKinds) {
        if (step.find(kind) != nullptr) kinds.emplace_back(kind);
    }
    return kinds;
}

/// The unknown key is told; what it should be is not missing besides.
bool has_misspelt_kind(const Node& step) {
    const auto has = [&step](std::string_view key) { return step.find(key) != nullptr; };
    return has_misspelt(step, "run") || has_misspelt(step, "uses") || has("script") ||
           has("command");
}

void check_kind(const Node& step, const std::string& kind, Report& report) {
    if (kind != "uses") refuse(step, report, "with", "uses");
    if (kind != "run") {
        refuse(step, report, "shell", "run");
        refuse(step, report, "working-directory", "run");
    }
    if (kind == "uses") return check_action(step, report);
    if (kind == "run") return;
    for (const auto key : kWorkOnly) refuse(step, report, key, "run or uses");
}

using Ids = std::unordered_map<std::string, const Node*>;

/// `wait` and `cancel` name background steps that stand before them.
void check_awaited(const Node& id, const Ids& background, Report& report) {
    if (id.kind != NodeKind::scalar || background.contains(to_lower(id.text))) return;
    std::vector<std::string> names;
    for (const auto& [name, step] : background) names.push_back(name);
    std::sort(names.begin(), names.end());
    report.error(
        "unknown-step",
        id.at,
        "no background step before this one has the id " + show(id.text),
        nearest_hint(id.text, names)
    );
}

void check_waiting(const Node& step, const Ids& background, Report& report) {
    for (const auto key : {"wait", "cancel"}) {
        const auto* ids = step.find(key);
        if (ids == nullptr) continue;
        if (ids->kind == NodeKind::scalar) check_awaited(*ids, background, report);
        for (const auto* id : ids->items) check_awaited(*id, background, report);
    }
}

bool is_background(const Node& step) {
    const auto* node = step.find("background");
    return node != nullptr && node->text == "true";
}

}  // namespace

void check_step(const Node& step, Report& report) {
    const auto kinds = kinds_of(step);
    if (kinds.empty()) {
        if (has_misspelt_kind(step)) return;
        return report.error("step-kind", step.at, "this step does nothing", "add run or uses");
    }
    if (kinds.size() > 1) {
        return report.error(
            "step-kind", step.at, "a step has either " + kinds[0] + " or " + kinds[1]
        );
    }
    check_kind(step, kinds[0], report);
}

/// GitHub compares ids without case; so do expressions.
void check_steps(const Node& steps, Report& report) {
    if (steps.items.empty()) {
        report.error("missing-value", steps.at, "'steps' is empty", "add run or uses");
    }
    Ids seen;
    Ids background;
    for (const auto* step : flatten_steps(steps)) {
        check_waiting(*step, background, report);
        const auto* id = step->find("id");
        if (id == nullptr || id->kind != NodeKind::scalar) continue;
        if (is_background(*step)) background.emplace(to_lower(id->text), step);
        if (seen.emplace(to_lower(id->text), step).second) continue;
        report.error("duplicate-id", id->at, "a second step with the id " + show(id->text));
    }
}

void check_script(const Node& run, Report& report) {
    if (run.text.size() <= kMaxScript) return;
    report.error(
        "too-long",
        run.at,
        "this script is longer than 21,000 characters",
        "put it into a file of the repository"
    );
}

// Source: "Workflow syntax", jobs.<job_id>.steps[*].shell. The last two are those of Windows.
void check_shell(const Node& shell, Report& report) {
    static const std::vector<std::string> known{
        "bash", "sh", "python", "pwsh", "powershell", "cmd"};
    const auto& text = shell.text;
    const bool is_fine = text.empty() || expression::has_expression(text) ||
                         text.find("{0}") != std::string::npos ||
                         std::find(known.begin(), known.end(), text) != known.end();
    if (is_fine) return;
    const auto near = nearest_hint(text, known);
    report.error(
        "shell",
        shell.at,
        show(text) + " is no shell that is known here",
        near.empty() ? "bash, sh, python, pwsh, or a command with {0} for the script" : near
    );
}

void check_minutes(const Node& minutes, Report& report) {
    if (expression::has_expression(minutes.text)) return;
    const auto number = parse_integer(scalar_text(minutes));
    if (number && *number > 0) return;
    report.error("timeout", minutes.at, "'timeout-minutes' is a positive whole number");
}

std::vector<const Node*> flatten_steps(const Node& steps) {
    std::vector<const Node*> out;
    for (const auto* step : steps.items) {
        out.push_back(step);
        const auto* group = step->find("parallel");
        if (group != nullptr) out.insert(out.end(), group->items.begin(), group->items.end());
    }
    return out;
}

}  // namespace triphammer::workflow
