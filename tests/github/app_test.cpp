#include "github/app.hpp"

#include <gtest/gtest.h>

namespace triphammer::github {

TEST(Meet, GivesWhatBothGiveAndMetadataInAnyCase) {
    const Permissions wanted{{"contents", "write"}, {"issues", "read"}, {"checks", "write"}};
    const Permissions granted{{"contents", "read"}, {"issues", "admin"}, {"pages", "write"}};

    const Permissions expected{{"contents", "read"}, {"issues", "read"}, {"metadata", "read"}};
    EXPECT_EQ(meet(wanted, granted), expected);
}

TEST(Meet, DoesNotTakeNoneForSomething) {
    EXPECT_EQ(
        meet({{"contents", "none"}}, {{"contents", "write"}}), (Permissions{{"metadata", "read"}})
    );
    EXPECT_EQ(meet({{"metadata", "write"}}, {}), (Permissions{{"metadata", "read"}}));
}

}  // namespace triphammer::github
