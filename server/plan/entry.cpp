#include "plan/entry.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace triphammer::plan {

namespace {

using model::Event;
using model::Reason;

/// Every event of GitHub's page "Events that trigger workflows" that a webhook carries, and ours
/// that come without one (schedule, workflow_dispatch, workflow_run, pull_request_target).
constexpr auto kStarting = std::to_array<std::string_view>({
    "branch_protection_rule",
    "check_run",
    "check_suite",
    "create",
    "delete",
    "deployment",
    "deployment_status",
    "discussion",
    "discussion_comment",
    "fork",
    "gollum",
    "issue_comment",
    "issues",
    "label",
    "merge_group",
    "milestone",
    "page_build",
    "public",
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "pull_request_target",
    "push",
    "registry_package",
    "release",
    "repository_dispatch",
    "schedule",
    "status",
    "watch",
    "workflow_dispatch",
    "workflow_run",
});

struct Quiet {
    std::string_view event;
    std::string_view text;
};

// Events that never start anything, with a reason of their own.
constexpr auto kQuiet = std::to_array<Quiet>({
    {"ping", "the hook works: GitHub sends this once when it is made"},
    {"workflow_job", "jobs of GitHub Actions start nothing here"},
});

constexpr std::array<std::string_view, 5> kMarkers{
    "[skip ci]", "[ci skip]", "[no ci]", "[skip actions]", "[actions skip]"};
constexpr std::string_view kTrailer = "skip-checks: true";
constexpr std::string_view kOwnStatus = "triphammer/";

bool is_starting(std::string_view event) {
    return std::find(kStarting.begin(), kStarting.end(), event) != kStarting.end();
}

Reason no(std::string code, std::string text) {
    return {false, std::move(code), std::move(text), {}};
}

Reason describe_quiet(const Event& event) {
    for (const auto& one : kQuiet) {
        if (one.event == event.name) return no("event", event.name + ": " + std::string{one.text});
    }
    return no("event", "no workflow can start on the event '" + event.name + "'");
}

/// The last paragraph's line `skip-checks: true`, with or without the blank.
bool has_skip_trailer(std::string_view message) {
    const auto text = trim(message);
    const auto paragraph = text.rfind("\n\n");
    if (paragraph == std::string_view::npos) return false;
    const auto lines = split(text.substr(paragraph + 2), '\n');
    return std::any_of(lines.begin(), lines.end(), [](auto line) {
        auto plain = to_lower(trim(line));
        plain.erase(std::remove(plain.begin(), plain.end(), ' '), plain.end());
        return plain == "skip-checks:true";
    });
}

}  // namespace

std::optional<Reason> find_refusal(const Event& event) {
    if (!is_starting(event.name)) return describe_quiet(event);
    if (event.name == "push" && event.deleted) {
        return no("deleted", "the push deletes " + event.ref + ": there is nothing to build");
    }
    if (event.name.starts_with("pull_request") && !event.pull_request) {
        return no("payload", "the delivery names no pull request");
    }
    if (event.name == "workflow_run" && event.workflow.empty()) {
        return no("event", "workflow_run: runs of GitHub Actions start nothing here");
    }
    if (event.name == "status" && event.title.starts_with(kOwnStatus)) {
        return no("own-status", "the status is our own: building on it would loop");
    }
    if (event.name != "push" && event.name != "pull_request") return {};
    const auto marker = find_skip_marker(event.message);
    if (marker.empty()) return {};
    return no("skip-marker", "the head commit's message says " + std::string{marker});
}

std::optional<Event> find_second_event(const Event& event) {
    if (event.name != "pull_request" || !event.pull_request) return {};
    auto second = event;
    second.name = "pull_request_target";
    // The default branch's last commit, whatever the pull request is for.
    second.ref.clear();
    second.branch.clear();
    second.sha.clear();
    return second;
}

std::string ref_to_resolve(const Event& event) {
    if (event.name == "push" || event.name == "pull_request") return {};
    return event.name != "delete" && !event.sha.empty() ? std::string{} : run_ref(event);
}

std::string run_ref(const Event& event) {
    const bool deletes = event.name == "delete";
    // A commit that nobody calls a branch or a tag is none: not the default branch either.
    if (!deletes && event.ref.empty() && !event.sha.empty()) return {};
    const bool is_default = deletes || event.ref.empty();
    return is_default ? "refs/heads/" + event.default_branch : event.ref;
}

std::string_view find_skip_marker(std::string_view message) {
    const auto lower = to_lower(message);
    for (const auto marker : kMarkers) {
        if (lower.find(marker) != std::string::npos) return marker;
    }
    return has_skip_trailer(message) ? kTrailer : std::string_view{};
}

}  // namespace triphammer::plan
