#include "runner/deploy/aws/targets.hpp"

#include "runner/deploy/aws/alb_target.hpp"
#include "runner/deploy/aws/apprunner_target.hpp"
#include "runner/deploy/aws/ecs_target.hpp"
#include "runner/deploy/aws/retire_target.hpp"

#include <utility>

namespace triphammer::runner {

namespace {

using MadeTarget = Result<std::unique_ptr<Target>>;

Random& system_random() {
    static SystemRandom random;
    return random;
}

/// `clock` outlives what is made.
template <class Driver, class Plan>
MadeTarget make_from(AwsAccess access, Result<Plan> plan, const Clock& clock) {
    if (!plan) return plan.error();
    return std::make_unique<Driver>(std::move(access), std::move(*plan), clock, system_random());
}

MadeTarget make_ecs(
    JobSession& session, AwsAccess access, Result<EcsPlan> plan, const Clock& clock
) {
    if (!plan) return plan.error();
    auto names = make_names(session.document(), plan->service);
    return std::make_unique<EcsTarget>(
        std::move(access), std::move(*plan), std::move(names), clock, system_random()
    );
}

MadeTarget make_with(
    JobSession& session, AwsAccess access, const Evaluate& evaluate, const Clock& clock
) {
    const auto& spec = *session.document().job.deploy;
    if (spec.to == "apprunner")
        return make_from<AppRunnerTarget>(
            std::move(access), make_apprunner_plan(spec, evaluate), clock
        );
    if (spec.to == "alb")
        return make_from<AlbTarget>(std::move(access), make_alb_plan(spec, evaluate), clock);
    if (!spec.retire.empty())
        return make_from<RetireTarget>(std::move(access), make_retire_plan(spec, evaluate), clock);
    return make_ecs(session, std::move(access), make_ecs_plan(spec, evaluate), clock);
}

}  // namespace

bool is_of_aws(std::string_view driver) {
    return driver == "ecs" || driver == "apprunner" || driver == "alb";
}

Task<MadeTarget> make_aws_target(JobSession& session, const Clock& clock) {
    const Evaluate evaluate = [&session](const model::Template& value) {
        return session.evaluate(value);
    };
    const auto& spec = *session.document().job.deploy;
    // What the file says wrong is said before anything is asked of anybody.
    auto tried = make_with(session, {}, evaluate, clock);
    if (!tried) co_return tried;
    auto opening = open_access(AwsNames{spec, evaluate}, clock, system_random());
    auto access = co_await std::move(opening);
    if (!access) co_return access.error();
    co_return make_with(session, std::move(*access), evaluate, clock);
}

}  // namespace triphammer::runner
