#include "history/payload.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace triphammer::history;
using nlohmann::json;

namespace {

std::string show_all(std::string_view text) {
    return std::string{text};
}

}  // namespace

TEST(Payload, NamesTellWhatIsSecret) {
    for (const auto* name :
         {"secret", "client_secret", "API_TOKEN", "Passwords", "private-key", "Authorization"})
        EXPECT_TRUE(names_secret(name)) << name;
    for (const auto* name :
         {"key", "access_tokens_url", "tokenizer", "keys_url", "author", "public_key", ""})
        EXPECT_FALSE(names_secret(name)) << name;
}

TEST(Payload, TextsBelowSuchNamesAreMasked) {
    const auto shown = mask_payload(
        R"({"hook":{"config":{"secret":"s3","url":"u"}},"inputs":{"API_TOKEN":"t","level":2},"tokens":["a","b"],"token":7,"empty_secret":""})",
        show_all
    );
    EXPECT_EQ(
        shown,
        json::parse(
            R"({"hook":{"config":{"secret":"•••","url":"u"}},"inputs":{"API_TOKEN":"•••","level":2},"tokens":["•••","•••"],"token":7,"empty_secret":""})"
        )
    );
}

TEST(Payload, EverythingBelowSuchANameIsMasked) {
    const auto shown = mask_payload(
        R"({"credentials":{"user":"u","keys":[{"id":"i"},"j"],"n":1},"a":"b","list":[{"token":{"x":"y"}},"c"],"d":{"e":"f"}})",
        show_all
    );
    EXPECT_EQ(
        shown,
        json::parse(
            R"({"credentials":{"user":"•••","keys":[{"id":"•••"},"•••"],"n":1},"a":"b","list":[{"token":{"x":"•••"}},"c"],"d":{"e":"f"}})"
        )
    );
}

TEST(Payload, OtherTextsAreAsTheyMayBeSeen) {
    const auto hide = [](std::string_view text) {
        return std::string{text == "hunter22" ? "***" : text};
    };

    const auto shown = mask_payload(R"({"inputs":{"target":"hunter22","to":["x"],"n":1}})", hide);

    EXPECT_EQ(shown, json::parse(R"({"inputs":{"target":"***","to":["x"],"n":1}})"));
}

TEST(Payload, WhatIsNoJsonIsNotShown) {
    EXPECT_TRUE(mask_payload("", show_all).is_null());
    EXPECT_TRUE(mask_payload("payload=%7B", show_all).is_null());
    EXPECT_TRUE(mask_payload(R"({"a":)", show_all).is_null());
}

TEST(Payload, DepthIsBounded) {
    const auto deep = std::string(500'000, '[') + std::string(500'000, ']');
    const auto shown = mask_payload("{\"deep\":" + deep + ",\"beside\":1}", show_all);
    EXPECT_LT(shown.dump().size(), 300U);
    EXPECT_EQ(shown.at("beside"), 1);
}
