#include "workflow/actions.hpp"

#include "base/text.hpp"
#include "workflow/expression/segments.hpp"

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
    report.error(
        "unsupported",
        entry.key->at,
        show(name) + " of actions/checkout is not supported yet with " + show(value),
        "the run's own commit is checked out, with a depth of 1"
    );
}

}  // namespace

void check_action(const Node& step, Report& report) {
    const auto& uses = *step.find("uses");
    const auto name = std::string_view{uses.text}.substr(0, uses.text.find('@'));
    if (!equal_ignoring_case(name, kCheckout)) {
        return report.error(
            "unsupported",
            uses.at,
            "the action " + show(uses.text) + " is not supported yet",
            "only actions/checkout is; do its work in a run step"
        );
    }
    if (name.size() == uses.text.size()) {
        report.error(
            "action-version", uses.at, show(uses.text) + " names no version", "actions/checkout@v4"
        );
    }
    const auto* with = step.find("with");
    if (with == nullptr) return;
    for (const auto& entry : with->entries) check_input(entry, report);
}

}  // namespace triphammer::workflow
