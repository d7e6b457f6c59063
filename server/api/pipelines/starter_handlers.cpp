#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/deliveries/plan_json.hpp"
#include "api/pipelines/handlers.hpp"
#include "api/runner/source_place.hpp"
#include "base/text.hpp"
#include "git/remote_refs.hpp"
#include "git/repository.hpp"
#include "intake/planner.hpp"
#include "starter/starters.hpp"
#include "store/sqlite/database.hpp"
#include "workflow/reader.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using nlohmann::json;

namespace {

constexpr std::size_t kMostActions = 40;

using Commits = std::map<std::string, std::string>;

/// A repository and what its default branch holds now.
struct Seen {
    store::RepositoryRow repository;
    starter::Tree tree;
};

Task<Result<store::RepositoryRow>> find_visible(Services& services, Call call) {
    const auto name = call.parameter(0) + "/" + call.parameter(1);
    auto find = [&](store::Connection& connection) -> Result<store::RepositoryRow> {
        return find_reached_repository(connection, call, name);
    };
    auto asked = services.database.read(find);
    co_return co_await std::move(asked);
}

Task<Result<starter::Tree>> see_tree(Services& services, store::RepositoryRow repository) {
    auto placing = find_default_place(services, std::move(repository));
    const auto place = co_await std::move(placing);
    if (!place) co_return place.error();
    auto bringing = bring(*place, {place->ref, ""});
    if (auto there = co_await std::move(bringing); !there) co_return there.error();
    auto resolving = place->mirrors->resolve(place->id, place->ref);
    const auto commit = co_await std::move(resolving);
    if (!commit) co_return commit.error();
    const auto path = place->mirrors->path_of(place->id);
    auto read = [&]() -> Result<starter::Tree> {
        const auto mirror = git::Repository::open(path);
        if (!mirror) return mirror.error();
        return starter::read_tree(*mirror, *commit);
    };
    auto reading = offload(*services.git_thread, read);
    co_return co_await std::move(reading);
}

/// Of the remote actions, where they are now. A host that does not answer is not asked again: what
/// is missing then shows in the lint.
Task<Commits> find_commits(Services& services, std::vector<importer::RemoteAction> actions) {
    Commits out;
    if (actions.size() > kMostActions) actions.resize(kMostActions);
    for (const auto& action : actions) {
        const auto url = services.github_url + "/" + action.repository + ".git";
        auto finding = git::find_remote_commit(*services.spawner, url, action.ref);
        auto commit = co_await std::move(finding);
        if (commit) out.emplace(action.text, std::move(*commit));
        if (!commit && commit.error().code != Code::not_found) break;
    }
    co_return out;
}

/// A push to the default branch, as if somebody had just committed the workflow.
model::Event make_push(const Seen& seen) {
    model::Event event;
    event.name = "push";
    event.repository_id = seen.repository.forge_id;
    event.repository = seen.repository.full_name;
    event.clone_url = seen.repository.clone_url;
    event.default_branch = seen.repository.default_branch;
    if (event.default_branch.empty()) event.default_branch = "main";
    event.branch = event.default_branch;
    event.ref = "refs/heads/" + event.branch;
    event.sha = seen.tree.commit;
    event.before = seen.tree.commit;
    return event;
}

std::string_view name_of(starter::Origin origin) {
    switch (origin) {
        case starter::Origin::made:
            return "made";
        case starter::Origin::github:
            return "github";
        case starter::Origin::jenkins:
            return "jenkins";
    }
    return "made";
}

json remarks_json(const std::vector<importer::Remark>& remarks) {
    auto out = json::array();
    for (const auto& remark : remarks) {
        const bool is_left = remark.kind == importer::Remark::Kind::left;
        out.push_back(
            {{"line", remark.at.first},
             {"last_line", remark.at.last},
             {"kind", is_left ? "left" : "changed"},
             {"message", remark.message},
             {"remedy", remark.remedy}}
        );
    }
    return out;
}

/// GitHub's page for a new file, filled in; null for other hosts, and for a text that no address
/// holds.
json commit_url(
    const Services& services, const Seen& seen, const std::string& path, const std::string& text
) {
    constexpr std::size_t kMostBytes = 6000;
    const auto& repository = seen.repository;
    const bool is_there = repository.clone_url.starts_with(services.github_url + "/");
    if (!is_there || text.empty() || text.size() > kMostBytes) return {};
    return services.github_url + "/" + repository.full_name + "/new/" +
           percent_encode(make_push(seen).branch) + "?filename=" + percent_encode(path) +
           "&value=" + percent_encode(text);
}

json starter_json(const starter::Starter& starter, const std::string& path) {
    const auto read = workflow::read_workflow(path, starter.carried.text);
    return {
        {"path", path},
        {"title", starter.title},
        {"why", starter.why},
        {"origin", name_of(starter.origin)},
        {"source", starter.source.empty() ? json{} : json(starter.source)},
        {"text", starter.carried.text},
        {"lines", starter.carried.lines},
        {"carried", starter.carried.carried},
        {"remarks", remarks_json(starter.carried.remarks)},
        {"deploying", starter.deploying},
        {"problems", problems_json(read.problems)},
    };
}

Task<json> describe(Services& services, const Seen& seen, starter::Starter starter) {
    const auto path = seen.repository.workflows_dir + "/" + starter.file;
    auto out = starter_json(starter, path);
    out["commit_url"] = commit_url(services, seen, path, starter.carried.text);
    intake::PlanQuestion question{seen.repository, make_push(seen), {}, {}};
    question.draft = intake::Draft{path, starter.carried.text};
    auto planning = services.planner->preview(std::move(question));
    auto made = co_await std::move(planning);
    if (!made) {
        out["would_start"] = json::array();
        out["reason"] = made.error().message;
        co_return out;
    }
    std::erase_if(made->plan.runs, [&](const plan::PlannedRun& run) { return run.path != path; });
    out["would_start"] = runs_json(made->plan.runs);
    out["reason"] = made->plan.reason.text;
    co_return out;
}

Task<Result<Seen>> see(Services& services, Call call) {
    if (services.planner == nullptr || services.git_thread == nullptr) {
        co_return Error{Code::unavailable, "this needs the daemon: start it first"};
    }
    auto finding = find_visible(services, std::move(call));
    auto repository = co_await std::move(finding);
    if (!repository) co_return repository.error();
    auto reading = see_tree(services, *repository);
    auto tree = co_await std::move(reading);
    if (!tree) co_return with_context(repository->full_name, tree.error());
    co_return Seen{std::move(*repository), std::move(*tree)};
}

}  // namespace

Answer list_starters(Services& services, Call call) {
    auto seeing = see(services, std::move(call));
    const auto seen = co_await std::move(seeing);
    if (!seen) co_return http::make_error(seen.error());
    auto asking = find_commits(services, starter::list_actions(seen->tree));
    const auto commits = co_await std::move(asking);
    auto all = starter::carry_over(seen->tree, commits);
    for (auto& made : starter::make_starters(seen->tree)) all.push_back(std::move(made));
    auto items = json::array();
    for (auto& one : all) {
        auto describing = describe(services, *seen, std::move(one));
        items.push_back(co_await std::move(describing));
    }
    co_return reply(
        200,
        json{
            {"items", std::move(items)},
            {"next", nullptr},
            {"commit", seen->tree.commit},
            {"branch", seen->repository.default_branch}}
    );
}

}  // namespace triphammer::api
