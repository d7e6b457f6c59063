#include "cli/local_payload.hpp"

#include "github/payload.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace triphammer;
using namespace triphammer::cli;

namespace {

git::TreeSnapshot tree_of_shop() {
    git::TreeSnapshot tree;
    tree.root = "/home/me/shop";
    tree.origin = "https://github.com/me/shop.git";
    tree.sha = std::string(40, 'a');
    tree.parent = std::string(40, 'b');
    tree.ref = "refs/heads/dev";
    tree.message = "a change";
    tree.author = "A Person";
    tree.default_branch = "main";
    return tree;
}

struct Completed {
    nlohmann::json body;
    model::Event event;
    std::string error;
};

Completed complete(const std::string& event, const std::string& given) {
    const auto tree = tree_of_shop();
    model::Trigger trigger;
    trigger.event = event;
    auto payload = complete_payload(given, make_event(tree, trigger, {}), tree, {});
    if (!payload) return {{}, {}, payload.error().message};
    Completed out{nlohmann::json::parse(*payload), {}, {}};
    const auto scanned = github::scan_payload(event, *payload);
    if (!scanned) return {out.body, {}, scanned.error().message};
    out.event = *scanned;
    return out;
}

}  // namespace

TEST(ShortPayload, GetsFromTheTreeWhatItLeavesOut) {
    const auto [body, event, error] = complete("push", "{}");

    ASSERT_EQ(error, "");
    EXPECT_EQ(event.repository, "me/shop");
    EXPECT_EQ(event.ref, "refs/heads/dev");
    EXPECT_EQ(event.sha, std::string(40, 'a'));
    EXPECT_EQ(event.before, std::string(40, 'b'));
    EXPECT_EQ(event.actor, "A Person");
    EXPECT_EQ(event.message, "a change");
    EXPECT_EQ(body["repository"]["owner"]["login"], "me");
    EXPECT_EQ(body["commits"].size(), 1U);
}

TEST(ShortPayload, KeepsItsOwnWords) {
    const auto [body, event, error] = complete(
        "push",
        R"({"ref":"refs/tags/v1","repository":{"full_name":"octo/app"},"pusher":{"name":"octo"},)"
        R"("head_commit":{"message":"release","mine":null},"extra":[1]})"
    );

    ASSERT_EQ(error, "");
    EXPECT_EQ(event.tag, "v1");
    EXPECT_EQ(event.repository, "octo/app");
    EXPECT_EQ(event.actor, "octo");
    EXPECT_EQ(body["repository"]["name"], "app");
    EXPECT_EQ(body["head_commit"]["message"], "release");
    EXPECT_TRUE(body["head_commit"]["mine"].is_null());
    EXPECT_EQ(body["head_commit"]["id"], std::string(40, 'a'));
    EXPECT_EQ(body["commits"][0]["message"], "release");
    EXPECT_EQ(body["extra"], nlohmann::json::parse("[1]"));
}

TEST(ShortPayload, IsEnoughForEachKindOfEvent) {
    for (const auto* event :
         {"push",
          "pull_request",
          "pull_request_target",
          "pull_request_review",
          "release",
          "workflow_dispatch",
          "merge_group",
          "deployment",
          "deployment_status",
          "create",
          "delete",
          "issues",
          "issue_comment",
          "schedule",
          "watch"}) {
        EXPECT_EQ(complete(event, "{}").error, "") << event;
    }
    EXPECT_EQ(complete("repository_dispatch", "{}").error, "the payload has no usable 'action'");
    EXPECT_EQ(complete("repository_dispatch", R"({"action":"go"})").error, "");
}

TEST(ShortPayload, OfAPullRequestIsFromAForkOnlyWhereItSaysSo) {
    const auto own = complete("pull_request", R"({"pull_request":{"head":{"ref":"topic"}}})");
    ASSERT_EQ(own.error, "");
    EXPECT_FALSE(own.event.pull_request->from_fork);
    EXPECT_EQ(own.event.pull_request->head_ref, "topic");
    EXPECT_EQ(own.event.pull_request->base_ref, "main");

    const auto fork = complete(
        "pull_request", R"({"pull_request":{"head":{"repo":{"full_name":"stranger/shop"}}}})"
    );
    ASSERT_EQ(fork.error, "");
    EXPECT_TRUE(fork.event.pull_request->from_fork);
}

TEST(ShortPayload, ThatIsNoneIsRefused) {
    EXPECT_EQ(complete("push", "[]").error, "the payload is not a JSON object");
    EXPECT_NE(complete("push", "{").error.find("the payload is not JSON"), std::string::npos);
    EXPECT_EQ(complete("push", R"({"ref":1,"ref":2})").error, "the payload has 'ref' twice");
    EXPECT_EQ(complete("push", R"({"ref":"main"})").error, "the payload has no usable 'ref'");
}

TEST(ShortPayload, TakesTheCommandLinesInputsBeforeItsOwn) {
    const std::string given = R"({"inputs":{"who":"me","what":"x"}})";

    const auto body =
        nlohmann::json::parse(with_inputs(given, "workflow_dispatch", {{"who", "you"}}));

    EXPECT_EQ(body, nlohmann::json::parse(R"({"inputs":{"who":"you","what":"x"}})"));
    EXPECT_EQ(with_inputs(given, "push", {{"who", "you"}}), given);
}

TEST(ShortPayload, IsOfTheOnlyEventThatTheWorkflowWaitsFor) {
    model::Workflow workflow;
    workflow.triggers.resize(1);
    workflow.triggers[0].event = "issues";
    EXPECT_EQ(choose_event(workflow, "").value(), "issues");
    EXPECT_EQ(choose_event(workflow, "push").value(), "push");

    workflow.triggers.emplace_back().event = "push";
    EXPECT_EQ(
        choose_event(workflow, "").error().message,
        "which event is it of? Name it with --event: issues, push"
    );
}
