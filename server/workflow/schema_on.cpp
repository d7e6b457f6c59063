// Tables of `on`. Sources: GitHub's pages "Events that trigger workflows" and "Workflow syntax".
#include "base/text.hpp"
#include "workflow/checker.hpp"
#include "workflow/events.hpp"
#include "workflow/words.hpp"

#include <algorithm>
#include <array>

namespace triphammer::workflow {

namespace {

constexpr Shape kPattern = text_shape();
constexpr Shape kPatterns = one_or_many_shape(&kPattern);

constexpr std::array<std::string_view, 21> kPullRequestTypes{
    "assigned",
    "unassigned",
    "labeled",
    "unlabeled",
    "opened",
    "edited",
    "closed",
    "reopened",
    "synchronize",
    "converted_to_draft",
    "locked",
    "unlocked",
    "enqueued",
    "dequeued",
    "milestoned",
    "demilestoned",
    "ready_for_review",
    "review_requested",
    "review_request_removed",
    "auto_merge_enabled",
    "auto_merge_disabled"};
constexpr Shape kPullRequestType = words_shape(kPullRequestTypes);
constexpr Shape kPullRequestTypeList = one_or_many_shape(&kPullRequestType);

constexpr std::array<std::string_view, 7> kReleaseTypes{
    "published", "unpublished", "created", "edited", "deleted", "prereleased", "released"};
constexpr Shape kReleaseType = words_shape(kReleaseTypes);
constexpr Shape kReleaseTypeList = one_or_many_shape(&kReleaseType);

constexpr Shape kCustomType = text_shape();
constexpr Shape kCustomTypeList = one_or_many_shape(&kCustomType);

/// A filter and its -ignore form exclude each other; `!` alone selects nothing.
void check_filters(const Node& node, Checker& checker) {
    for (const std::string name : {"branches", "tags", "paths"}) {
        const auto* ignore = node.find(name + "-ignore");
        const auto* filter = node.find(name);
        if (filter != nullptr && ignore != nullptr) {
            checker.report().error(
                "filter-conflict",
                ignore->at,
                name + " and " + name + "-ignore cannot both be used for one event",
                "put patterns with ! into " + name
            );
        }
        if (filter == nullptr) continue;
        const auto& items = filter->items;
        const bool only_negative =
            filter->kind == NodeKind::scalar
                ? filter->text.starts_with('!')
                : !items.empty() && std::all_of(items.begin(), items.end(), [](const Node* one) {
                      return one->text.starts_with('!');
                  });
        if (!only_negative) continue;
        checker.report().error(
            "filter-negative",
            filter->at,
            name + " with ! only selects nothing",
            "add a pattern without !, such as '**', or use " + name + "-ignore"
        );
    }
}

constexpr Shape event_shape(std::span<const Key> keys) {
    Shape shape = map_shape(keys);
    shape.accepts = kMap | kEmpty;
    shape.extra = check_filters;
    return shape;
}

constexpr std::array kPushKeys{
    Key{"branches", &kPatterns},
    Key{"branches-ignore", &kPatterns},
    Key{"tags", &kPatterns},
    Key{"tags-ignore", &kPatterns},
    Key{"paths", &kPatterns},
    Key{"paths-ignore", &kPatterns},
};
constexpr Shape kPush = event_shape(kPushKeys);

constexpr std::array kPullRequestKeys{
    Key{"types", &kPullRequestTypeList},
    Key{"branches", &kPatterns},
    Key{"branches-ignore", &kPatterns},
    Key{"paths", &kPatterns},
    Key{"paths-ignore", &kPatterns},
};
constexpr Shape kPullRequest = event_shape(kPullRequestKeys);

constexpr std::array kReleaseKeys{Key{"types", &kReleaseTypeList}};
constexpr Shape kRelease = event_shape(kReleaseKeys);
constexpr std::array kRepositoryDispatchKeys{Key{"types", &kCustomTypeList}};
constexpr Shape kRepositoryDispatch = event_shape(kRepositoryDispatchKeys);
constexpr Shape kWithoutKeys = event_shape({});

constexpr std::array<std::string_view, 5> kInputTypes{
    "string", "boolean", "choice", "number", "environment"};
constexpr Shape kInputType = words_shape(kInputTypes);
constexpr Shape kInputText = value_shape(nullptr);
constexpr Shape kInputRequired = boolean_shape();
constexpr Shape kInputOption = value_shape(nullptr);
constexpr Shape kInputOptions = list_shape(&kInputOption);
constexpr std::array kInputKeys{
    Key{"description", &kInputText},
    Key{"deprecationMessage", &kInputText},
    Key{"required", &kInputRequired},
    Key{"default", &kInputText},
    Key{"type", &kInputType},
    Key{"options", &kInputOptions},
};

void check_input(const Node& node, Checker& checker) {
    const auto* type = node.find("type");
    const auto* options = node.find("options");
    const bool is_choice = type != nullptr && type->text == "choice";
    if (is_choice && (options == nullptr || options->items.empty())) {
        checker.report().error("missing-key", node.at, "a choice needs options");
    }
    if (!is_choice && options != nullptr) {
        checker.report().error(
            "wrong-type", options->at, "only an input of type choice has options"
        );
    }
}

constexpr Shape kInput = [] {
    Shape shape = map_shape(kInputKeys);
    shape.accepts = kMap | kEmpty;
    shape.extra = check_input;
    return shape;
}();
constexpr Shape kInputs = [] {
    Shape shape = free_map_shape(&kInput);
    shape.accepts = kMap | kEmpty;
    shape.key = TextKind::identifier;
    return shape;
}();
constexpr std::array kWorkflowDispatchKeys{Key{"inputs", &kInputs}};
constexpr Shape kWorkflowDispatch = event_shape(kWorkflowDispatchKeys);

constexpr Key not_yet(std::string_view name) {
    return {name, &kAnythingShape, Support::not_yet};
}

constexpr std::array kEventKeys{
    Key{"push", &kPush},
    Key{"pull_request", &kPullRequest},
    Key{"release", &kRelease},
    Key{"create", &kWithoutKeys},
    Key{"delete", &kWithoutKeys},
    Key{"workflow_dispatch", &kWorkflowDispatch},
    Key{"repository_dispatch", &kRepositoryDispatch},
    not_yet("branch_protection_rule"),
    not_yet("check_run"),
    not_yet("check_suite"),
    not_yet("deployment"),
    not_yet("deployment_status"),
    not_yet("discussion"),
    not_yet("discussion_comment"),
    not_yet("fork"),
    not_yet("gollum"),
    not_yet("image_version"),
    not_yet("issue_comment"),
    not_yet("issues"),
    not_yet("label"),
    not_yet("merge_group"),
    not_yet("milestone"),
    not_yet("page_build"),
    not_yet("public"),
    not_yet("pull_request_review"),
    not_yet("pull_request_review_comment"),
    not_yet("pull_request_target"),
    not_yet("registry_package"),
    not_yet("schedule"),
    not_yet("status"),
    not_yet("watch"),
    not_yet("workflow_call"),
    not_yet("workflow_run"),
};

/// `on: push` and `on: [push, create]`: the names of events without a map.
void check_event_names(const Node& node, Checker& checker) {
    std::vector<const Node*> names = node.items;
    if (node.kind == NodeKind::scalar) names.push_back(&node);
    for (const auto* name : names) {
        if (name->kind != NodeKind::scalar) continue;
        const auto* event = find_event(name->text);
        if (event == nullptr) {
            checker.report().error(
                "unknown-event",
                name->at,
                "unknown event " + show(name->text),
                nearest_hint(name->text, list_events())
            );
        } else if (event->support == Support::not_yet) {
            checker.report().error(
                "unsupported", name->at, "the event " + show(name->text) + " is not supported yet"
            );
        }
    }
    const bool is_nothing = node.items.empty() && node.entries.empty();
    if (node.kind == NodeKind::scalar || !is_nothing) return;
    checker.report().error("missing-value", node.at, "'on' names no event");
}

constexpr Shape kEventName = text_shape();

}  // namespace

constexpr Shape kOnShape = [] {
    Shape shape = map_shape(kEventKeys);
    shape.accepts = kText | kList | kMap;
    shape.expected = "an event, a list of events, or events with their filters";
    shape.item = &kEventName;
    shape.extra = check_event_names;
    return shape;
}();

const Key* find_event(std::string_view name) {
    const auto found = std::find_if(kEventKeys.begin(), kEventKeys.end(), [name](const Key& key) {
        return key.name == name;
    });
    return found == kEventKeys.end() ? nullptr : &*found;
}

std::vector<std::string> list_events() {
    std::vector<std::string> names;
    for (const auto& one : kEventKeys) names.emplace_back(one.name);
    return names;
}

}  // namespace triphammer::workflow
