#include "aws/sts.hpp"

#include <gtest/gtest.h>

namespace triphammer::aws {

TEST(RoleWish, BecomesNumberedParameters) {
    RoleWish wish;
    wish.role = "arn:aws:iam::1:role/r";
    wish.session = "s";
    wish.external_id = "e";
    wish.policies = {"p1", "p2"};
    wish.tags = {{"GitHub", "Actions"}};
    wish.transitive_tags = {"GitHub"};

    const Client::Form expected{
        {"RoleArn", "arn:aws:iam::1:role/r"},
        {"RoleSessionName", "s"},
        {"DurationSeconds", "3600"},
        {"ExternalId", "e"},
        {"PolicyArns.member.1.arn", "p1"},
        {"PolicyArns.member.2.arn", "p2"},
        {"Tags.member.1.Key", "GitHub"},
        {"Tags.member.1.Value", "Actions"},
        {"TransitiveTagKeys.member.1", "GitHub"}};
    EXPECT_EQ(make_form(wish), expected);
}

}  // namespace triphammer::aws
