#include "workflow/expression/value.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>

using namespace triphammer;
using namespace triphammer::workflow::expression;

// expressions#functions, table of conversions to text: "Decimal format, exponential for large
// numbers"
TEST(Value, WritesNumbers) {
    EXPECT_EQ(number_text(0), "0");
    EXPECT_EQ(number_text(-0.0), "0");
    EXPECT_EQ(number_text(1), "1");
    EXPECT_EQ(number_text(-1.5), "-1.5");
    EXPECT_EQ(number_text(0.1 + 0.2), "0.3");
    EXPECT_EQ(number_text(123456789012345), "123456789012345");
    EXPECT_EQ(number_text(1e20), "1E+20");
    EXPECT_EQ(number_text(1e15), "1E+15");
    EXPECT_EQ(number_text(999999999999999), "999999999999999");
    EXPECT_EQ(number_text(0.0001), "0.0001");
    EXPECT_EQ(number_text(0.00001), "1E-05");
    EXPECT_EQ(number_text(1e-7), "1E-07");
    EXPECT_EQ(number_text(-1e300), "-1E+300");
    EXPECT_EQ(number_text(std::nan("")), "NaN");
    EXPECT_EQ(number_text(-std::numeric_limits<double>::infinity()), "-Infinity");
}

TEST(Value, ReadsNumbers) {
    EXPECT_EQ(parse_number(""), 0);
    EXPECT_EQ(parse_number(" 12 "), 12);
    EXPECT_EQ(parse_number("-1.5e2"), -150);
    EXPECT_EQ(parse_number("0xFF"), 255);
    EXPECT_EQ(parse_number("1."), 1);
    EXPECT_EQ(parse_number("1e400"), std::numeric_limits<double>::infinity());
    for (const auto* text :
         {"a", "1a", "1e", "--1", "0x", "0xg", ".", "1 2", "true", "inf", "nan"}) {
        EXPECT_TRUE(std::isnan(parse_number(text))) << text;
    }
}

TEST(Value, ObjectsKeepOrderAndIgnoreCase) {
    Object members{{"b", Value::number(1)}, {"A", Value::number(2)}};

    members.set("B", Value::number(3));

    EXPECT_EQ(to_compact_json(Value::object(members)), R"({"b":3,"A":2})");
    EXPECT_EQ(*members.find("a"), Value::number(2));
    EXPECT_EQ(members.find("c"), nullptr);
}

TEST(Value, LargeObjectsFindTheirMembersToo) {
    Object members;
    for (int i = 0; i < 1000; ++i) members.set("Key" + std::to_string(i), Value::number(i));

    members.set("kEy500", Value::string("new"));

    EXPECT_EQ(members.size(), 1000U);
    EXPECT_EQ(*members.find("KEY999"), Value::number(999));
    EXPECT_EQ(*members.find("key500"), Value::string("new"));
    EXPECT_EQ(members.find("key1000"), nullptr);
}

TEST(Value, JsonGoesInAndOut) {
    const std::string text = R"({"z":[1,2.5,"x\n",null,true],"a":{"\u00e9":-3}})";

    const auto value = parse_json(text);

    ASSERT_TRUE(value);
    EXPECT_EQ(
        to_compact_json(*value), "{\"z\":[1,2.5,\"x\\n\",null,true],\"a\":{\"\xc3\xa9\":-3}}"
    );
    EXPECT_EQ(from_json(nlohmann::json::parse(text)), from_json(to_json(*value)));
}

TEST(Value, JsonIsStrict) {
    for (const auto* text :
         {"", "{", "[1,]", "{'a':1}", "// c\n1", "nul", "\"\xff\"", "01", "[1] 2"}) {
        EXPECT_FALSE(parse_json(text)) << text;
    }
    EXPECT_FALSE(parse_json(std::string(101, '[') + std::string(101, ']')));
    EXPECT_TRUE(parse_json(std::string(100, '[') + std::string(100, ']')));
}

TEST(Value, LosesNoDigitOnTheWayToAProgram) {
    const auto value =
        parse_json("[9007199254740991, 0.30000000000000004, 1e21, 12345678]").value();

    EXPECT_EQ(to_compact_json(value), "[9007199254740991,0.30000000000000004,1e+21,12345678]");
    EXPECT_EQ(to_json_text(value.as_array()[0]), "9.00719925474099E+15");
}

TEST(Value, NumbersThatJsonDoesNotKnowStayValidJson) {
    EXPECT_EQ(to_compact_json(Value::number(std::nan(""))), "\"NaN\"");
    EXPECT_EQ(to_json_text(Value::number(std::nan(""))), "NaN");
}
