#include "launch/deploy_lock.hpp"

#include "base/text.hpp"
#include "launch/contexts.hpp"
#include "store/repository_store.hpp"
#include "workflow/expression/evaluator.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::launch {

namespace {

constexpr const char* kTerraform = "terraform";

/// A service is on the machine, whoever names it. A folder is of its repository, and its state of
/// the environment.
std::string lock_target_of(
    store::Connection& db, const store::JobRow& job, const model::DeploySpec& deploy
) {
    auto out = deploy.to + "/" + deploy.service.text;
    if (deploy.to != kTerraform) return out;
    const auto repository = store::find_repository(db, job.repository);
    const auto of = repository ? repository->full_name : to_text(job.repository);
    return out + " of " + of + " in " + to_lower(job.environment);
}

store::NewDeployment wanted_deployment(
    store::Connection& db,
    const store::RunRow& run,
    const store::JobRow& job,
    const model::DeploySpec& deploy
) {
    store::NewDeployment wanted;
    wanted.repository = run.repository;
    wanted.environment = job.environment;
    wanted.target = lock_target_of(db, job, deploy);
    wanted.driver = deploy.to;
    wanted.strategy = deploy.strategy;
    wanted.run = run.id;
    wanted.job = job.id;
    wanted.run_attempt = job.run_attempt;
    wanted.sha = run.sha;
    return wanted;
}

std::string describe(const store::DeploymentRow& holder) {
    return "deployment " + to_text(holder.id) + " holds the lock of " + holder.target + " (" +
           std::string{name_of(holder.state)} + ")";
}

}  // namespace

std::optional<model::DeploySpec> deploy_spec_of(const model::JobDefinition& job) {
    if (job.deploy) return job.deploy;
    if (!job.terraform || job.terraform->command != "apply") return {};
    std::vector<std::string> folders;
    for (const auto& folder : job.terraform->directories) folders.push_back(folder.text);
    model::DeploySpec out;
    out.to = kTerraform;
    out.service.text = join(folders, ", ");
    const auto& workspace = job.terraform->workspace.text;
    if (!workspace.empty()) out.service.text += " (" + workspace + ")";
    return out;
}

Result<std::string> evaluate_service(
    store::Connection& db,
    const store::RunRow& run,
    const store::JobRow& job,
    const model::DeploySpec& deploy
) {
    constexpr std::string_view kExpression = "${{";
    const auto& text = deploy.service.text;
    if (text.find(kExpression) == std::string::npos) return text;
    PlannedContexts planned;
    const auto known = make_contexts(db, run, job, planned);
    if (!known) return known.error();
    workflow::expression::Contexts contexts;
    if (auto read = contexts.add_json(*known); !read) return read.error();
    const std::string key = deploy.to == kTerraform ? "terraform.directory" : "deploy.service";
    auto name = workflow::expression::interpolate(text, contexts);
    if (!name) return with_context(key, name.error());
    // The runner takes it for a text of the workflow: it must not become an expression there.
    const bool is_name = !trim(*name).empty() && name->find(kExpression) == std::string::npos;
    if (!is_name) return invalid(key + ": '" + text + "' gives no name: '" + *name + "'");
    return name;
}

Result<deployments::Opening> open_deployment(
    store::Transaction& tx,
    const store::RunRow& run,
    const store::JobRow& job,
    const model::DeploySpec& deploy
) {
    return deployments::open_deployment(tx, wanted_deployment(tx, run, job, deploy));
}

std::optional<std::string> find_obstacle(store::Transaction& tx, const store::JobRow& job) {
    const bool may_deploy =
        job.kind == model::JobKind::deploy || job.kind == model::JobKind::terraform;
    if (!may_deploy) return {};
    const auto run = store::find_run(tx, job.run);
    const auto tree = nlohmann::json::parse(job.definition_json, nullptr, false);
    if (!run || tree.is_discarded()) return {};
    auto deploy = deploy_spec_of(tree.get<model::JobDefinition>());
    if (!deploy) return {};
    auto service = evaluate_service(tx, *run, job, *deploy);
    if (!service) return {};
    deploy->service.text = std::move(*service);
    const auto opening = open_deployment(tx, *run, job, *deploy);
    if (!opening || !opening->blocker) return {};
    return describe(*opening->blocker);
}

}  // namespace triphammer::launch
