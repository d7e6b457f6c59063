#include "api/runs/badge.hpp"

#include <gtest/gtest.h>

using triphammer::api::draw_badge;

TEST(Badge, SaysTheStateInWordAndColour) {
    EXPECT_NE(
        draw_badge("build", "succeeded").find("aria-label=\"build: passing\""), std::string::npos
    );
    EXPECT_NE(draw_badge("build", "failed").find("#c4282d"), std::string::npos);
    EXPECT_NE(draw_badge("build", std::nullopt).find("build: unknown"), std::string::npos);
}

TEST(Badge, HasRoundCornersUnlessAskedOtherwise) {
    using triphammer::api::BadgeStyle;

    EXPECT_NE(draw_badge("build", "failed").find("rx=\"4\""), std::string::npos);
    EXPECT_NE(
        draw_badge("build", "failed", BadgeStyle::flat_square).find("rx=\"0\""), std::string::npos
    );
}

TEST(Badge, KeepsTextFromOutsideText) {
    const auto svg = draw_badge("<script>\"&\n", "succeeded");

    EXPECT_EQ(svg.find("<script>"), std::string::npos);
    EXPECT_NE(svg.find("&lt;script&gt;&quot;&amp; "), std::string::npos);
}

TEST(Badge, IsAsWideAsItsText) {
    const auto width = [](const std::string& svg) {
        return std::stoi(svg.substr(svg.find("width=\"") + 7));
    };

    EXPECT_GT(
        width(draw_badge("a much longer name", "failed")), width(draw_badge("build", "failed"))
    );
    EXPECT_EQ(width(draw_badge("\xc3\xa4", "failed")), width(draw_badge("a", "failed")));
}
