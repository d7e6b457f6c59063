#include "runner/deploy/aws/targets.hpp"

#include "runner/deploy/aws/apprunner_target.hpp"
#include "runner/deploy/aws/ecs_target.hpp"

#include <utility>

namespace triphammer::runner {

namespace {

using MadeTarget = Result<std::unique_ptr<Target>>;

Random& system_random() {
    static SystemRandom random;
    return random;
}

MadeTarget make_with(
    JobSession& session, AwsAccess access, const Evaluate& evaluate, const Clock& clock
) {
    auto& random = system_random();
    const auto& document = session.document();
    const auto& spec = *document.job.deploy;
    if (spec.to == "apprunner") {
        auto plan = make_apprunner_plan(spec, evaluate);
        if (!plan) return plan.error();
        return std::make_unique<AppRunnerTarget>(
            std::move(access), std::move(*plan), clock, random
        );
    }
    auto plan = make_ecs_plan(spec, evaluate);
    if (!plan) return plan.error();
    auto names = make_names(document, plan->service);
    return std::make_unique<EcsTarget>(
        std::move(access), std::move(*plan), std::move(names), clock, random
    );
}

}  // namespace

bool is_of_aws(std::string_view driver) {
    return driver == "ecs" || driver == "apprunner";
}

Task<MadeTarget> make_aws_target(JobSession& session, const Clock& clock) {
    const Evaluate evaluate = [&session](const model::Template& value) {
        return session.evaluate(value);
    };
    const auto& spec = *session.document().job.deploy;
    // What the file says wrong is said before anything is asked of anybody.
    const auto readable = spec.to == "ecs" ? make_ecs_plan(spec, evaluate).has_value()
                                           : make_apprunner_plan(spec, evaluate).has_value();
    if (!readable) co_return make_with(session, {}, evaluate, clock);
    auto opening = open_access(AwsNames{spec, evaluate}, clock, system_random());
    auto access = co_await std::move(opening);
    if (!access) co_return access.error();
    co_return make_with(session, std::move(*access), evaluate, clock);
}

}  // namespace triphammer::runner
