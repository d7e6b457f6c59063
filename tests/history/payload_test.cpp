#include "history/payload.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace triphammer::history;
using nlohmann::json;

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
        R"({"hook":{"config":{"secret":"s3","url":"u"}},"inputs":{"API_TOKEN":"t","level":2},"tokens":["a","b"],"token":7,"empty_secret":""})"
    );
    EXPECT_EQ(
        shown,
        json::parse(
            R"({"hook":{"config":{"secret":"•••","url":"u"}},"inputs":{"API_TOKEN":"•••","level":2},"tokens":["•••","•••"],"token":7,"empty_secret":""})"
        )
    );
}

TEST(Payload, WhatIsNoJsonIsNotShown) {
    EXPECT_TRUE(mask_payload("").is_null());
    EXPECT_TRUE(mask_payload("payload=%7B").is_null());
    EXPECT_TRUE(mask_payload(R"({"a":)").is_null());
}

TEST(Payload, DepthIsBounded) {
    const auto deep = std::string(500'000, '[') + std::string(500'000, ']');
    const auto shown = mask_payload("{\"deep\":" + deep + ",\"beside\":1}");
    EXPECT_LT(shown.dump().size(), 300U);
    EXPECT_EQ(shown.at("beside"), 1);
}
