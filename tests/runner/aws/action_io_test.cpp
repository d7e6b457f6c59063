#include "runner/aws/action_io.hpp"

#include "base/file.hpp"
#include "execution/value_file.hpp"
#include "runner/aws/configure_credentials.hpp"
#include "runner/aws/deploy_wish.hpp"
#include "runner/aws/ecr_login.hpp"
#include "support/random.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

namespace triphammer::runner {

namespace {

using Given = std::map<std::string, std::string>;

ActionIo io_of(const Given& given, std::string* said = nullptr) {
    return {
        [given](std::string_view name) {
            const auto found = given.find(std::string{name});
            return found == given.end() ? std::string{} : found->second;
        },
        [said](std::string_view line) {
            if (said != nullptr) *said += std::string{line} + "\n";
        }};
}

}  // namespace

TEST(ActionIo, ReadsInputsOfAllKinds) {
    const auto io = io_of(
        {{"INPUT_A-FLAG", "True"},
         {"INPUT_N", "7"},
         {"INPUT_LIST", "a, b\n\nc"},
         {"INPUT_X", " x "}}
    );

    EXPECT_TRUE(*io.flag("a-flag", false));
    EXPECT_TRUE(*io.flag("other", true));
    EXPECT_FALSE(io.flag("x", true));
    EXPECT_EQ(*io.number("n", 1, 0, 9), 7);
    EXPECT_FALSE(io.number("n", 1, 0, 6));
    EXPECT_EQ(io.items("list"), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(io.lines("list"), (std::vector<std::string>{"a, b", "c"}));
    EXPECT_EQ(io.input("x"), "x");
}

TEST(ActionIo, WritesCommandsOnOneLine) {
    std::string said;
    const auto io = io_of({}, &said);
    io.fail("50%\nof it");
    io.mask("se\r\ncret");
    io.mask("");

    EXPECT_EQ(said, "::error::50%25%0Aof it\n::add-mask::se%0D%0Acret\n");
}

TEST(ActionIo, WritesFilesThatTheRunnerReads) {
    triphammer::testing::TempDir folder;
    triphammer::testing::SeededRandom random{1};
    const auto path = (folder.path() / "out").string();
    std::ofstream{path} << "before=1\n";
    auto io = io_of({{"GITHUB_OUTPUT", path}});
    io.set_output("one", "two\nlines");
    io.set_output("three", "");
    ASSERT_TRUE(io.write(random));

    const execution::Values expected{{"before", "1"}, {"one", "two\nlines"}, {"three", ""}};
    EXPECT_EQ(*execution::read_value_file(path), expected);
}

TEST(TagValue, HasWhatAwsAllowsAndNoMore) {
    EXPECT_EQ(tag_value("Build & deploy (main)"), "Build * deploy *main*");
    EXPECT_EQ(tag_value("grün_1.2:/=+-@"), "grün_1.2:/=+-@");
    EXPECT_EQ(tag_value(std::string(300, 'a')).size(), 256U);
}

TEST(LoginOutput, IsNamedAsItsUsersKnowIt) {
    EXPECT_EQ(
        login_output("docker_password_", "123456789012.dkr.ecr.aws-region-1.amazonaws.com"),
        "docker_password_123456789012_dkr_ecr_aws_region_1_amazonaws_com"
    );
    EXPECT_EQ(login_output("docker_username_", "public.ecr.aws"), "docker_username_public_ecr_aws");
}

TEST(DeployWish, AsksForAnUpdateOnly) {
    const auto wish = read_deploy_wish(io_of(
        {{"INPUT_TASK-DEFINITION", "td.json"},
         {"INPUT_SERVICE", "web"},
         {"INPUT_DESIRED-COUNT", "0"},
         {"INPUT_FORCE-NEW-DEPLOYMENT", "true"},
         {"INPUT_WAIT-FOR-MINUTES", "9999"}}
    ));

    ASSERT_TRUE(wish);
    EXPECT_EQ(wish->cluster, "default");
    EXPECT_EQ(wish->limit, std::chrono::minutes{360});
    EXPECT_FALSE(wish->runs_task);
    EXPECT_EQ(
        wish->update, nlohmann::json::parse(R"({"forceNewDeployment": true, "desiredCount": 0})")
    );
}

TEST(DeployWish, AsksForATaskWithItsNetwork) {
    const auto wish = read_deploy_wish(io_of(
        {{"INPUT_TASK-DEFINITION-ARN", "web:7"},
         {"INPUT_RUN-TASK", "true"},
         {"INPUT_RUN-TASK-SUBNETS", "s1,s2"},
         {"INPUT_RUN-TASK-CONTAINER-OVERRIDES", R"([{"name":"app","command":["migrate"]}])"}}
    ));

    ASSERT_TRUE(wish);
    EXPECT_EQ(wish->task, nlohmann::json::parse(R"({"startedBy": "GitHub-Actions",
        "launchType": "FARGATE",
        "overrides": {"containerOverrides": [{"name": "app", "command": ["migrate"]}]},
        "networkConfiguration": {"awsvpcConfiguration":
            {"subnets": ["s1", "s2"], "assignPublicIp": "DISABLED"}}})"));
}

TEST(DeployWish, NamesTheInputThatIsWrong) {
    const auto problem = [](Given given) {
        given["INPUT_TASK-DEFINITION"] = "td.json";
        return read_deploy_wish(io_of(given)).error().message;
    };

    EXPECT_EQ(problem({{"INPUT_RUN-TASK-TAGS", "{}"}}), "run-task-tags: it is no JSON list");
    EXPECT_EQ(problem({{"INPUT_RUN-TASK", "yes"}}), "run-task: 'yes' is neither true nor false");
    EXPECT_FALSE(read_deploy_wish(io_of({})));
}

}  // namespace triphammer::runner
