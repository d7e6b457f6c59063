#include "runner/actions/find.hpp"

#include <gtest/gtest.h>

using namespace triphammer::runner;

namespace {

FoundAction found_in(const std::string& repository) {
    FoundAction out;
    out.repository = repository;
    return out;
}

}  // namespace

// docs/adr/0075: a fork chooses what its own actions use, and the commit of it.
TEST(StepsDecide, WhatActionsOfTheWorkspaceSayAndWhatThoseUse) {
    const JobFolders on_host;
    ActionLayer own;
    own.is_of_steps = is_of_steps(found_in(""), nullptr, on_host);
    ActionLayer used_by_own;
    used_by_own.repository = "octo/outer";
    used_by_own.is_of_steps = is_of_steps(found_in("octo/outer"), &own, on_host);
    const ActionLayer of_workflow;

    EXPECT_TRUE(own.is_of_steps);
    EXPECT_TRUE(used_by_own.is_of_steps);
    EXPECT_TRUE(is_of_steps(found_in("octo/inner"), &used_by_own, on_host));
    EXPECT_FALSE(is_of_steps(found_in("octo/outer"), nullptr, on_host));
    EXPECT_FALSE(is_of_steps(found_in("octo/inner"), &of_workflow, on_host));
}

TEST(StepsDecide, WhatIsReadInTheirContainer) {
    JobFolders in_container;
    in_container.in_container = true;

    EXPECT_TRUE(is_of_steps(found_in("octo/outer"), nullptr, in_container));
}
