// The events with their activity types and filters. Source: GitHub's page "Events that trigger
// workflows".
#include "workflow/schema/events.hpp"
#include "workflow/schema/words.hpp"

#include <algorithm>
#include <array>

namespace triphammer::workflow {

namespace {

template <class... Words>
constexpr std::array<std::string_view, sizeof...(Words)> words(Words... all) {
    return {all...};
}

constexpr auto kCommentTypes = words("created", "edited", "deleted");
constexpr auto kCheckRunTypes = words("created", "rerequested", "completed", "requested_action");
// The documentation lists the first; files from older editions of it have the others, which start
// nothing.
constexpr auto kCheckSuiteTypes = words("completed", "requested", "rerequested");
constexpr auto kDiscussionTypes = words(
    "created",
    "edited",
    "deleted",
    "transferred",
    "pinned",
    "unpinned",
    "labeled",
    "unlabeled",
    "locked",
    "unlocked",
    "category_changed",
    "answered",
    "unanswered"
);
constexpr auto kIssuesTypes = words(
    "opened",
    "edited",
    "deleted",
    "transferred",
    "pinned",
    "unpinned",
    "closed",
    "reopened",
    "assigned",
    "unassigned",
    "labeled",
    "unlabeled",
    "locked",
    "unlocked",
    "milestoned",
    "demilestoned",
    "field_added",
    "field_removed",
    "typed",
    "untyped"
);
constexpr auto kMergeGroupTypes = words("checks_requested");
constexpr auto kMilestoneTypes = words("created", "closed", "opened", "edited", "deleted");
constexpr auto kPackageTypes = words("published", "updated");
constexpr auto kProjectTypes = words("created", "closed", "reopened", "edited", "deleted");
constexpr auto kProjectCardTypes = words("created", "moved", "converted", "edited", "deleted");
constexpr auto kProjectColumnTypes = words("created", "updated", "moved", "deleted");
constexpr auto kPullRequestTypes = words(
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
    "auto_merge_disabled"
);
constexpr auto kReleaseTypes =
    words("published", "unpublished", "created", "edited", "deleted", "prereleased", "released");
constexpr auto kReviewTypes = words("submitted", "edited", "dismissed");
constexpr auto kWatchTypes = words("started");
constexpr auto kWorkflowRunTypes = words("completed", "requested", "in_progress");

constexpr Shape kPattern = text_shape();
constexpr Shape kPatterns = one_or_many_shape(&kPattern);

template <const auto& Words>
constexpr Shape kType = words_shape(Words);
template <const auto& Words>
constexpr Shape kTypes = one_or_many_shape(&kType<Words>);

constexpr Shape event_shape(std::span<const Key> keys) {
    Shape shape = map_shape(keys);
    shape.accepts = kMap | kEmpty;
    shape.extra = check_filters;
    return shape;
}

constexpr std::string_view kAboutTypes = "The activities that start it";

template <const auto& Words>
constexpr std::array kTypedKeys{Key{"types", &kTypes<Words>, kAboutTypes}};
/// An event with nothing but activity types.
template <const auto& Words>
constexpr Shape kTyped = event_shape(kTypedKeys<Words>);
constexpr Shape kPlain = event_shape({});

constexpr std::array kPushKeys{
    Key{"branches", &kPatterns, "Patterns of branches"},
    Key{"branches-ignore", &kPatterns, "Patterns of branches that do not count"},
    Key{"tags", &kPatterns, "Patterns of tags"},
    Key{"tags-ignore", &kPatterns, "Patterns of tags that do not count"},
    Key{"paths", &kPatterns, "Patterns of files of which one must have changed"},
    Key{"paths-ignore", &kPatterns, "Patterns of files whose change does not count"},
};
constexpr Shape kPush = event_shape(kPushKeys);

constexpr std::array kPullRequestKeys{
    Key{"types", &kTypes<kPullRequestTypes>, "Without: opened, synchronize, reopened"},
    Key{"branches", &kPatterns, "Patterns of base branches"},
    Key{"branches-ignore", &kPatterns, "Patterns of base branches that do not count"},
    Key{"paths", &kPatterns, "Patterns of files of which one must have changed"},
    Key{"paths-ignore", &kPatterns, "Patterns of files whose change does not count"},
};
constexpr Shape kPullRequest = event_shape(kPullRequestKeys);

constexpr std::array kMergeGroupKeys{
    Key{"types", &kTypes<kMergeGroupTypes>, kAboutTypes},
    Key{"branches", &kPatterns, "Patterns of base branches"},
    Key{"branches-ignore", &kPatterns, "Patterns of base branches that do not count"},
};
constexpr Shape kMergeGroup = event_shape(kMergeGroupKeys);

constexpr Shape kAnyType = text_shape();
constexpr Shape kAnyTypes = one_or_many_shape(&kAnyType);
constexpr std::array kRepositoryDispatchKeys{Key{"types", &kAnyTypes, "Names of your own"}};
constexpr Shape kRepositoryDispatch = event_shape(kRepositoryDispatchKeys);

constexpr Shape kImageVersions = one_or_many_shape(&kPattern);
constexpr std::array kImageVersionKeys{
    Key{"names", &kImageVersions, "Patterns of images"},
    Key{"versions", &kImageVersions, "Patterns of versions"},
};
constexpr Shape kImageVersion = event_shape(kImageVersionKeys);

void check_workflow_run(const Node& node, Report& report) {
    check_filters(node, report);
    if (node.find("workflows") != nullptr) return;
    report.warning(
        "never-starts",
        node.at,
        "'workflow_run' names no workflow, and so nothing ever starts",
        "workflows: [the names of those to wait for]"
    );
}

constexpr std::array kWorkflowRunKeys{
    Key{"workflows", &kPatterns, "Names of the workflows waited for"},
    Key{"types", &kTypes<kWorkflowRunTypes>, kAboutTypes},
    Key{"branches", &kPatterns, "Patterns of the branches that these ran on"},
    Key{"branches-ignore", &kPatterns, "Patterns of branches that do not count"},
};
constexpr Shape kWorkflowRun = [] {
    Shape shape = event_shape(kWorkflowRunKeys);
    shape.extra = check_workflow_run;
    return shape;
}();

constexpr Key event(std::string_view name, const Shape& shape, std::string_view feature) {
    return {name, &shape, {}, false, feature};
}

constexpr std::array kEvents{
    event("branch_protection_rule", kTyped<kCommentTypes>, "on.branch_protection_rule"),
    event("check_run", kTyped<kCheckRunTypes>, "on.check_run"),
    event("check_suite", kTyped<kCheckSuiteTypes>, "on.check_suite"),
    event("create", kPlain, "on.create"),
    event("delete", kPlain, "on.delete"),
    event("deployment", kPlain, "on.deployment"),
    event("deployment_status", kPlain, "on.deployment_status"),
    event("discussion", kTyped<kDiscussionTypes>, "on.discussion"),
    event("discussion_comment", kTyped<kCommentTypes>, "on.discussion_comment"),
    event("fork", kPlain, "on.fork"),
    event("gollum", kPlain, "on.gollum"),
    event("image_version", kImageVersion, "on.image_version"),
    event("issue_comment", kTyped<kCommentTypes>, "on.issue_comment"),
    event("issues", kTyped<kIssuesTypes>, "on.issues"),
    event("label", kTyped<kCommentTypes>, "on.label"),
    event("merge_group", kMergeGroup, "on.merge_group"),
    event("milestone", kTyped<kMilestoneTypes>, "on.milestone"),
    event("page_build", kPlain, "on.page_build"),
    event("project", kTyped<kProjectTypes>, "on.project"),
    event("project_card", kTyped<kProjectCardTypes>, "on.project_card"),
    event("project_column", kTyped<kProjectColumnTypes>, "on.project_column"),
    event("public", kPlain, "on.public"),
    event("pull_request", kPullRequest, "on.pull_request"),
    event("pull_request_review", kTyped<kReviewTypes>, "on.pull_request_review"),
    event("pull_request_review_comment", kTyped<kCommentTypes>, "on.pull_request_review_comment"),
    event("pull_request_target", kPullRequest, "on.pull_request_target"),
    event("push", kPush, "on.push"),
    event("registry_package", kTyped<kPackageTypes>, "on.registry_package"),
    event("release", kTyped<kReleaseTypes>, "on.release"),
    event("repository_dispatch", kRepositoryDispatch, "on.repository_dispatch"),
    event("schedule", kScheduleShape, "on.schedule"),
    event("status", kPlain, "on.status"),
    event("watch", kTyped<kWatchTypes>, "on.watch"),
    event("workflow_call", kWorkflowCallShape, "on.workflow_call"),
    event("workflow_dispatch", kWorkflowDispatchShape, "on.workflow_dispatch"),
    event("workflow_run", kWorkflowRun, "on.workflow_run"),
};

constexpr Shape kEventName = text_shape();

}  // namespace

constexpr Shape kOnShape = [] {
    Shape shape = map_shape(kEvents);
    shape.accepts = kText | kList | kMap;
    shape.expected = "an event, a list of events, or events with their filters";
    shape.item = &kEventName;
    shape.extra = check_events;
    return shape;
}();

std::span<const Key> list_events() {
    return kEvents;
}

const Key* find_event(std::string_view name) {
    const auto found = std::find_if(kEvents.begin(), kEvents.end(), [name](const Key& key) {
        return key.name == name;
    });
    return found == kEvents.end() ? nullptr : &*found;
}

std::span<const std::string_view> list_starting_types(std::string_view event) {
    if (event == "check_suite") return std::span{kCheckSuiteTypes}.first(1);
    const auto* known = find_event(event);
    if (known == nullptr) return {};
    const auto keys = known->shape->keys;
    const auto types =
        std::find_if(keys.begin(), keys.end(), [](const Key& key) { return key.name == "types"; });
    return types == keys.end() ? std::span<const std::string_view>{} : types->shape->item->words;
}

std::vector<std::string> event_names() {
    std::vector<std::string> names;
    names.reserve(kEvents.size());
    for (const auto& one : kEvents) names.emplace_back(one.name);
    return names;
}

}  // namespace triphammer::workflow
