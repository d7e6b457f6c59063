#include "workflow/schema/job_rules.hpp"

#include "workflow/schema/advice.hpp"
#include "workflow/schema/unsupported.hpp"

#include <algorithm>
#include <array>

namespace triphammer::workflow {

namespace {

/// The keys that say what a job is.
constexpr std::array<std::string_view, 6> kKinds{
    "steps", "image", "deploy", "terraform", "approve", "uses"};

/// Keys of one kind only. Source for `uses`: "Reuse workflows", supported keywords for jobs that
/// call a reusable workflow.
constexpr std::array<std::string_view, 8> kStepsOnly{
    "container",
    "services",
    "defaults",
    "outputs",
    "reports",
    "snapshot",
    "hold-on-failure",
    "resources"};
constexpr std::array<std::string_view, 2> kCallOnly{"with", "secrets"};
constexpr std::array<std::string_view, 10> kCallKeys{
    "name",
    "uses",
    "with",
    "secrets",
    "strategy",
    "needs",
    "if",
    "concurrency",
    "permissions",
    "stage"};

template <std::size_t N>
bool holds(const std::array<std::string_view, N>& all, std::string_view one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

std::vector<std::string> kinds_of(const Node& job) {
    std::vector<std::string> found;
    for (const auto kind : kKinds) {
        if (job.find(kind) != nullptr) found.emplace_back(kind);
    }
    return found;
}

bool has_misspelt_kind(const Node& job) {
    return std::any_of(kKinds.begin(), kKinds.end(), [&job](std::string_view kind) {
        return has_misspelt(job, kind);
    });
}

bool is_out_of_place(std::string_view key, std::string_view kind) {
    if (holds(kKinds, key)) return false;
    if (kind == "uses") return !holds(kCallKeys, key);
    if (holds(kCallOnly, key)) return true;
    if (key == "retry") return kind != "steps" && kind != "image";  // a deployment has a ledger
    return kind != "steps" && holds(kStepsOnly, key);
}

void check_places(const Node& job, const std::string& kind, Report& report) {
    for (const auto& entry : job.entries) {
        const auto& key = entry.key->text;
        if (!is_out_of_place(key, kind)) continue;
        const bool needs_call = holds(kCallOnly, key);
        report.error(
            "wrong-place",
            entry.key->at,
            show(key) + " belongs to a job with " + (needs_call ? "uses" : "steps") +
                ", not with " + kind
        );
    }
}

/// An apply takes a plan that was approved, so there has to be one, and somebody who is asked.
void check_terraform(const Node& job, Report& report) {
    const auto* terraform = job.find("terraform");
    const auto* command = terraform == nullptr ? nullptr : terraform->find("command");
    if (command == nullptr || command->text != "apply") return;
    constexpr std::pair<std::string_view, std::string_view> kNeeded[] = {
        {"environment", "environment: production; its rules say who approves"},
        {"needs", "needs: a job with terraform: { command: plan } of the same directory"}};
    for (const auto& [key, remedy] : kNeeded) {
        if (job.find(key) != nullptr) continue;
        report.error(
            "missing-key",
            command->at,
            "'command: apply' needs the job's key " + show(key),
            std::string{remedy}
        );
    }
}

}  // namespace

void check_job(const Node& job, Report& report) {
    const auto kinds = kinds_of(job);
    if (kinds.empty()) {
        if (has_misspelt_kind(job)) return;
        return report.error(
            "job-kind", job.at, "this job does nothing", "add steps, image, deploy or uses"
        );
    }
    if (kinds.size() > 1) {
        return report.error(
            "job-kind",
            job.at,
            "a job is one thing: it has both " + kinds[0] + " and " + kinds[1],
            "make two jobs of it, the second with needs"
        );
    }
    const bool needs_label = kinds[0] == "steps" && job.find("runs-on") == nullptr;
    if (needs_label && !has_misspelt(job, "runs-on")) {
        report.error(
            "missing-key", job.at, "a job with steps needs the key 'runs-on'", "runs-on: host"
        );
    }
    check_places(job, kinds[0], report);
    check_terraform(job, report);
}

void check_runs_on(const Node& labels, Report& report) {
    const bool is_empty = labels.kind == NodeKind::sequence
                              ? labels.items.empty()
                              : labels.kind == NodeKind::mapping && labels.entries.empty();
    if (!is_empty) return;
    report.error("missing-value", labels.at, "'runs-on' names no label", "runs-on: host");
}

void check_called_path(const Node& uses, Report& report) {
    const std::string_view text = uses.text;
    const auto at = text.rfind('@');
    const auto path = text.substr(0, at);
    const bool is_local = text.starts_with("./") || text.starts_with("$/");
    const bool has_ref = at != std::string_view::npos && at + 1 < text.size();
    const bool is_file = path.ends_with(".yml") || path.ends_with(".yaml");
    const auto parts = std::count(path.begin(), path.end(), '/');
    if (is_file && is_local && at == std::string_view::npos) return;
    if (is_file && !is_local && has_ref && parts >= 2) return;
    report.error(
        "uses",
        uses.at,
        show(text) + " names no workflow",
        "./.github/workflows/NAME.yml, or OWNER/REPOSITORY/.github/workflows/NAME.yml@REF"
    );
}

}  // namespace triphammer::workflow
