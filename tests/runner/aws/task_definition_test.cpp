#include "runner/aws/task_definition.hpp"

#include <gtest/gtest.h>

namespace triphammer::runner {

namespace {

using Json = nlohmann::ordered_json;

Json definition() {
    return *parse_task_definition(R"({"family": "web", "containerDefinitions": [
        {"name": "app", "image": "old", "environment": [{"name": "A", "value": "1"}]},
        {"name": "proxy", "image": "nginx"}]})");
}

ContainerChanges image_for(const std::string& container) {
    ContainerChanges out;
    out.containers = {container};
    out.image = "repo@sha256:1";
    return out;
}

}  // namespace

TEST(TaskDefinition, GetsItsImageInTheNamedContainerOnly) {
    auto json = definition();
    ASSERT_TRUE(change_containers(json, image_for("app")));

    EXPECT_EQ(json["containerDefinitions"][0]["image"], "repo@sha256:1");
    EXPECT_EQ(json["containerDefinitions"][1]["image"], "nginx");
}

TEST(TaskDefinition, GetsWhatElseIsGiven) {
    auto json = definition();
    auto changes = image_for("app");
    changes.environment = {{"A", "2"}, {"B", "x=y"}};
    changes.secrets = {{"KEY", "arn:s"}};
    changes.labels = {{"l", "v"}};
    changes.environment_files = {"arn:f"};
    changes.log_driver = "awslogs";
    changes.log_options = {{"awslogs-group", "/g"}};
    changes.command = {"run", "it"};
    ASSERT_TRUE(change_containers(json, changes));

    EXPECT_EQ(json["containerDefinitions"][0], Json::parse(R"({"name": "app",
        "image": "repo@sha256:1",
        "environment": [{"name": "A", "value": "2"}, {"name": "B", "value": "x=y"}],
        "secrets": [{"name": "KEY", "valueFrom": "arn:s"}],
        "environmentFiles": [{"value": "arn:f", "type": "s3"}],
        "dockerLabels": {"l": "v"},
        "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/g"}},
        "command": ["run", "it"]})"));
}

TEST(TaskDefinition, SaysWhatIsNotThere) {
    auto json = definition();
    EXPECT_EQ(
        change_containers(json, image_for("web")).error().message,
        "the task definition has no container named 'web'"
    );
    auto empty = Json::object();
    EXPECT_FALSE(change_containers(empty, image_for("app")));
    EXPECT_FALSE(parse_task_definition("family: web"));
    EXPECT_FALSE(parse_named_values({"NAME"}));
    EXPECT_FALSE(parse_named_values({"=x"}));
}

TEST(TaskDefinition, LosesWhatOnlyAnswersHave) {
    auto json = definition();
    json["revision"] = 3;
    json["status"] = "ACTIVE";

    EXPECT_EQ(drop_read_only(json), (std::vector<std::string>{"revision", "status"}));
    EXPECT_EQ(json, definition());
}

TEST(TaskDefinition, LosesWhatIsEmptyButNoEmptyVariable) {
    auto json = Json::parse(R"({"family": "web", "tags": [], "cpu": null, "volumes": [{"host": {}}],
        "proxyConfiguration": {"properties": [{"name": "P", "value": ""}]},
        "containerDefinitions": [{"name": "app", "command": [""], "essential": false,
            "environment": [{"name": "E", "value": ""}], "links": [null, "db"]}]})");
    drop_empty(json, {});

    EXPECT_EQ(json, Json::parse(R"({"family": "web",
        "proxyConfiguration": {"properties": [{"name": "P", "value": ""}]},
        "containerDefinitions": [{"name": "app", "essential": false,
            "environment": [{"name": "E", "value": ""}], "links": ["db"]}]})"));
}

TEST(TaskDefinition, KeepsNullsThatAreAskedFor) {
    auto json = Json::parse(R"({"tag": null, "cpu": null})");
    drop_empty(json, {"tag"});

    EXPECT_EQ(json, Json::parse(R"({"tag": null})"));
}

}  // namespace triphammer::runner
