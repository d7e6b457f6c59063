// The guard against a deployment here and at GitHub (docs/adr/0037): where a run would deploy, what
// GitHub does with the same event is planned from the same commit, too.

#include "access/variables.hpp"
#include "base/text.hpp"
#include "intake/plan_maker.hpp"
#include "plan/deploying.hpp"
#include "store/sqlite/database.hpp"

#include <algorithm>

namespace triphammer::intake {

namespace {

/// A variable of the repository or the server, for those who know what they do.
constexpr std::string_view kAllowed = "DEPLOY_BESIDE_GITHUB";

bool allows(const access::Variables& variables) {
    return std::any_of(variables.begin(), variables.end(), [](const auto& variable) {
        return equal_ignoring_case(variable.first, kAllowed) && trim(variable.second) == "true";
    });
}

std::string remedy_for(const std::string& repository) {
    return "take the deployment out of one of the two, or let both: echo true | triphammer "
           "variable set " +
           std::string{kAllowed} + " --repository " + repository;
}

/// What somebody starts here by hand starts nothing there. And who has GitHub's own files run here
/// was told at the registration whose they are.
bool is_guarded(const PlanQuestion& question) {
    const auto& event = question.event.name;
    return event != "workflow_dispatch" && event != "workflow_call" &&
           question.repository.workflows_dir != plan::kGitHubWorkflows;
}

}  // namespace

Task<Result<MadePlan>> PlanMaker::make_plan(PlanQuestion question) {
    auto theirs = question;
    auto planning = plan_events(question);
    auto made = co_await std::move(planning);
    if (!made || !is_guarded(question) || !plan::is_deploying(made->plan)) co_return made;
    const auto id = question.repository.id;
    auto read = [id](store::Connection& db) {
        return Result<access::Variables>{access::list_run_variables(db, id)};
    };
    auto reading = parts_.database.read(read);
    const auto variables = co_await std::move(reading);
    if (!variables) co_return variables.error();
    if (allows(*variables)) co_return made;
    theirs.repository.workflows_dir = plan::kGitHubWorkflows;
    theirs.repository.workflow_files.clear();
    auto planning_theirs = plan_events(std::move(theirs));
    const auto there = co_await std::move(planning_theirs);
    if (!there) co_return there.error();
    plan::refuse_twice(made->plan, there->plan, remedy_for(question.repository.full_name));
    co_return made;
}

}  // namespace triphammer::intake
