#include "docker/network_names.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace triphammer::docker;

namespace {

const nlohmann::json kJoinedInspect = nlohmann::json::parse(R"({
    "Id": "c0ffee", "Name": "/th-d1-2", "State": {"Running": true, "Status": "running"},
    "Config": {"Labels": {"a": "b"}},
    "NetworkSettings": {"Networks": {
        "front": {"Aliases": ["app", "c0ffee"]}, "back": {"Aliases": null}, "odd": null}}})");

}  // namespace

TEST(NetworkNames, AreAContainersOwnAndItsAliasesInThisNetwork) {
    const auto front = parse_joined(kJoinedInspect, "front");
    const auto back = parse_joined(kJoinedInspect, "back");

    EXPECT_EQ(front.container, "c0ffee");
    EXPECT_TRUE(front.running);
    EXPECT_EQ(front.labels.at("a"), "b");
    EXPECT_TRUE(front.answers_to("app"));
    EXPECT_TRUE(front.answers_to("th-d1-2"));
    EXPECT_FALSE(front.answers_to("ap"));
    EXPECT_FALSE(back.answers_to("app"));
    EXPECT_TRUE(back.answers_to("th-d1-2"));
}

TEST(NetworkNames, OfWhatTheEngineDoesNotSayAreNone) {
    EXPECT_TRUE(parse_joined(kJoinedInspect, "odd").aliases.empty());
    EXPECT_TRUE(parse_joined(kJoinedInspect, "nowhere").aliases.empty());
    EXPECT_TRUE(parse_joined(nlohmann::json::object(), "front").aliases.empty());
    EXPECT_FALSE(NetworkNames::at("ftp://x", "1.41"));
}

TEST(NetworkNames, AreInNetworksThatContainersMayJoinAlone) {
    using nlohmann::json;
    const auto reason_of = [](const json& inspect) {
        const auto judged = judge_network(inspect, "front");
        return judged ? "" : judged.error().message;
    };
    const auto of_swarm = [](bool may_attach) {
        return json{
            {"Name", "front"},
            {"Driver", "overlay"},
            {"Scope", "swarm"},
            {"Attachable", may_attach}};
    };

    EXPECT_EQ(reason_of({{"Name", "front"}, {"Driver", "bridge"}, {"Scope", "local"}}), "");
    EXPECT_EQ(reason_of(of_swarm(true)), "");
    EXPECT_NE(reason_of(of_swarm(false)).find("--attachable"), std::string::npos);
    EXPECT_NE(
        reason_of(json::object({{"Name", "frontier"}})).find("there is no network"),
        std::string::npos
    );
    for (const auto* own : {"host", "null"}) {
        EXPECT_NE(
            reason_of({{"Name", "front"}, {"Driver", own}}).find("make another"), std::string::npos
        );
    }
    const json bridge{{"Name", "bridge"}, {"Driver", "bridge"}};
    EXPECT_FALSE(judge_network(bridge, "bridge"));
}
