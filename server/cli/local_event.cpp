#include "cli/local_event.hpp"

#include "base/text.hpp"
#include "plan/entry.hpp"
#include "workflow/schema/events.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::cli {

namespace {

constexpr const char* kNoCommit = "0000000000000000000000000000000000000000";

std::string branch_of(const git::TreeSnapshot& tree) {
    constexpr std::string_view kPrefix = "refs/heads/";
    return tree.ref.starts_with(kPrefix) ? tree.ref.substr(kPrefix.size()) : "";
}

void become_pull_request(model::Event& event, const git::TreeSnapshot& tree) {
    model::PullRequest pull;
    pull.number = 1;
    pull.head_sha = tree.sha;
    pull.head_ref = branch_of(tree);
    pull.base_sha = tree.parent;
    pull.base_ref = event.default_branch;
    pull.title = event.title;
    event.ref = "refs/pull/1/merge";
    event.pull_request = std::move(pull);
}

void become_dispatch(model::Event& event, const Texts& inputs) {
    auto given = nlohmann::json::object();
    for (const auto& [name, value] : inputs) given[name] = value;
    event.inputs_json = given.dump();
}

void become_release(model::Event& event) {
    event.tag = "v0.0.0";
    event.ref = "refs/tags/" + event.tag;
    event.branch.clear();
    event.title = event.tag;
}

/// The action that an event has when its workflow asks for none in particular.
std::string usual_action(const std::string& event) {
    if (event == "pull_request" || event == "pull_request_target") return "opened";
    if (event == "release") return "published";
    return {};
}

const model::Trigger* find_trigger(const model::Workflow& workflow, std::string_view event) {
    const auto& all = workflow.triggers;
    const auto found = std::find_if(all.begin(), all.end(), [&](const model::Trigger& trigger) {
        return trigger.event == event;
    });
    return found == all.end() ? nullptr : &*found;
}

}  // namespace

std::string repository_of(const git::TreeSnapshot& tree) {
    auto path = tree.origin;
    if (path.ends_with(".git")) path.resize(path.size() - 4);
    std::replace(path.begin(), path.end(), ':', '/');
    const auto parts = split(path, '/');
    if (parts.size() >= 2 && !parts.back().empty() && !parts[parts.size() - 2].empty()) {
        return std::string{parts[parts.size() - 2]} + "/" + std::string{parts.back()};
    }
    return "local/" + tree.root.filename().string();
}

Result<> check_event_name(const std::string& name) {
    if (workflow::find_event(name) != nullptr) return {};
    const auto near = nearest_name(name, workflow::event_names());
    const auto hint = near ? "; did you mean '" + *near + "'?" : "";
    return invalid("unknown event '" + name + "'" + hint);
}

model::Event make_event(
    const git::TreeSnapshot& tree, const model::Trigger& trigger, const Texts& inputs
) {
    model::Event event;
    event.name = trigger.event;
    event.action = trigger.types.empty() ? usual_action(event.name) : trigger.types.front();
    event.repository = repository_of(tree);
    event.clone_url = tree.origin;
    event.branch = branch_of(tree);
    event.default_branch = tree.default_branch.empty() ? event.branch : tree.default_branch;
    event.ref = tree.ref;
    event.sha = tree.sha;
    event.before = tree.parent.empty() ? kNoCommit : tree.parent;
    event.actor = tree.author.empty() ? "local" : tree.author;
    event.title = tree.message.empty() ? "The working tree" : tree.message;
    if (plan::find_skip_marker(tree.message).empty()) event.message = tree.message;
    if (event.name.starts_with("pull_request")) become_pull_request(event, tree);
    if (event.name == "release") become_release(event);
    if (event.name == "workflow_dispatch") become_dispatch(event, inputs);
    if (event.name == "repository_dispatch") event.dispatch_type = event.action;
    return event;
}

void use_tree(model::Event& event, const git::TreeSnapshot& tree) {
    event.sha = tree.sha;
    if (event.pull_request) event.pull_request->head_sha = tree.sha;
    if (event.repository.empty()) event.repository = repository_of(tree);
}

const model::Trigger* choose_trigger(const model::Workflow& workflow) {
    for (const char* usual : {"push", "pull_request", "workflow_dispatch"}) {
        if (const auto* trigger = find_trigger(workflow, usual)) return trigger;
    }
    return workflow.triggers.empty() ? nullptr : &workflow.triggers.front();
}

Result<std::string> choose_event(const model::Workflow& workflow, const std::string& asked) {
    if (!asked.empty()) return asked;
    std::vector<std::string> names;
    for (const auto& trigger : workflow.triggers) names.push_back(trigger.event);
    if (names.size() == 1) return names.front();
    return invalid("which event is it of? Name it with --event: " + join(names, ", "));
}

model::Trigger trigger_of(const model::Workflow& workflow, const std::string& event) {
    if (const auto* found = find_trigger(workflow, event)) return *found;
    model::Trigger out;
    out.event = event;
    return out;
}

void drop_filters(model::Workflow& workflow) {
    for (auto& trigger : workflow.triggers) {
        trigger.branches.clear();
        trigger.branches_ignore.clear();
        trigger.tags.clear();
        trigger.tags_ignore.clear();
        trigger.paths.clear();
        trigger.paths_ignore.clear();
    }
}

}  // namespace triphammer::cli
