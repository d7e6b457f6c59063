#include "runner/deploy/container/alias.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::runner;

namespace {

docker::Joined joined(const char* id, bool running, std::vector<std::string> aliases) {
    docker::Joined out;
    out.container = id;
    out.name = std::string{"name-"} + id;
    out.running = running;
    out.aliases = std::move(aliases);
    return out;
}

}  // namespace

TEST(AliasAnswerers, AreTheRunningOnesOfThatName) {
    const std::vector<docker::Joined> all{
        joined("one", true, {"app", "one"}),
        joined("two", false, {"app"}),
        joined("three", true, {"other"}),
        joined("four", true, {"app"})};

    EXPECT_EQ(answerers(all, "app"), (Receivers{"one", "four"}));
    EXPECT_EQ(answerers(all, "name-three"), (Receivers{"three"}));
    EXPECT_TRUE(answerers(all, "nobody").empty());
}
