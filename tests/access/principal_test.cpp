#include "access/principal.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::access;

TEST(Principal, EachRoleIncludesTheOnesBeforeIt) {
    EXPECT_TRUE(is_allowed({"x", Role::admin, {}}, Role::viewer, {}));
    EXPECT_TRUE(is_allowed({"x", Role::approver, {}}, Role::approver, {}));
    EXPECT_FALSE(is_allowed({"x", Role::developer, {}}, Role::approver, {}));
}

TEST(Principal, OneOfARepositoryReachesNothingElse) {
    const Principal who{"x", Role::admin, {7}};

    EXPECT_TRUE(is_allowed(who, Role::developer, {7}));
    EXPECT_FALSE(is_allowed(who, Role::viewer, {8}));
    EXPECT_FALSE(is_allowed(who, Role::viewer, {}));
}

TEST(Principal, NamesOfRolesGoBothWays) {
    for (const auto role : {Role::viewer, Role::developer, Role::approver, Role::admin}) {
        EXPECT_EQ(parse_role(name_of(role)), role);
    }
    EXPECT_FALSE(parse_role("root"));
}
