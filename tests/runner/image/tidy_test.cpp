#include "runner/image/tidy.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::runner;

namespace {

constexpr std::int64_t kNow = 1'800'000'000;
constexpr std::int64_t kDay = 86'400;

docker::ImageSummary image(std::string id, std::int64_t days, std::vector<std::string> tags) {
    return {std::move(id), kNow - days * kDay, std::move(tags)};
}

/// The ids of what goes.
std::string gone_by(KeepRule rule) {
    std::string out;
    const std::vector<docker::ImageSummary> images{
        image("d", 30, {"app:1"}),
        image("b", 2, {"app:3"}),
        image("new", 0, {"app:4"}),
        image("c", 9, {"app:2"}),
        image("nameless", 1, {}),
        image("building", 40, {"triphammer-build:th-1-7", "app:0"}),
        image("built on it", 50, {"tool:dev"}),
        image("kept by hand", 60, {"app:0", "backup:1"}),
    };
    rule.names = {docker::parse_reference("docker.io/library/app:4").value()};
    for (const auto& one : choose_superseded(images, rule, "new", kNow)) out += one.id + " ";
    return out;
}

}  // namespace

TEST(Superseded, AreThoseBeyondTheNewest) {
    EXPECT_EQ(gone_by({2, 0}), "nameless c d ");
    EXPECT_EQ(gone_by({1, 0}), "nameless b c d ");
    EXPECT_EQ(gone_by({9, 0}), "nameless ");
}

TEST(Superseded, AreNeverThoseThatADeploymentNeeds) {
    KeepRule rule{1, 5, {}};
    rule.needed = {"nameless", "d"};
    EXPECT_EQ(gone_by(rule), "b c ");
}

TEST(Needed, AreImagesOfRunsAndOfDigestsAsTheListHasThem) {
    auto by_digest = image("sha256:aa", 1, {"app:1"});
    by_digest.digests = {"registry:5000/app@sha256:0d", "app@sha256:1d"};
    auto by_run = image("sha256:bb", 2, {"app:2"});
    by_run.labels = {{"triphammer.run", "7"}};
    auto by_own_run = image("sha256:cc", 3, {"app:3"});
    by_own_run.labels = {{"triphammer.run", "9"}};
    auto by_id = image("sha256:dd", 4, {});
    auto by_nothing = image("sha256:ee", 5, {"app:5"});
    by_nothing.digests = {"app@sha256:11d"};
    by_nothing.labels = {{"triphammer.run", "77"}};

    const auto needed = find_needed(
        {by_digest, by_run, by_own_run, by_id, by_nothing}, {{"7"}, {"sha256:1d", "sha256:dd"}}, "9"
    );

    const std::set<std::string> expected{"sha256:aa", "sha256:bb", "sha256:cc", "sha256:dd"};
    EXPECT_EQ(needed, expected);
}

TEST(Superseded, CountTooWhereTheJobNamesNone) {
    const auto gone = choose_superseded(
        {image("c", 3, {}), image("b", 1, {}), image("a", 0, {})}, {2, 0, {}}, "a", kNow
    );
    ASSERT_EQ(gone.size(), 1U);
    EXPECT_EQ(gone.front().id, "c");
}

TEST(Superseded, AreThoseThatAreOld) {
    EXPECT_EQ(gone_by({0, 9}), "nameless d ");
    EXPECT_EQ(gone_by({2, 5}), "nameless c d ");
}

TEST(Containers, OfABuildAreInItsKeepersNetworkWhateverTheBuildPrinted) {
    docker::ContainerInfo keeper;
    keeper.id = "0f3c";
    docker::ContainerInfo other;
    other.name = "production-web";
    other.network_mode = "bridge";
    EXPECT_FALSE(is_in_network_of(other, keeper));
    other.network_mode = "container:0f3c";
    EXPECT_TRUE(is_in_network_of(other, keeper));
    keeper.name = "th-1-7-build";
    other.network_mode = "container:th-1-7-build";
    EXPECT_TRUE(is_in_network_of(other, keeper));
    keeper = {};
    other.network_mode = "container:";
    EXPECT_FALSE(is_in_network_of(other, keeper));
}

TEST(Sizes, AreShownAsTheEngineShowsThem) {
    EXPECT_EQ(show_size(900), "0.9 kB");
    EXPECT_EQ(show_size(12'345'678), "12.3 MB");
    EXPECT_EQ(show_size(2'500'000'000), "2.5 GB");
}
