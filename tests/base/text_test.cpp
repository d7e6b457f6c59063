#include "base/text.hpp"

#include <gtest/gtest.h>

using namespace triphammer;

TEST(Text, Base64KnowsTheVectorsOfTheRfc) {
    EXPECT_EQ(to_base64(""), "");
    EXPECT_EQ(to_base64("f"), "Zg==");
    EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
    EXPECT_EQ(from_base64("Zm9vYg=="), "foob");
    EXPECT_EQ(from_base64("Zm9vYg"), "foob");
    EXPECT_EQ(to_base64url("\xfb\xff"), "-_8=");
    EXPECT_FALSE(from_base64("a"));
    EXPECT_FALSE(from_base64("a*b="));
}

TEST(Text, HexRefusesHalfBytesAndOtherCharacters) {
    EXPECT_EQ(to_hex("\x01\xab"), "01ab");
    EXPECT_EQ(from_hex("01AB"), "\x01\xab");
    EXPECT_FALSE(from_hex("012"));
    EXPECT_FALSE(from_hex("0g"));
}

TEST(Text, Utf8RefusesOverlongSurrogatesAndCutCharacters) {
    EXPECT_TRUE(is_utf8("gr\xc3\xbc\xc3\x9f \xf0\x9f\x94\xa8"));
    EXPECT_FALSE(is_utf8("\xc0\xaf"));
    EXPECT_FALSE(is_utf8("\xed\xa0\x80"));
    EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80"));
    EXPECT_FALSE(is_utf8("a\xe2\x82"));
}

TEST(Text, CutsBetweenCharacters) {
    EXPECT_EQ(cut_utf8("a\xc3\xbc", 2), "a");
    EXPECT_EQ(cut_utf8("a\xc3\xbc", 3), "a\xc3\xbc");
}

TEST(Text, PercentDecodingKnowsForms) {
    EXPECT_EQ(percent_encode("a b/\xc3\xbc"), "a%20b%2F%C3%BC");
    EXPECT_EQ(percent_decode("a+b%2F", true), "a b/");
    EXPECT_EQ(percent_decode("a+b", false), "a+b");
    EXPECT_FALSE(percent_decode("%2"));
    EXPECT_FALSE(percent_decode("%zz"));
}

TEST(Text, NearestNameIsQuietWhenNothingIsNear) {
    EXPECT_EQ(nearest_name("branchs", {"branches", "tags"}), "branches");
    EXPECT_FALSE(nearest_name("xyz", {"branches", "tags"}));
}

TEST(Text, IntegersHaveNoSignAndNoRest) {
    EXPECT_EQ(parse_integer("42"), 42);
    EXPECT_FALSE(parse_integer("-1"));
    EXPECT_FALSE(parse_integer("4x"));
    EXPECT_FALSE(parse_integer("99999999999999999999"));
}
