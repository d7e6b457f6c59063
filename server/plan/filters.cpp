#include "plan/filters.hpp"

#include "base/text.hpp"
#include "plan/glob.hpp"
#include "workflow/schema/events.hpp"

#include <algorithm>

namespace triphammer::plan {

namespace {

using model::Event;
using model::Reason;
using model::Trigger;

Reason no(std::string code, std::string text) {
    return {false, std::move(code), std::move(text), {}};
}

Reason yes(std::string code, std::string text) {
    return {true, std::move(code), std::move(text), {}};
}

std::string shown(const std::vector<std::string>& patterns) {
    return join(patterns, ", ");
}

bool has_type(const std::vector<std::string>& types, const std::string& type) {
    return std::find(types.begin(), types.end(), type) != types.end();
}

/// The two that listen to a few types unless they name others, and that know branches and paths.
bool is_about_pull(const Event& event) {
    return event.name == "pull_request" || event.name == "pull_request_target";
}

Reason check_types(const Trigger& trigger, const Event& event) {
    static const std::vector<std::string> kPullRequestDefault{"opened", "synchronize", "reopened"};
    const bool is_default = trigger.types.empty();
    const bool is_pull_request = is_about_pull(event);
    const auto known = workflow::list_starting_types(event.name);
    const bool may_start = known.empty() || event.action.empty() ||
                           std::find(known.begin(), known.end(), event.action) != known.end();
    if (!may_start) {
        return no("types", "type '" + event.action + "' of " + event.name + " starts no workflow");
    }
    if (is_default && !is_pull_request) return yes("types", "every type of " + event.name);
    const auto& types = is_default ? kPullRequestDefault : trigger.types;
    const auto& type = event.name == "repository_dispatch" ? event.dispatch_type : event.action;
    const auto list = shown(types) + (is_default ? " (the default)" : "");
    if (has_type(types, type)) return yes("types", "type '" + type + "' is one of: " + list);
    return no("types", "type '" + type + "' is none of: " + list);
}

/// A filter and its -ignore form; only one of them is set.
struct Patterns {
    std::string_view what;  // branch, tag
    const std::vector<std::string>& wanted;
    const std::vector<std::string>& ignored;
};

Reason check_name(const Patterns& patterns, const std::string& name) {
    const auto what = std::string{patterns.what};
    const auto code = what + "-filter";
    const auto start = what + " '" + name + "' ";
    if (!patterns.ignored.empty()) {
        const auto list = shown(patterns.ignored);
        if (selects(patterns.ignored, name)) return no(code, start + "is ignored by: " + list);
        return yes(code, start + "is not ignored by: " + list);
    }
    const auto list = shown(patterns.wanted);
    if (selects(patterns.wanted, name)) return yes(code, start + "matches: " + list);
    return no(code, start + "matches none of: " + list);
}

/// A push: filters of one kind of ref leave out the other kind.
Reason check_push_ref(const Trigger& trigger, const Event& event) {
    const bool by_branch = !trigger.branches.empty() || !trigger.branches_ignore.empty();
    const bool by_tag = !trigger.tags.empty() || !trigger.tags_ignore.empty();
    if (!by_branch && !by_tag) return yes("ref", "every branch and tag");
    if (event.tag.empty() && event.branch.empty()) {
        return no("ref-filter", event.ref + " is neither a branch nor a tag");
    }
    if (event.tag.empty()) {
        if (!by_branch) return no("branch-filter", "only tags start it, and this is a branch");
        return check_name({"branch", trigger.branches, trigger.branches_ignore}, event.branch);
    }
    if (!by_tag) return no("tag-filter", "only branches start it, and this is a tag");
    return check_name({"tag", trigger.tags, trigger.tags_ignore}, event.tag);
}

Reason check_workflow(const Trigger& trigger, const Event& event) {
    const auto list = shown(trigger.workflows);
    const auto name = "workflow '" + event.workflow + "' ";
    const auto& wanted = trigger.workflows;
    const bool is_wanted = std::find(wanted.begin(), wanted.end(), event.workflow) != wanted.end();
    if (is_wanted) return yes("workflows", name + "is one of: " + list);
    return no("workflows", name + "is none of: " + list);
}

Reason check_ref(const Trigger& trigger, const Event& event) {
    if (event.name == "push") return check_push_ref(trigger, event);
    if (trigger.branches.empty() && trigger.branches_ignore.empty())
        return yes("ref", "every branch");
    if (!event.pull_request) {
        return check_name({"branch", trigger.branches, trigger.branches_ignore}, event.branch);
    }
    return check_name(
        {"branch", trigger.branches, trigger.branches_ignore}, event.pull_request->base_ref
    );
}

Reason check_wanted_paths(const Trigger& trigger, const std::vector<std::string>& changed) {
    const auto list = shown(trigger.paths);
    const auto found = std::find_if(changed.begin(), changed.end(), [&](const auto& path) {
        return selects(trigger.paths, path);
    });
    if (found != changed.end()) return yes("path-filter", *found + " matches: " + list);
    return no(
        "path-filter", std::to_string(changed.size()) + " changed files match none of: " + list
    );
}

Reason check_ignored_paths(const Trigger& trigger, const std::vector<std::string>& changed) {
    const auto list = shown(trigger.paths_ignore);
    const auto found = std::find_if(changed.begin(), changed.end(), [&](const auto& path) {
        return !selects(trigger.paths_ignore, path);
    });
    if (found != changed.end()) return yes("path-filter", *found + " is not ignored by: " + list);
    return no(
        "path-filter",
        "all " + std::to_string(changed.size()) + " changed files are ignored by: " + list
    );
}

bool has_path_filter(const Trigger& trigger) {
    return !trigger.paths.empty() || !trigger.paths_ignore.empty();
}

Reason check_paths(const Trigger& trigger, const Event& event, const ChangedPaths& changed) {
    if (!find_difference(event)) return yes("path-filter", "paths do not count for " + event.ref);
    if (!changed.known)
        return yes("path-filter", "what changed is not known, so paths do not count");
    return trigger.paths.empty() ? check_ignored_paths(trigger, changed.paths)
                                 : check_wanted_paths(trigger, changed.paths);
}

Match match_trigger(const Trigger& trigger, const Event& event, const ChangedPaths* changed) {
    Match match;
    match.trigger = &trigger;
    match.reason.code = "trigger";
    match.reason.text = "on " + trigger.event;
    auto& children = match.reason.children;
    children.push_back(check_types(trigger, event));
    const bool follows = event.name == "workflow_run";
    if (children.back().yes && follows) children.push_back(check_workflow(trigger, event));
    if (children.back().yes &&
        (follows || event.name == "push" || event.name == "merge_group" || is_about_pull(event))) {
        children.push_back(check_ref(trigger, event));
    }
    if (!children.back().yes) return match;
    if (has_path_filter(trigger)) {
        match.undecided = changed == nullptr && find_difference(event).has_value();
        if (match.undecided) return match;
        const ChangedPaths unknown{false, {}};
        children.push_back(check_paths(trigger, event, changed == nullptr ? unknown : *changed));
    }
    match.starts = match.reason.yes = children.back().yes;
    return match;
}

}  // namespace

Match match_workflow(
    const model::Workflow& workflow, const Event& event, const ChangedPaths* changed
) {
    Match last;
    last.reason = no("no-trigger", "it has no trigger for " + event.name);
    for (const auto& trigger : workflow.triggers) {
        if (trigger.event != event.name) continue;
        last = match_trigger(trigger, event, changed);
        if (last.starts || last.undecided) break;
    }
    return last;
}

std::optional<Difference> find_difference(const Event& event) {
    if (event.pull_request && is_about_pull(event)) {
        return Difference{event.pull_request->base_sha, event.pull_request->head_sha, true};
    }
    if (event.name != "push" || event.branch.empty()) return {};
    if (!event.created) return Difference{event.before, event.sha, false};
    // A new branch: against the place where it left the default branch. The default branch itself
    // has nothing to be compared with.
    if (event.branch == event.default_branch || event.default_branch.empty()) return {};
    return Difference{"refs/heads/" + event.default_branch, event.sha, true};
}

}  // namespace triphammer::plan
