#include "cli/local_payload.hpp"

#include "plan/contexts.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::cli {

namespace {

using nlohmann::json;

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

std::string first_schedule(const model::Workflow& workflow) {
    for (const auto& trigger : workflow.triggers) {
        if (!trigger.schedules.empty()) return trigger.schedules.front().cron;
    }
    return {};
}

}  // namespace

std::string make_local_payload(
    const model::Event& event, const git::TreeSnapshot& tree, const model::Workflow& workflow
) {
    auto facts = plan::make_payload(event);
    auto body = json::parse(facts, nullptr, false);
    if (!body.is_object()) return facts;
    complete_repository(body["repository"], tree);
    if (event.name == "push") complete_push(body, tree);
    if (event.pull_request) complete_pull_request(body, tree);
    if (event.name == "release") complete_release(body, tree);
    if (event.name == "schedule") body["schedule"] = first_schedule(workflow);
    return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace triphammer::cli
