// The run that deploys it: the second part of deployments/redeploy.hpp.
#include "base/text.hpp"
#include "deployments/redeploy.hpp"
#include "model/deploy_target.hpp"
#include "plan/job_values.hpp"
#include "queue/queue.hpp"
#include "queue/run_view.hpp"
#include "workflow/expression/value.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace triphammer::deployments {

namespace {

namespace expression = workflow::expression;
using expression::Object;
using expression::Value;

constexpr std::string_view kExpression = "${{";

/// In the order of the text, which toJSON shows.
Object object_of(const std::string& text) {
    const auto value = expression::parse_json(text);
    const bool is_object = value && value->kind() == expression::Kind::object;
    return is_object ? value->as_object() : Object{};
}

Object member_of(const Object& object, std::string_view name) {
    const auto* found = object.find(name);
    const bool is_object = found != nullptr && found->kind() == expression::Kind::object;
    return is_object ? found->as_object() : Object{};
}

std::string text_of(Object object) {
    return expression::to_compact_json(Value::object(std::move(object)));
}

/// "registry/app@sha256:…", or the name that an engine has for an image of its own.
std::string pinned(const store::DeploymentRow& row) {
    const bool is_pinned = row.image.find("sha256:") != std::string::npos;
    return is_pinned ? row.image : row.image + "@" + row.digest;
}

std::string title_of(const Redeploy& redeploy) {
    const auto& source = redeploy.source;
    if (redeploy.kind == RedeployKind::rollback) {
        return "Go back to deployment " + to_text(source.id) + " in " + source.environment;
    }
    return "Promote deployment " + to_text(source.id) + " from " + source.environment + " to " +
           redeploy.definition.environment;
}

class RunMaker {
  public:
    RunMaker(store::Transaction& tx, const Redeploy& redeploy, const std::string& actor)
        : tx_{tx}, redeploy_{redeploy}, actor_{actor} {}

    Result<model::RunId> make() {
        if (auto read = read_rows(); !read) return read.error();
        if (auto fits = pin(); !fits) return fits.error();
        auto contexts = job_contexts();
        if (!contexts) return contexts.error();
        plan::PlannedJob job = make_job(std::move(*contexts));
        auto entering = enter_group(job);
        if (!entering) return entering.error();
        return write(std::move(job));
    }

  private:
    Result<> read_rows() {
        const auto run = store::find_run(tx_, redeploy_.definition.run);
        const auto origin = store::find_run(tx_, redeploy_.source.run);
        if (!run || !origin) return not_found("the run that deployed it is gone");
        run_ = *run;
        origin_ = *origin;
        if (auto read = queue::read_run(tx_, run_, view_); !read) return read;
        for (const auto& row : view_.jobs) {
            if (row.id == redeploy_.definition.job) job_ = row;
        }
        if (!job_.id) return not_found("the job that deployed it is gone");
        definition_ = nlohmann::json::parse(job_.definition_json).get<model::JobDefinition>();
        if (!definition_.deploy) return invalid("job '" + job_.key + "' has no deploy");
        if (job_.parent.empty()) return {};
        return invalid(
            "job '" + job_.key +
            "' stands in a called workflow, whose caller says how it is done: "
            "run that job of run " +
            to_text(run_.id) + " again instead"
        );
    }

    /// What was evaluated when its turn came is fixed; what it deploys is the digest.
    Result<> pin() {
        definition_.deploy->image.text = pinned(redeploy_.source);
        model::set_deploy_target(*definition_.deploy, redeploy_.definition.target);
        definition_.name.text = job_.name;
        definition_.environment.text = job_.environment;
        definition_.continue_on_error.text = job_.continue_on_error ? "true" : "";
        definition_.condition = {};
        definition_.needs.clear();
        definition_.strategy.reset();
        definition_.runs_on.clear();
        for (const auto label : split(job_.label, ',')) {
            if (!label.empty()) definition_.runs_on.push_back({std::string{label}, {}});
        }
        for (const auto* text : {&job_.name, &job_.environment, &job_.label}) {
            if (auto fits = check(*text); !fits) return fits;
        }
        if (auto fits = check(definition_.deploy->service.text); !fits) return fits;
        return check(definition_.deploy->image.text);
    }

    /// It would be taken for a text of the workflow: it must not become an expression there.
    static Result<> check(const std::string& text) {
        if (text.find(kExpression) == std::string::npos) return {};
        return invalid("'" + text + "' looks like an expression: run the job again instead");
    }

    /// Its own, and what the jobs gave that it needed when it ran.
    Result<std::string> job_contexts() const {
        if (job_.needs_json == "[]") return job_.contexts_json;
        const auto needs = plan::needs_context(view_.facts, job_.key);
        if (!needs) return needs.error();
        auto own = object_of(job_.contexts_json);
        own.set("needs", Value::object(object_of(*needs)));
        return text_of(std::move(own));
    }

    /// The commit and what came with it are the digest's, the workflow is the definition's.
    std::string run_contexts() const {
        auto contexts = object_of(run_.contexts_json);
        const auto own = member_of(contexts, "github");
        auto github = member_of(object_of(origin_.contexts_json), "github");
        for (const auto* name : {"workflow", "workflow_ref", "workflow_sha"}) {
            if (const auto* value = own.find(name)) github.set(name, *value);
        }
        github.set("triggering_actor", Value::string(actor_));
        contexts.set("github", Value::object(std::move(github)));
        return text_of(std::move(contexts));
    }

    plan::PlannedJob make_job(std::string contexts) const {
        plan::PlannedJob job;
        job.definition = definition_;
        job.key = job_.key;
        job.contexts_json = std::move(contexts);
        job.name = job_.name;
        job.kind = job_.kind;
        job.stage = job_.stage;
        job.label = job_.label;
        job.environment = job_.environment;
        job.continue_on_error = job_.continue_on_error;
        job.state = model::JobState::queued;
        return job;
    }

    /// A group that the file names holds here, too. The environment's own is for those who deploy
    /// in the order of their commits: nobody goes back behind a question that nobody answers.
    Result<> enter_group(plan::PlannedJob& job) const {
        if (!definition_.concurrency) return {};
        expression::Contexts known;
        if (auto read = known.add_json(run_contexts()); !read) return read;
        if (auto read = known.add_json(job.contexts_json); !read) return read;
        auto group = plan::read_group(definition_, job.environment, known);
        if (!group) return with_context("concurrency", group.error());
        if (auto fits = check(group->name); !fits) return fits;
        job.definition.concurrency->group.text = group->name;
        job.groups.push_back(std::move(*group));
        return {};
    }

    Result<model::RunId> write(plan::PlannedJob job) {
        plan::Plan plan;
        plan.runs.push_back(make_run(std::move(job)));
        queue::Origin origin;
        origin.repository = run_.repository;
        const auto text = store::find_definition(tx_, run_.definition_sha256);
        origin.texts[run_.definition_sha256] = text.value_or("");
        const auto made = queue::create_runs(tx_, origin, plan);
        if (!made) return made.error();
        const auto jobs = store::list_jobs(tx_, made->front());
        store::Redeployment row;
        row.job = jobs.front().id;
        row.kind = name_of(redeploy_.kind);
        row.source = redeploy_.source.id;
        if (redeploy_.live) row.replaces = redeploy_.live->id;
        row.actor = actor_;
        store::insert_redeployment(tx_, row);
        return made->front();
    }

    plan::PlannedRun make_run(plan::PlannedJob job) const {
        plan::PlannedRun run;
        run.workflow = run_.workflow;
        run.path = run_.workflow_path;
        run.blob = run_.definition_sha256;
        run.title = title_of(redeploy_);
        run.event = "workflow_dispatch";
        run.ref = origin_.ref;
        run.sha = redeploy_.source.sha;
        run.actor = actor_;
        run.contexts_json = run_contexts();
        run.jobs.push_back(std::move(job));
        return run;
    }

    store::Transaction& tx_;
    const Redeploy& redeploy_;
    const std::string& actor_;
    store::RunRow run_;     // whose workflow it is
    store::RunRow origin_;  // whose commit it is
    queue::RunView view_;
    store::JobRow job_;
    model::JobDefinition definition_;
};

}  // namespace

Result<model::RunId> start_redeploy(
    store::Transaction& tx, const Redeploy& redeploy, const std::string& actor
) {
    return RunMaker{tx, redeploy, actor}.make();
}

}  // namespace triphammer::deployments
