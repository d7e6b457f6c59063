#include "runner/actions/name.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::runner;

namespace {

model::Step script(const std::string& id = {}) {
    model::Step step;
    step.id = id;
    step.run.text = "true";
    return step;
}

model::Step action(const std::string& uses) {
    model::Step step;
    step.uses = uses;
    return step;
}

}  // namespace

// Variables reference, GITHUB_ACTION
TEST(ActionName, CountsStepsOfOneNameFromTheSecondOn) {
    const std::vector<model::Step> steps{
        script(),
        action("actions/checkout@v4"),
        script("named"),
        script(),
        script(),
        action("actions/checkout@v3")};

    std::vector<std::string> names;
    for (const auto& step : steps) names.push_back(action_name(steps, step));

    EXPECT_EQ(action_name(steps, script()), "__run");
    const std::vector<std::string> wanted{
        "__run", "__actions_checkout", "named", "__run_2", "__run_3", "__actions_checkout_2"};
    EXPECT_EQ(names, wanted);
}
