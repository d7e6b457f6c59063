#include "aws/routing.hpp"

#include <gtest/gtest.h>

namespace triphammer::aws {

using nlohmann::json;

namespace {

json forward(const char* config, const char* alone = "") {
    json action{{"Type", "forward"}, {"Order", "1"}, {"ForwardConfig", json::parse(config)}};
    if (*alone != '\0') action["TargetGroupArn"] = alone;
    return json::array({action});
}

}  // namespace

TEST(Routing, KnowsRulesAndTheirListeners) {
    const std::string rule = "arn:aws:elasticloadbalancing:r:1:listener-rule/app/shop/lb/li/ru";

    EXPECT_TRUE(is_rule(rule));
    EXPECT_EQ(listener_of(rule), "arn:aws:elasticloadbalancing:r:1:listener/app/shop/lb/li");
    EXPECT_FALSE(is_rule(listener_of(rule)));
}

TEST(Routing, OfOneGroupIsAllTrafficWhateverItsWeight) {
    const auto zero = forward(R"({"TargetGroups": [{"TargetGroupArn": "a", "Weight": "0"}]})", "a");

    EXPECT_EQ(weights_of(zero).value(), (Weights{{"a", 1}}));
    EXPECT_EQ(
        weights_of(json::parse(R"([{"Type": "forward", "TargetGroupArn": "a"}])")).value(),
        (Weights{{"a", 1}})
    );
    EXPECT_EQ(weights_of(json::parse(R"([{"Type": "redirect"}])")).error().code, Code::invalid);
}

TEST(Routing, IsTheSameInAnyOrderAndWithWhatAwsFillsIn) {
    const auto written = forward(
        R"({"TargetGroups": [{"TargetGroupArn": "a", "Weight": "1"}, {"TargetGroupArn": "b", "Weight": "0"}]})"
    );
    const auto answered = forward(
        R"({"TargetGroups": [{"TargetGroupArn": "b", "Weight": "0"}, {"TargetGroupArn": "a", "Weight": "1"}],
            "TargetGroupStickinessConfig": {"Enabled": "false"}})"
    );

    EXPECT_EQ(canonical(written), canonical(answered));
    EXPECT_NE(canonical(written), canonical(with_weights(written, {{"a", 1}, {"b", 1}})));
    auto sticky = answered;
    sticky[0]["ForwardConfig"]["TargetGroupStickinessConfig"] = {
        {"Enabled", "true"}, {"DurationSeconds", "60"}};
    EXPECT_NE(canonical(sticky), canonical(answered));
    EXPECT_EQ(stickiness_of(sticky), 60);
    EXPECT_EQ(stickiness_of(with_weights(sticky, {{"a", 0}, {"b", 5}})), 60);
}

}  // namespace triphammer::aws
