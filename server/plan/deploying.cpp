#include "plan/deploying.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace triphammer::plan {

namespace {

/// An environment says so itself.
bool is_known_to_deploy(const model::Step& step) {
    constexpr std::string_view kActions[] = {
        "aws-actions/amazon-ecs-deploy-task-definition@",
        "actions/deploy-pages@",
        "peaceiris/actions-gh-pages@",
        "azure/webapps-deploy@",
        "google-github-actions/deploy-cloudrun@",
        "appleboy/ssh-action@",
        "pypa/gh-action-pypi-publish@",
        "softprops/action-gh-release@"};
    const auto uses = to_lower(step.uses);
    return std::any_of(std::begin(kActions), std::end(kActions), [&](std::string_view action) {
        return uses.starts_with(action);
    });
}

bool may_begin(const PlannedJob& job) {
    return !model::is_final(job.state) && is_deploying(job.definition);
}

bool is_at_github(const PlannedRun& run) {
    return run.path.starts_with(kGitHubWorkflows);
}

/// One that only its own run will name may be any.
bool may_be_same(const PlannedJob& one, const PlannedJob& other) {
    return one.environment.empty() || other.environment.empty() ||
           equal_ignoring_case(one.environment, other.environment);
}

struct Other {
    const PlannedRun* run = nullptr;
    const PlannedJob* job = nullptr;
};

Other find_other(const PlannedJob& job, const Plan& theirs) {
    for (const auto& run : theirs.runs) {
        if (!is_at_github(run)) continue;
        for (const auto& other : run.jobs) {
            const bool is_githubs = other.kind == model::JobKind::steps && may_begin(other);
            if (is_githubs && may_be_same(job, other)) return {&run, &other};
        }
    }
    return {};
}

std::string describe_twice(const PlannedJob& job, const Other& other, const std::string& remedy) {
    const auto what = job.environment.empty() ? std::string{} : " " + job.environment;
    return "GitHub deploys" + what + " for the same event, too: job '" + other.job->own_key() +
           "' of " + other.run->path + "; " + remedy;
}

}  // namespace

bool is_deploying(const model::JobDefinition& job) {
    const bool has_environment =
        !job.environment.text.empty() && job.environment_deployment.text != "false";
    return job.kind == "deploy" || has_environment ||
           std::any_of(job.steps.begin(), job.steps.end(), is_known_to_deploy);
}

bool is_deploying(const Plan& plan) {
    return std::any_of(plan.runs.begin(), plan.runs.end(), [](const PlannedRun& run) {
        return std::any_of(run.jobs.begin(), run.jobs.end(), may_begin);
    });
}

void refuse_twice(Plan& ours, const Plan& theirs, const std::string& remedy) {
    for (auto& run : ours.runs) {
        bool is_over = !run.jobs.empty();
        for (auto& job : run.jobs) {
            const auto other = may_begin(job) ? find_other(job, theirs) : Other{};
            if (other.job != nullptr) {
                job.state = model::JobState::failed;
                job.cause = model::Cause::invalid;
                job.reason = {false, "deploys-twice", describe_twice(job, other, remedy), {}};
                job.groups.clear();
            }
            is_over = is_over && model::is_final(job.state);
        }
        if (!is_over || model::is_final(run.state)) continue;
        run.state = model::RunState::failed;
        run.cause = model::Cause::invalid;
    }
}

}  // namespace triphammer::plan
