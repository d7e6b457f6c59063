#include "intake/definitions_cache.hpp"

#include <gtest/gtest.h>

using namespace triphammer::intake;

namespace {

const std::string kText =
    "on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n      - run: echo one\n";

}  // namespace

TEST(DefinitionsCache, ReadsTheSameFileOnce) {
    DefinitionsCache cache;

    const auto first = cache.read("blob", "a.yml", kText).content;
    const auto* second = cache.find("blob", "a.yml");

    ASSERT_NE(second, nullptr);
    EXPECT_EQ(second->content, first);
    EXPECT_EQ(*second->text, kText);
    EXPECT_TRUE(first->workflow.has_value());
}

TEST(DefinitionsCache, TellsTheSameTextAtTwoPathsApart) {
    DefinitionsCache cache;
    cache.read("blob", "a.yml", kText);

    EXPECT_EQ(cache.find("blob", "b.yml"), nullptr);
    EXPECT_EQ(cache.read("blob", "b.yml", kText).content->name, "b.yml");
}

TEST(DefinitionsCache, ForgetsTheLeastRecentlyUsed) {
    DefinitionsCache cache{5000};  // room for three of these
    cache.read("1", "a.yml", kText);
    cache.read("2", "a.yml", kText);
    cache.read("3", "a.yml", kText);
    cache.find("1", "a.yml");

    cache.read("4", "a.yml", kText);

    EXPECT_EQ(cache.size(), 3U);
    EXPECT_NE(cache.find("1", "a.yml"), nullptr);
    EXPECT_EQ(cache.find("2", "a.yml"), nullptr);
}

TEST(DefinitionsCache, KeepsOneThatIsLargerThanItAllowsUntilTheNext) {
    DefinitionsCache cache{10};

    EXPECT_TRUE(cache.read("1", "a.yml", kText).content->workflow);
    cache.read("2", "a.yml", kText);

    EXPECT_EQ(cache.size(), 1U);
}
