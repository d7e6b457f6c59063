#include "launch/deploy_lock.hpp"

#include "base/text.hpp"
#include "launch/contexts.hpp"
#include "model/deploy_target.hpp"
#include "model/terraform_place.hpp"
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
    auto out = model::name_deploy_target(deploy);
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
    model::DeploySpec out;
    out.to = kTerraform;
    return out;
}

namespace {

/// What the texts of one job give.
class JobTexts {
  public:
    JobTexts(store::Connection& db, const store::RunRow& run, const store::JobRow& job)
        : db_{db}, run_{run}, job_{job} {}

    Result<std::string> evaluate(const std::string& text) {
        if (text.find(kExpression) == std::string::npos) return text;
        if (auto read = read_contexts(); !read) return read.error();
        return workflow::expression::interpolate(text, contexts_);
    }

    /// The runner takes it for a text of the workflow: it must not become an expression there.
    Result<std::string> name(const std::string& key, const std::string& text) {
        auto name = evaluate(text);
        if (!name) return with_context(key, name.error());
        const bool is_name = !trim(*name).empty() && name->find(kExpression) == std::string::npos;
        if (!is_name) return invalid(key + ": '" + text + "' gives no name: '" + *name + "'");
        return name;
    }

  private:
    static constexpr std::string_view kExpression = "${{";

    Result<> read_contexts() {
        if (is_read_) return {};
        PlannedContexts planned;
        const auto known = make_contexts(db_, run_, job_, planned);
        if (!known) return known.error();
        is_read_ = true;
        return contexts_.add_json(*known);
    }

    store::Connection& db_;
    const store::RunRow& run_;
    const store::JobRow& job_;
    bool is_read_ = false;
    workflow::expression::Contexts contexts_;
};

Result<std::string> evaluate_place(JobTexts& texts, const model::TerraformSpec& spec) {
    const std::string key = "terraform.directory";
    std::vector<std::string> folders;
    for (const auto& directory : spec.directories) {
        const auto text = texts.name(key, directory.text);
        if (!text) return text.error();
        auto folder = model::normalize_terraform_folder(*text);
        if (!folder) return with_context(key, folder.error());
        folders.push_back(std::move(*folder));
    }
    const auto workspace = texts.evaluate(spec.workspace.text);
    if (!workspace) return with_context("terraform.workspace", workspace.error());
    return model::name_terraform_place(folders, model::normalize_terraform_workspace(*workspace));
}

}  // namespace

Result<> evaluate_target(
    store::Connection& db,
    const store::RunRow& run,
    const store::JobRow& job,
    const model::JobDefinition& definition,
    model::DeploySpec& deploy
) {
    JobTexts texts{db, run, job};
    auto service = definition.terraform ? evaluate_place(texts, *definition.terraform)
                                        : texts.name("deploy.service", deploy.service.text);
    if (!service) return service.error();
    deploy.service.text = std::move(*service);
    if (!model::has_engine_elsewhere(deploy)) return {};
    auto host = texts.name("deploy.host", deploy.host.text);
    if (!host) return host.error();
    deploy.host.text = std::move(*host);
    return {};
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
    const auto definition = tree.get<model::JobDefinition>();
    auto deploy = deploy_spec_of(definition);
    if (!deploy) return {};
    if (!evaluate_target(tx, *run, job, definition, *deploy)) return {};
    const auto opening = open_deployment(tx, *run, job, *deploy);
    if (!opening || !opening->blocker) return {};
    return describe(*opening->blocker);
}

}  // namespace triphammer::launch
