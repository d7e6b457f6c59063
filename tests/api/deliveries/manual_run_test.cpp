#include "api/deliveries/manual_run.hpp"

#include "model/event.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace triphammer::api {
namespace {

using nlohmann::json;

store::RepositoryRow a_repository() {
    store::RepositoryRow row;
    row.id = model::RepositoryId{3};
    row.forge_id = 4711;
    row.full_name = "octo/roof";
    row.clone_url = "https://git.test/octo/roof.git";
    row.default_branch = "trunk";
    return row;
}

std::string complaint(const char* body) {
    const auto run = read_manual_run(json::parse(body));
    return run ? "" : run.error().message;
}

TEST(ManualRun, TakesInputsOfEveryKindAsText) {
    const auto body = json::parse(R"({"repository": "octo/roof", "workflow": "ci.yml",
        "inputs": {"who": "you", "loud": true, "times": 3, "left": null}})");

    const auto run = read_manual_run(body);

    ASSERT_TRUE(run) << run.error().message;
    const std::map<std::string, std::string> expected{
        {"loud", "true"}, {"times", "3"}, {"who", "you"}};
    EXPECT_EQ(run->inputs, expected);
    EXPECT_EQ(run->ref, "");
}

TEST(ManualRun, NamesTheFieldThatIsWrong) {
    EXPECT_EQ(complaint(R"({"workflow": "a.yml"})"), "the field 'repository' is missing");
    EXPECT_EQ(complaint(R"({"repository": "o/r"})"), "the field 'workflow' is missing");
    EXPECT_EQ(
        complaint(R"({"repository": "o/r", "workflow": ""})"),
        "the field 'workflow' must name a file, ci.yml say"
    );
    EXPECT_EQ(
        complaint(R"({"repository": "o/r", "workflow": "a.yml", "ref": 7})"),
        "the field 'ref' must be text"
    );
    EXPECT_EQ(
        complaint(R"({"repository": "o/r", "workflow": "a.yml", "inputs": ["a"]})"),
        "the field 'inputs' must be an object"
    );
    EXPECT_EQ(
        complaint(R"({"repository": "o/r", "workflow": "a.yml", "inputs": {"a": ["b"]}})"),
        "the field 'inputs.a' must be text, a number, true or false"
    );
    EXPECT_EQ(
        complaint(R"({"repository": "o/r", "workflow": "a.yml", "input": {}})"),
        "there is no field 'input'; did you mean 'inputs'?"
    );
}

TEST(ManualRun, IsADeliveryAsAWebhookWouldHaveMadeIt) {
    const ManualRun run{"octo/roof", "ci.yml", "", {{"who", "you"}}};

    const auto delivery = make_delivery(run, a_repository(), "token:ci");

    ASSERT_TRUE(delivery) << delivery.error().message;
    const auto event = json::parse(delivery->facts_json).get<model::Event>();
    EXPECT_EQ(delivery->event, "workflow_dispatch");
    EXPECT_EQ(delivery->repository, model::RepositoryId{3});
    EXPECT_EQ(event.repository_id, 4711);
    EXPECT_EQ(event.branch, "trunk");
    EXPECT_EQ(event.workflow, "ci.yml");
    EXPECT_EQ(event.actor, "token:ci");
    EXPECT_EQ(event.inputs_json, R"({"who":"you"})");
    EXPECT_EQ(json::parse(delivery->body)["repository"]["owner"]["login"], "octo");
}

TEST(ManualRun, MayNameABranchOrARef) {
    const auto branch = make_delivery({"octo/roof", "ci.yml", "fix/a", {}}, a_repository(), "me");
    const auto tag =
        make_delivery({"octo/roof", "ci.yml", "refs/tags/v1", {}}, a_repository(), "me");
    const auto broken = make_delivery({"octo/roof", "ci.yml", "a b", {}}, a_repository(), "me");

    EXPECT_EQ(json::parse(branch.value().facts_json).get<model::Event>().ref, "refs/heads/fix/a");
    EXPECT_EQ(json::parse(tag.value().facts_json).get<model::Event>().tag, "v1");
    EXPECT_EQ(broken.error().message, "the payload has no usable 'ref'");
}

TEST(ManualRun, MayComeBeforeTheFirstWebhookWhenItNamesItsRef) {
    auto repository = a_repository();
    repository.forge_id = 0;
    repository.default_branch.clear();

    const auto named = make_delivery({"octo/roof", "ci.yml", "main", {}}, repository, "me");
    const auto unnamed = make_delivery({"octo/roof", "ci.yml", "", {}}, repository, "me");

    ASSERT_TRUE(named) << named.error().message;
    EXPECT_EQ(unnamed.error().code, Code::invalid);
    EXPECT_NE(unnamed.error().message.find("'ref'"), std::string::npos);
}

}  // namespace
}  // namespace triphammer::api
