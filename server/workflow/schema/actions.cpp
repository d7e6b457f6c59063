#include "workflow/schema/actions.hpp"

#include "base/text.hpp"
#include "workflow/expression/segments.hpp"
#include "workflow/schema/built_in.hpp"
#include "workflow/schema/unsupported.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace triphammer::workflow {

namespace {

constexpr auto kCheckout = std::to_array<Input>({
    {"path"},
    {"clean"},
    {"token"},
    {"ssh-key"},
    {"ssh-strict"},
    {"ssh-user"},
    {"persist-credentials"},
    {"show-progress"},
    {"set-safe-directory"},
    {"fetch-tags"},
    {"ref"},
    {"repository"},
    {"fetch-depth"},
    {"lfs"},
    {"submodules"},
    {"sparse-checkout-cone-mode"},
    {"ssh-known-hosts"},
    {"filter"},
    {"sparse-checkout"},
    {"github-server-url"},
});
constexpr auto kSetupPython = std::to_array<Input>({
    {"python-version"},
    {"python-version-file"},
    {"cache"},
    {"cache-dependency-path"},
    {"check-latest"},
    {"token"},
    {"allow-prereleases"},
    {"architecture"},
    {"update-environment", false, "true"},
    {"freethreaded", false, "false"},
    {"pip-version"},
    {"pip-install"},
});
constexpr auto kSetupNode = std::to_array<Input>({
    {"node-version"},
    {"node-version-file"},
    {"cache"},
    {"cache-dependency-path"},
    {"package-manager-cache"},
    {"check-latest"},
    {"token"},
    {"mirror"},
    {"mirror-token"},
    {"architecture"},
    {"registry-url"},
    {"scope"},
    {"always-auth"},
});
constexpr auto kSetupGo = std::to_array<Input>({
    {"go-version"},
    {"go-version-file"},
    {"cache"},
    {"cache-dependency-path"},
    {"check-latest"},
    {"token"},
    {"architecture"},
});
constexpr auto kSetupJava = std::to_array<Input>({
    {"java-version"},
    {"java-version-file"},
    {"distribution"},
    {"java-package"},
    {"cache"},
    {"cache-dependency-path"},
    {"check-latest"},
    {"token"},
    {"job-status"},
    {"overwrite-settings"},
    {"force-download"},
    {"verify-signature"},
    {"verify-signature-public-key"},
    {"cache-jdk"},
    {"show-download-progress"},
    {"problem-matcher"},
    {"architecture"},
    {"set-default", false, "true"},
    {"cache-read-only"},
    {"cache-path"},
    {"jdk-file"},
    {"jdkFile"},
    {"server-id"},
    {"server-username"},
    {"server-username-env-var"},
    {"server-password"},
    {"server-password-env-var"},
    {"settings-path"},
    {"gpg-private-key"},
    {"gpg-passphrase"},
    {"gpg-passphrase-env-var"},
    {"mvn-toolchain-id"},
    {"mvn-toolchain-vendor"},
});

constexpr auto kUploadArtifact = std::to_array<Input>({
    {"name"},
    {"path"},
    {"if-no-files-found"},
    {"retention-days"},
    {"compression-level"},
    {"overwrite"},
    {"include-hidden-files"},
    {"archive"},
});
constexpr auto kMergeArtifacts = std::to_array<Input>({
    {"name"},
    {"pattern"},
    {"if-no-files-found"},
    {"separate-directories"},
    {"retention-days"},
    {"compression-level"},
    {"delete-merged"},
    {"include-hidden-files"},
});
constexpr auto kDownloadArtifact = std::to_array<Input>({
    {"name"},
    {"artifact-ids"},
    {"path"},
    {"pattern"},
    {"merge-multiple"},
    {"github-token"},
    {"repository"},
    {"run-id"},
    {"digest-mismatch"},
    {"skip-decompress"},
});
// One list for the action and its halves: what one of them does not need changes nothing.
constexpr auto kCache = std::to_array<Input>({
    {"path"},
    {"key"},
    {"restore-keys"},
    {"fail-on-cache-miss"},
    {"lookup-only"},
    {"enableCrossOsArchive"},
    {"upload-chunk-size"},
    {"save-always"},
});
constexpr auto kDockerLogin = std::to_array<Input>({
    {"registry"},
    {"username"},
    {"password"},
    {"logout"},
    {"ecr"},
    {"scope", false},
    {"registry-auth", false},
});
constexpr auto kSetupBuilder = std::to_array<Input>({
    {"version"},
    {"name"},
    {"driver"},
    {"driver-opts"},
    {"buildkitd-flags"},
    {"buildkitd-config"},
    {"buildkitd-config-inline"},
    {"config"},
    {"config-inline"},
    {"install"},
    {"use"},
    {"cleanup"},
    {"cache-binary"},
    {"cache-image"},
    {"keep-state"},
    {"image"},
    {"platforms"},
    {"endpoint", false},
    {"append", false},
});
constexpr auto kBuildPush = std::to_array<Input>({
    {"context"},
    {"file"},
    {"tags"},
    {"labels"},
    {"build-args"},
    {"target"},
    {"push"},
    {"load"},
    {"pull"},
    {"no-cache"},
    {"builder"},
    {"cache-from"},
    {"cache-to"},
    {"github-token"},
    {"provenance"},
    {"sbom"},
    {"attests"},
    {"annotations"},
    {"platforms"},
    {"secrets", false},
    {"secret-files", false},
    {"secret-envs", false},
    {"ssh", false},
    {"outputs", false},
    {"build-contexts", false},
    {"add-hosts", false},
    {"allow", false},
    {"call", false},
    {"cgroup-parent", false},
    {"network", false},
    {"no-cache-filters", false},
    {"shm-size", false},
    {"ulimit", false},
});

constexpr auto kImageMetadata = std::to_array<Input>({
    {"images"},
    {"tags"},
    {"flavor"},
    {"labels"},
    {"github-token"},
    {"bake-target"},
    {"annotations"},
    {"context", false, "workflow"},
    {"sep-tags"},
    {"sep-labels"},
    {"sep-annotations"},
});

constexpr auto kBuiltIn = std::to_array<BuiltIn>({
    {"actions/checkout", kCheckout},
    {"actions/setup-python", kSetupPython},
    {"actions/setup-node", kSetupNode},
    {"actions/setup-go", kSetupGo},
    {"actions/setup-java", kSetupJava},
    {"actions/upload-artifact", kUploadArtifact},
    {"actions/upload-artifact/merge", kMergeArtifacts},
    {"actions/download-artifact", kDownloadArtifact},
    {"actions/cache", kCache},
    {"actions/cache/restore", kCache},
    {"actions/cache/save", kCache},
    {"docker/login-action", kDockerLogin},
    {"docker/setup-buildx-action", kSetupBuilder},
    {"docker/setup-qemu-action", kSetupBuilder},
    {"docker/build-push-action", kBuildPush},
    {"docker/metadata-action", kImageMetadata},
});

std::vector<std::string> names_of(std::span<const Input> inputs) {
    std::vector<std::string> names;
    for (const auto& one : inputs) names.emplace_back(one.name);
    return names;
}

/// GitHub hands unknown inputs to nobody, and warns.
void check_input(const BuiltIn& action, const Entry& entry, Report& report) {
    const auto& name = entry.key->text;
    const auto found =
        std::find_if(action.inputs.begin(), action.inputs.end(), [&name](const Input& one) {
            return equal_ignoring_case(one.name, name);
        });
    if (found == action.inputs.end()) {
        report.warning(
            "unknown-input",
            entry.key->at,
            std::string{action.name} + " has no input " + show(name),
            nearest_hint(name, names_of(action.inputs))
        );
        return;
    }
    const auto& value = entry.value->text;
    // A line of its own: whatever the expression gives, there would be no place for it.
    const auto feature = std::string{action.name} + "." + std::string{found->name};
    const bool is_named = find_unsupported(feature) != nullptr;
    const bool may_be_fine = !is_named && expression::has_expression(value);
    if (found->accepted || value == found->only || may_be_fine) return;
    const auto what = show(name) + " of " + std::string{action.name} + " with " + show(value);
    report_unsupported(report, is_named ? feature : action.name, entry.key->at, what);
}

void check_inputs(const BuiltIn& action, const Node& step, Report& report) {
    const auto* with = step.find("with");
    if (with == nullptr) return;
    for (const auto& entry : with->entries) check_input(action, entry, report);
}

const BuiltIn* find_built_in(std::string_view name) {
    for (const auto& list : {std::span<const BuiltIn>{kBuiltIn}, list_cloud_actions()}) {
        const auto found = std::find_if(list.begin(), list.end(), [name](const BuiltIn& one) {
            return equal_ignoring_case(one.name, name);
        });
        if (found != list.end()) return &*found;
    }
    return nullptr;
}

/// OWNER/REPOSITORY or OWNER/REPOSITORY/path
bool is_repository(std::string_view name) {
    const auto parts = split(name, '/');
    return parts.size() >= 2 && !parts[0].empty() && !parts[1].empty();
}

bool is_commit(std::string_view text) {
    return text.size() == 40 &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// A step can name a file of workflows only by mistake.
bool is_workflow(std::string_view uses) {
    const auto path = uses.substr(0, uses.find('@'));
    const bool is_file = path.ends_with(".yml") || path.ends_with(".yaml");
    return is_file && path.find(".github/workflows/") != std::string_view::npos;
}

/// ruby/setup-ruby, dtolnay/rust-toolchain, …
bool sets_a_tool_up(std::string_view name) {
    return name.find("setup") != std::string_view::npos ||
           name.find("toolchain") != std::string_view::npos;
}

void check_remote(const Node& step, const Node& uses, Report& report) {
    const std::string_view text = uses.text;
    const auto at = text.find('@');
    const auto name = text.substr(0, at);
    if (text.starts_with('.')) {
        return report.error(
            "uses",
            uses.at,
            show(text) + " names no action",
            "an action of this repository begins with ./"
        );
    }
    if (!is_repository(name)) {
        return report.error(
            "uses",
            uses.at,
            show(text) + " names no action",
            "OWNER/REPOSITORY@ref, ./path or docker://IMAGE"
        );
    }
    const auto* action = find_built_in(name);
    const bool has_version = at != std::string_view::npos && at + 1 < text.size();
    auto commit = "the full commit: " + std::string{name} + "@ and 40 hex digits";
    if (sets_a_tool_up(name))
        commit += "; or no such step, where the machine or image has the tool";
    if (!has_version) {
        report.error(
            "action-version",
            uses.at,
            show(text) + " names no version",
            action == nullptr ? commit : std::string{name} + "@v4"
        );
    }
    if (action != nullptr) return check_inputs(*action, step, report);
    if (!has_version || is_commit(text.substr(at + 1))) return;
    report.error(
        "action-version",
        uses.at,
        show(text) + " names a tag or branch, which others may move",
        commit
    );
}

}  // namespace

std::vector<std::string> list_inputs(std::string_view name) {
    const auto* action = find_built_in(name);
    return action == nullptr ? std::vector<std::string>{} : names_of(action->inputs);
}

void check_action(const Node& step, Report& report) {
    const auto* uses = step.find("uses");
    if (uses == nullptr || uses->kind != NodeKind::scalar || trim(uses->text).empty()) return;
    const std::string_view text = uses->text;
    const auto what = "the action " + show(text);
    if (is_workflow(text)) {
        return report.error(
            "uses",
            uses->at,
            show(text) + " is a workflow: a job calls it, not a step",
            "jobs: { NAME: { uses: " + uses->text + " } }"
        );
    }
    if (text.starts_with("$/")) {
        report_unsupported(report, "steps.uses.self", uses->at, what);
    } else if (!text.starts_with("./") && !text.starts_with("docker://")) {
        check_remote(step, *uses, report);
    }
}

}  // namespace triphammer::workflow
