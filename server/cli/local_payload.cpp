#include "cli/local_payload.hpp"

#include "github/payload.hpp"
#include "plan/contexts.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::cli {

namespace {

using nlohmann::json;

/// Of a repository that the tree knows by its name alone.
constexpr int kSomeRepository = 1;

json person(const git::TreeSnapshot& tree) {
    return {{"name", tree.author}, {"email", tree.author_email}, {"username", tree.author}};
}

void complete_repository(json& repository, const git::TreeSnapshot& tree) {
    const auto page = repository.value("html_url", "");
    repository["private"] = false;
    repository["visibility"] = "public";
    repository["fork"] = false;
    repository["archived"] = false;
    repository["description"] = nullptr;
    repository["homepage"] = nullptr;
    repository["language"] = nullptr;
    repository["license"] = nullptr;
    repository["topics"] = json::array();
    repository["git_url"] = "git" + page.substr(std::min(page.find(':'), page.size())) + ".git";
    if (repository.value("clone_url", "").empty()) repository["clone_url"] = page + ".git";
    for (const char* time : {"created_at", "updated_at", "pushed_at"}) {
        repository[time] = tree.committed_at;
    }
}

void complete_push(json& body, const git::TreeSnapshot& tree) {
    const auto page = body["repository"].value("html_url", "");
    const auto sha = body.value("after", "");
    body["base_ref"] = nullptr;
    body["compare"] =
        page + "/compare/" + body.value("before", "").substr(0, 12) + "..." + sha.substr(0, 12);
    body["pusher"] = {{"name", tree.author}, {"email", tree.author_email}};
    auto& commit = body["head_commit"];
    commit["timestamp"] = tree.committed_at;
    commit["url"] = page + "/commit/" + sha;
    commit["distinct"] = true;
    commit["author"] = commit["committer"] = person(tree);
    body["commits"] = json::array({commit});
}

void complete_pull_request(json& body, const git::TreeSnapshot& tree) {
    auto& pull = body["pull_request"];
    pull["html_url"] = body["repository"].value("html_url", "") + "/pull/1";
    pull["body"] = nullptr;
    pull["assignees"] = json::array();
    pull["created_at"] = pull["updated_at"] = tree.committed_at;
    pull["commits"] = 1;
}

void complete_release(json& body, const git::TreeSnapshot& tree) {
    auto& release = body["release"];
    release["id"] = 1;
    release["body"] = "";
    release["target_commitish"] = body["repository"].value("default_branch", "");
    release["html_url"] =
        body["repository"].value("html_url", "") + "/releases/tag/" + release.value("tag_name", "");
    release["created_at"] = release["published_at"] = tree.committed_at;
    release["assets"] = json::array();
}

void complete_merge_group(json& body, const git::TreeSnapshot& tree) {
    const auto base = body["repository"].value("default_branch", "");
    body["merge_group"] = {
        {"head_sha", tree.sha},
        {"head_ref", "refs/heads/gh-readonly-queue/" + base + "/pr-1-" + tree.sha},
        {"base_sha", tree.parent},
        {"base_ref", "refs/heads/" + base},
        {"head_commit", {{"id", tree.sha}, {"message", tree.message}}},
    };
}

std::string first_schedule(const model::Workflow& workflow) {
    for (const auto& trigger : workflow.triggers) {
        if (!trigger.schedules.empty()) return trigger.schedules.front().cron;
    }
    return {};
}

json make_body(
    const model::Event& event, const git::TreeSnapshot& tree, const model::Workflow& workflow
) {
    auto body = json::parse(plan::make_payload(event), nullptr, false);
    if (!body.is_object()) body = json::object();
    complete_repository(body["repository"], tree);
    if (event.name == "push") complete_push(body, tree);
    if (event.pull_request) complete_pull_request(body, tree);
    if (event.name == "release") complete_release(body, tree);
    if (event.name == "merge_group") complete_merge_group(body, tree);
    if (event.name.starts_with("deployment")) {
        body["deployment"] = {{"id", 1}, {"sha", tree.sha}, {"ref", event.branch}};
    }
    if (event.name == "schedule") body["schedule"] = first_schedule(workflow);
    return body;
}

std::string write_body(const json& body) {
    return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Empty where there is none.
const json& object_in(const json& body, const char* name) {
    static const auto kNone = json::object();
    const auto found = body.find(name);
    return found != body.end() && found->is_object() ? *found : kNone;
}

std::string text_in(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// Each name that `body` does not have, in objects that both have, too.
void fill_in(json& body, const json& known) {
    for (const auto& [name, value] : known.items()) {
        const auto found = body.find(name);
        if (found == body.end()) {
            body[name] = value;
        } else if (found->is_object() && value.is_object()) {
            fill_in(*found, value);
        }
    }
}

/// By numbers one tells a fork. An end that `body` says to be in another repository is in one.
void number_ends(const json& body, const json& repository, json& pull) {
    const auto own = text_in(repository, "full_name");
    const auto& given = object_in(body, "pull_request");
    for (const char* end : {"head", "base"}) {
        const auto name = text_in(object_in(object_in(given, end), "repo"), "full_name");
        auto& repo = pull[end]["repo"];
        repo["full_name"] = own;
        if (name.empty() || name == own) repo["id"] = repository["id"];
    }
}

/// What the other facts are made from.
void take_names(const json& body, model::Event& event) {
    const auto repository = text_in(object_in(body, "repository"), "full_name");
    if (!repository.empty()) event.repository = repository;
    const auto pusher = text_in(object_in(body, "pusher"), "name");
    if (!pusher.empty()) event.actor = pusher;
}

/// A push of one commit, or of none where the payload says that its head is none.
json commits_of(const json& body, const json& known_head) {
    if (body.contains("head_commit") && !body["head_commit"].is_object()) return json::array();
    auto head = object_in(body, "head_commit");
    fill_in(head, known_head);
    return json::array({std::move(head)});
}

}  // namespace

std::string make_local_payload(
    const model::Event& event, const git::TreeSnapshot& tree, const model::Workflow& workflow
) {
    return write_body(make_body(event, tree, workflow));
}

std::string with_inputs(const std::string& payload, const std::string& event, const Texts& inputs) {
    if (event != "workflow_dispatch" || inputs.empty()) return payload;
    auto body = json::parse(payload, nullptr, false);
    if (!body.is_object()) return payload;
    auto& own = body["inputs"];
    if (!own.is_object()) own = json::object();
    for (const auto& [name, value] : inputs) own[name] = value;
    return write_body(body);
}

Result<std::string> complete_payload(
    const std::string& given,
    model::Event event,
    const git::TreeSnapshot& tree,
    const model::Workflow& workflow
) {
    auto scanned = given;  // the scanner pads it in place
    if (auto form = github::scan_payload("", scanned); !form) return form.error();
    auto body = json::parse(given, nullptr, false);
    if (!body.is_object()) return invalid("the payload is not a JSON object");
    take_names(body, event);
    auto known = make_body(event, tree, workflow);
    known["repository"]["id"] = kSomeRepository;
    auto repository = object_in(body, "repository");
    fill_in(repository, known["repository"]);
    if (event.pull_request) number_ends(body, repository, known["pull_request"]);
    if (event.name == "push") known["commits"] = commits_of(body, known["head_commit"]);
    fill_in(body, known);
    return write_body(body);
}

}  // namespace triphammer::cli
