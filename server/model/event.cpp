#include "model/event.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::model {

using nlohmann::json;

namespace {

json pull_request_json(const PullRequest& pull) {
    return {
        {"number", pull.number},
        {"draft", pull.draft},
        {"merged", pull.merged},
        {"from_fork", pull.from_fork},
        {"head_sha", pull.head_sha},
        {"head_ref", pull.head_ref},
        {"base_sha", pull.base_sha},
        {"base_ref", pull.base_ref},
        {"merge_sha", pull.merge_sha},
        {"title", pull.title},
    };
}

PullRequest read_pull_request(const json& in) {
    PullRequest pull;
    pull.number = in.value("number", std::int64_t{0});
    pull.draft = in.value("draft", false);
    pull.merged = in.value("merged", false);
    pull.from_fork = in.value("from_fork", false);
    pull.head_sha = in.value("head_sha", "");
    pull.head_ref = in.value("head_ref", "");
    pull.base_sha = in.value("base_sha", "");
    pull.base_ref = in.value("base_ref", "");
    pull.merge_sha = in.value("merge_sha", "");
    pull.title = in.value("title", "");
    return pull;
}

}  // namespace

void to_json(json& out, const Event& event) {
    out = {
        {"event", event.name},
        {"action", event.action},
        {"repository_id", event.repository_id},
        {"repository", event.repository},
        {"clone_url", event.clone_url},
        {"default_branch", event.default_branch},
        {"ref", event.ref},
        {"branch", event.branch},
        {"tag", event.tag},
        {"sha", event.sha},
        {"before", event.before},
        {"created", event.created},
        {"deleted", event.deleted},
        {"forced", event.forced},
        {"actor_id", event.actor_id},
        {"actor", event.actor},
        {"title", event.title},
        {"message", event.message},
        {"commits", event.commits},
        {"dispatch_type", event.dispatch_type},
        {"workflow", event.workflow},
        {"chain", event.chain},
        {"inputs", event.inputs_json},
        {"content_key", event.content_key},
    };
    out["pull_request"] = event.pull_request ? pull_request_json(*event.pull_request) : json{};
}

void from_json(const json& in, Event& event) {
    event.name = in.value("event", "");
    event.action = in.value("action", "");
    event.repository_id = in.value("repository_id", std::int64_t{0});
    event.repository = in.value("repository", "");
    event.clone_url = in.value("clone_url", "");
    event.default_branch = in.value("default_branch", "");
    event.ref = in.value("ref", "");
    event.branch = in.value("branch", "");
    event.tag = in.value("tag", "");
    event.sha = in.value("sha", "");
    event.before = in.value("before", "");
    event.created = in.value("created", false);
    event.deleted = in.value("deleted", false);
    event.forced = in.value("forced", false);
    event.actor_id = in.value("actor_id", std::int64_t{0});
    event.actor = in.value("actor", "");
    event.title = in.value("title", "");
    event.message = in.value("message", "");
    event.commits = in.value("commits", std::int64_t{0});
    event.dispatch_type = in.value("dispatch_type", "");
    event.workflow = in.value("workflow", "");
    event.chain = in.value("chain", std::int64_t{0});
    event.inputs_json = in.value("inputs", "");
    event.content_key = in.value("content_key", "");
    event.pull_request.reset();
    const auto pull = in.find("pull_request");
    if (pull != in.end() && pull->is_object()) event.pull_request = read_pull_request(*pull);
}

}  // namespace triphammer::model
