#include "github/payload_events.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace triphammer::github {

using model::Event;

namespace {

constexpr std::string_view kHeads = "refs/heads/";
constexpr std::string_view kTags = "refs/tags/";

bool is_commit(std::string_view text) {
    if (text.size() != 40 && text.size() != 64) return false;
    return std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
}

bool is_zero(std::string_view commit) {
    return commit.find_first_not_of('0') == std::string_view::npos;
}

/// What a ref can never hold (git-check-ref-format); the rest is data wherever it goes.
bool is_ref(std::string_view text) {
    if (text.empty() || text.size() > 1024) return false;
    return std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return c > 0x20 && c != 0x7f;
    });
}

std::string first_line(const std::string& text) {
    const auto line = std::string_view{text}.substr(0, text.find_first_of("\r\n"));
    return std::string{cut_utf8(line, 500)};
}

Error missing(std::string_view field) {
    return invalid("the payload has no usable '" + std::string{field} + "'");
}

void set_ref(Event& event, std::string ref) {
    event.ref = std::move(ref);
    const std::string_view full = event.ref;
    if (full.starts_with(kHeads)) event.branch = full.substr(kHeads.size());
    if (full.starts_with(kTags)) event.tag = full.substr(kTags.size());
}

/// A branch, a tag or a full ref, as the payloads of dispatches have it.
void set_short_ref(Event& event, const std::string& name, std::string_view prefix) {
    if (name.empty()) return;
    const bool full = name.starts_with("refs/");
    set_ref(event, full ? name : std::string{prefix} + name);
}

/// GitHub gives seconds in pushes; the same push has the same, a later one of the same commits has
/// another.
std::string pushed_at(Node payload) {
    const auto at = payload["repository"]["pushed_at"];
    const auto seconds = at.number();
    return seconds != 0 ? std::to_string(seconds) : at.text();
}

std::string push_key(Node payload, const Event& event, const std::string& after) {
    const auto at = pushed_at(payload);
    const bool both = !event.created && !event.deleted;
    if (!both && at.empty()) return {};  // names no before and after, and no time either
    return "push " + event.ref + ' ' + event.before + ' ' + after + ' ' + at;
}

Result<> read_push(Node payload, Event& event) {
    set_ref(event, payload["ref"].text());
    const auto after = payload["after"].text();
    event.before = payload["before"].text();
    if (!is_ref(event.ref) || !event.ref.starts_with("refs/")) return missing("ref");
    if (!is_commit(after)) return missing("after");
    if (!is_commit(event.before)) return missing("before");
    const auto head = payload["head_commit"];
    event.deleted = is_zero(after);
    event.created = is_zero(event.before);
    event.forced = payload["forced"].boolean();
    event.commits = payload["commits"].size();
    // For an annotated tag `after` is the tag object; statuses belong to the commit.
    const auto commit = head["id"].text();
    if (!event.deleted) event.sha = is_commit(commit) ? commit : after;
    event.message = head["message"].text();
    event.title = first_line(event.message);
    if (event.actor.empty()) event.actor = payload["pusher"]["name"].text();
    event.content_key = push_key(payload, event, after);
    return {};
}

bool is_from_fork(Node pull) {
    const auto head = pull["head"]["repo"]["id"].number();
    const auto base = pull["base"]["repo"]["id"].number();
    return head == 0 || head != base;
}

model::PullRequest read_pull(Node payload) {
    const auto pull = payload["pull_request"];
    model::PullRequest out;
    out.number = pull["number"].number();
    if (out.number == 0) out.number = payload["number"].number();
    out.draft = pull["draft"].boolean();
    out.merged = pull["merged"].boolean();
    out.from_fork = is_from_fork(pull);
    out.head_sha = pull["head"]["sha"].text();
    out.head_ref = pull["head"]["ref"].text();
    out.base_sha = pull["base"]["sha"].text();
    out.base_ref = pull["base"]["ref"].text();
    out.merge_sha = pull["merge_commit_sha"].text();
    out.title = pull["title"].text();
    return out;
}

std::string pull_key(Node payload, const Event& event) {
    const auto id = payload["pull_request"]["id"].number();
    if (id == 0) return {};
    auto key = "pull_request " + std::to_string(id) + ' ' + event.action;
    if (event.action == "opened") return key;
    const auto before = payload["before"].text();
    const auto after = payload["after"].text();
    if (event.action != "synchronize" || before.empty() || after.empty()) return {};
    return key + ' ' + before + ' ' + after;
}

Result<> read_pull_request(Node payload, Event& event) {
    auto pull = read_pull(payload);
    if (pull.number <= 0) return missing("pull_request.number");
    if (!is_commit(pull.head_sha)) return missing("pull_request.head.sha");
    if (!is_ref(pull.base_ref)) return missing("pull_request.base.ref");
    event.ref = "refs/pull/" + std::to_string(pull.number) + "/merge";
    event.sha = pull.head_sha;
    event.before = payload["before"].text();
    event.title = first_line(pull.title);
    event.content_key = pull_key(payload, event);
    if (event.action == "closed" && pull.merged && is_commit(pull.merge_sha)) {
        event.ref = std::string{kHeads} + pull.base_ref;
        event.sha = pull.merge_sha;
    }
    event.pull_request = std::move(pull);
    return {};
}

/// Of the default branch, whose last commit is found when it is planned.
Result<> read_pull_request_target(Node payload, Event& event) {
    if (auto read = read_pull_request(payload, event); !read) return read;
    event.ref.clear();
    event.sha.clear();
    return {};
}

/// Reviews and their comments: the pull request's facts, each delivery for itself.
Result<> read_review(Node payload, Event& event) {
    if (auto read = read_pull_request(payload, event); !read) return read;
    event.content_key.clear();
    return {};
}

Result<> read_merge_group(Node payload, Event& event) {
    const auto group = payload["merge_group"];
    event.sha = group["head_sha"].text();
    set_short_ref(event, group["head_ref"].text(), kHeads);
    if (!is_commit(event.sha)) return missing("merge_group.head_sha");
    if (!is_ref(event.ref)) return missing("merge_group.head_ref");
    const auto base = group["base_ref"].text();  // what filters are about
    event.branch = base.starts_with(kHeads) ? base.substr(kHeads.size()) : base;
    event.message = group["head_commit"]["message"].text();
    event.title = first_line(event.message);
    return {};
}

/// `ref` of a deployment is a branch, a tag or a commit.
Result<> read_deployment(Node payload, Event& event) {
    const auto deployment = payload["deployment"];
    event.sha = deployment["sha"].text();
    if (!is_commit(event.sha)) return missing("deployment.sha");
    const auto ref = deployment["ref"].text();
    if (is_ref(ref) && !is_commit(ref)) set_short_ref(event, ref, kHeads);
    event.title = first_line("Deployment to " + deployment["environment"].text());
    return {};
}

/// The context comes first: by it our own statuses are known.
Result<> read_status(Node payload, Event& event) {
    event.title = first_line(payload["context"].text() + ": " + payload["state"].text());
    return {};
}

/// What belongs to the default branch and has at most a title.
Result<> read_about_something(Node payload, Event& event) {
    for (const auto* subject : {"issue", "discussion", "milestone", "label"}) {
        auto title = payload[subject]["title"].text();
        if (title.empty()) title = payload[subject]["name"].text();
        if (title.empty()) continue;
        event.title = first_line(title);
        break;
    }
    return {};
}

/// The commit and branch that the package was published from, where it says them.
Result<> read_package(Node payload, Event& event) {
    const auto version = payload["registry_package"]["package_version"];
    const auto commit = version["target_oid"].text();
    const auto branch = version["target_commitish"].text();
    if (is_commit(commit)) event.sha = commit;
    if (is_ref(branch) && !is_commit(branch)) set_short_ref(event, branch, kHeads);
    return {};
}

Result<> read_release(Node payload, Event& event) {
    const auto release = payload["release"];
    const auto tag = release["tag_name"].text();
    if (!is_ref(tag)) return missing("release.tag_name");
    set_ref(event, std::string{kTags} + tag);
    const auto name = release["name"].text();
    event.title = first_line(name.empty() ? tag : name);
    event.message = release["body"].text();
    const auto id = release["id"].number();
    const bool once = event.action == "published" || event.action == "created";
    if (once && id != 0) event.content_key = "release " + std::to_string(id) + ' ' + event.action;
    return {};
}

Result<> read_ref_change(Node payload, Event& event) {
    const auto ref = payload["ref"].text();
    const bool tag = payload["ref_type"].text() == "tag";
    if (!is_ref(ref)) return missing("ref");
    set_short_ref(event, ref, tag ? kTags : kHeads);
    event.created = event.name == "create";
    event.deleted = event.name == "delete";
    return {};
}

Result<> read_workflow_dispatch(Node payload, Event& event) {
    set_short_ref(event, payload["ref"].text(), kHeads);
    if (!is_ref(event.ref)) return missing("ref");
    if (event.branch.empty() && event.tag.empty()) {
        return invalid("the field 'ref' must name a branch or a tag, not " + event.ref);
    }
    event.workflow = payload["workflow"].text();
    const auto inputs = payload["inputs"];
    if (inputs.is_object()) event.inputs_json = inputs.json();
    return {};
}

Result<> read_repository_dispatch(Node payload, Event& event) {
    if (event.action.empty()) return missing("action");
    event.dispatch_type = event.action;
    const auto branch = payload["branch"].text();
    set_short_ref(event, branch.empty() ? event.default_branch : branch, kHeads);
    return {};
}

/// Without one, nothing can be said about where the event belongs. A run that somebody asks for
/// here may come before the first webhook, which tells the number; intake refuses webhooks without.
Result<> require_repository(const Event& event) {
    const bool may_lack_id = event.name == "workflow_dispatch" && event.repository_id == 0;
    if (event.repository_id <= 0 && !may_lack_id) return missing("repository.id");
    if (event.repository.find('/') == std::string::npos) return missing("repository.full_name");
    return {};
}

using Reader = Result<> (*)(Node, Event&);

struct Known {
    std::string_view event;
    Reader reader;
};

constexpr auto kKnown = std::to_array<Known>({
    {"branch_protection_rule", read_about_something},
    {"check_run", read_about_something},
    {"check_suite", read_about_something},
    {"create", read_ref_change},
    {"delete", read_ref_change},
    {"deployment", read_deployment},
    {"deployment_status", read_deployment},
    {"discussion", read_about_something},
    {"discussion_comment", read_about_something},
    {"fork", read_about_something},
    {"gollum", read_about_something},
    {"issue_comment", read_about_something},
    {"issues", read_about_something},
    {"label", read_about_something},
    {"merge_group", read_merge_group},
    {"milestone", read_about_something},
    {"page_build", read_about_something},
    {"public", read_about_something},
    {"pull_request", read_pull_request},
    {"pull_request_review", read_review},
    {"pull_request_review_comment", read_review},
    {"pull_request_target", read_pull_request_target},
    {"push", read_push},
    {"registry_package", read_package},
    {"release", read_release},
    {"repository_dispatch", read_repository_dispatch},
    {"status", read_status},
    {"watch", read_about_something},
    {"workflow_dispatch", read_workflow_dispatch},
});

Reader find_reader(std::string_view name) {
    const auto found =
        std::find_if(kKnown.begin(), kKnown.end(), [name](auto& one) { return one.event == name; });
    return found == kKnown.end() ? nullptr : found->reader;
}

}  // namespace

Result<> read_event(Node payload, Event& event) {
    const auto reader = find_reader(event.name);
    if (reader == nullptr) return {};
    if (auto belongs = require_repository(event); !belongs) return belongs;
    return reader(payload, event);
}

}  // namespace triphammer::github
