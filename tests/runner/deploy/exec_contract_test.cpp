#include "runner/deploy/exec/contract.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace triphammer;
using namespace triphammer::runner;

TEST(ExecContract, AsksInOneObject) {
    ExecRequest request;
    request.action = ExecAction::deploy;
    request.deployment = "12";
    request.version = "sha256:aa";
    request.previous_json = R"({"deployment": "9"})";

    const auto text = to_text(request);
    const auto asked = nlohmann::json::parse(text);

    EXPECT_EQ(asked["contract"], 1);
    EXPECT_EQ(asked["action"], "deploy");
    EXPECT_EQ(asked["version"], "sha256:aa");
    EXPECT_EQ(asked["previous"]["deployment"], "9");
    EXPECT_EQ(text.find('\n'), text.size() - 1);
}

TEST(ExecContract, TakesWhatProves) {
    const auto ready =
        parse_answer(ExecAction::preflight, R"({"state": "ready", "observes": true})");
    const auto live =
        parse_answer(ExecAction::verify, R"({"state": "live", "object": "r", "version": "v"})");
    const auto away = parse_answer(ExecAction::observe, R"({"state": "not-begun"})");

    EXPECT_TRUE(ready.value().observes);
    EXPECT_EQ(live.value().object, "r");
    EXPECT_EQ(live.value().version, "v");
    EXPECT_EQ(away.value().state, "not-begun");
}

TEST(ExecContract, TakesNothingElse) {
    const auto long_text = R"({"state": "done", "object": ")" + std::string(1025, 'x') + "\"}";
    const std::pair<ExecAction, std::string> wrong[] = {
        {ExecAction::deploy, ""},
        {ExecAction::deploy, "done"},
        {ExecAction::deploy, "[]"},
        {ExecAction::deploy, "{}"},
        {ExecAction::deploy, R"({"state": "done"})"},
        {ExecAction::deploy, R"({"state": "live", "object": "r"})"},
        {ExecAction::deploy, R"({"state": "done", "object": 7})"},
        {ExecAction::deploy, R"({"state": "done", "object": "r"} {"state": "done"})"},
        {ExecAction::deploy, long_text},
        {ExecAction::observe, R"({"state": "done"})"},
        {ExecAction::observe, R"({"state": "maybe"})"},
        {ExecAction::verify, R"({"state": "live", "object": "r"})"},
        {ExecAction::verify, R"({"state": "live", "version": "v"})"},
        {ExecAction::rollback, R"({"state": "ready"})"},
        {ExecAction::preflight, R"({"state": "READY"})"},
    };
    for (const auto& [action, text] : wrong) {
        const auto answer = parse_answer(action, text);
        ASSERT_FALSE(answer) << text;
        EXPECT_EQ(answer.error().code, Code::protocol) << text;
    }
}
