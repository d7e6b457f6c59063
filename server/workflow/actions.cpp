#include "workflow/actions.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace triphammer::workflow {

namespace {

constexpr std::string_view kCheckout = "actions/checkout";

// The inputs of actions/checkout; `works` says which of them this server acts on. The others may
// stand with the value that says what happens here anyway.
struct Input {
    std::string_view name;
    bool works;
    std::string_view harmless;
};

constexpr std::array<Input, 20> kInputs{{
    {"repository", false, "${{ github.repository }}"},
    {"ref", true, ""},
    {"token", false, "${{ github.token }}"},
    {"ssh-key", false, ""},
    {"ssh-known-hosts", false, ""},
    {"ssh-strict", false, "true"},
    {"ssh-user", false, "git"},
    {"persist-credentials", true, ""},
    {"path", true, ""},
    {"clean", true, ""},
    {"filter", false, ""},
    {"sparse-checkout", false, ""},
    {"sparse-checkout-cone-mode", false, "true"},
    {"fetch-depth", true, ""},
    {"fetch-tags", false, "false"},
    {"show-progress", true, ""},
    {"lfs", false, "false"},
    {"submodules", false, "false"},
    {"set-safe-directory", true, ""},
    {"github-server-url", false, ""},
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
    } else if (!found->works && entry.value->text != found->harmless) {
        report.error(
            "unsupported",
            entry.key->at,
            "the input " + show(name) + " of actions/checkout is not supported yet"
        );
    }
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
