#include "docker/build_stock.hpp"

#include <gtest/gtest.h>

using namespace triphammer::docker;

TEST(BuildStock, KnowsWhatABuildMadeWhateverItPrints) {
    const std::set<std::string> before{"sha256:0123456789abaaaa", "sha256:ffffffffffffbbbb"};
    auto now = before;
    now.insert({"sha256:111111111111cccc", "sha256:222222222222dddd"});

    // Of somebody else, never there, ours, ours again.
    EXPECT_EQ(
        made_since(before, now, {"0123456789ab", "eeeeeeeeeeee", "222222222222", "222222222222"}),
        std::vector<std::string>{"sha256:222222222222dddd"}
    );
    EXPECT_TRUE(made_since(before, now, {}).empty());
    EXPECT_TRUE(made_since(before, before, {"111111111111"}).empty());
}
