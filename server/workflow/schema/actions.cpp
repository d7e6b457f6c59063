#include "workflow/schema/actions.hpp"

#include "base/text.hpp"
#include "workflow/expression/segments.hpp"
#include "workflow/schema/unsupported.hpp"

#include <algorithm>
#include <array>

namespace triphammer::workflow {

namespace {

constexpr std::string_view kCheckout = "actions/checkout";

// The inputs of actions/checkout. What has no meaning here (there is no credential to keep, a fresh
// folder is clean) is accepted; others only with the value that says what happens anyway, or with
// an expression, which the runner checks.
struct Input {
    std::string_view name;
    bool accepted = false;
    std::string_view only = {};
};

constexpr std::array<Input, 20> kInputs{{
    {"path", true},
    {"clean", true},
    {"token", true},
    {"ssh-key", true},
    {"ssh-strict", true},
    {"ssh-user", true},
    {"persist-credentials", true},
    {"show-progress", true},
    {"set-safe-directory", true},
    {"fetch-tags", true},
    {"ref"},
    {"repository"},
    {"fetch-depth", false, "1"},
    {"lfs", false, "false"},
    {"submodules", false, "false"},
    {"sparse-checkout-cone-mode", false, "true"},
    {"ssh-known-hosts"},
    {"filter"},
    {"sparse-checkout"},
    {"github-server-url"},
}};

std::vector<std::string> list_inputs() {
    std::vector<std::string> names;
    for (const auto& one : kInputs) names.emplace_back(one.name);
    return names;
}

void check_input(const Entry& entry, Report& report) {
    const auto& name = entry.key->text;
    const auto found = std::find_if(kInputs.begin(), kInputs.end(), [&name](const Input& one) {
        return equal_ignoring_case(one.name, name);
    });
    if (found == kInputs.end()) {
        report.error(
            "unknown-input",
            entry.key->at,
            "actions/checkout has no input " + show(name),
            nearest_hint(name, list_inputs())
        );
        return;
    }
    const auto& value = entry.value->text;
    const bool is_fine =
        found->accepted || value == found->only || expression::has_expression(value);
    if (is_fine) return;
    const auto what = show(name) + " of actions/checkout with " + show(value);
    report_unsupported(report, kCheckout, entry.key->at, what);
}

void check_checkout(const Node& step, Report& report) {
    const auto* with = step.find("with");
    if (with == nullptr) return;
    for (const auto& entry : with->entries) check_input(entry, report);
}

/// OWNER/REPOSITORY or OWNER/REPOSITORY/path
bool is_repository(std::string_view name) {
    const auto parts = split(name, '/');
    return parts.size() >= 2 && !parts[0].empty() && !parts[1].empty();
}

void check_remote(const Node& step, const Node& uses, Report& report) {
    const std::string_view text = uses.text;
    const auto at = text.find('@');
    const auto name = text.substr(0, at);
    if (!is_repository(name)) {
        return report.error(
            "uses",
            uses.at,
            show(text) + " names no action",
            "OWNER/REPOSITORY@ref, ./path or docker://IMAGE"
        );
    }
    if (at == std::string_view::npos || at + 1 == text.size()) {
        report.error(
            "action-version", uses.at, show(text) + " names no version", std::string{name} + "@v4"
        );
    }
    if (equal_ignoring_case(name, kCheckout)) return check_checkout(step, report);
    report_unsupported(report, "steps.uses.remote", uses.at, "the action " + show(text));
}

}  // namespace

void check_action(const Node& step, Report& report) {
    const auto* uses = step.find("uses");
    if (uses == nullptr || uses->kind != NodeKind::scalar || trim(uses->text).empty()) return;
    const std::string_view text = uses->text;
    const auto what = "the action " + show(text);
    if (text.starts_with("docker://")) {
        report_unsupported(report, "steps.uses.docker", uses->at, what);
    } else if (text.starts_with("./") || text.starts_with("$/")) {
        report_unsupported(report, "steps.uses.local", uses->at, what);
    } else {
        check_remote(step, *uses, report);
    }
}

}  // namespace triphammer::workflow
