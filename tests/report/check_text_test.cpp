#include "report/check_text.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using namespace triphammer;
using namespace triphammer::report;
using model::JobState;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

ToldJob make_told(JobState state) {
    ToldJob told;
    told.run.id = {3};
    told.run.number = 12;
    told.run.workflow = "CI";
    told.run.event = "push";
    told.run.sha = "abc";
    told.job.id = {5};
    told.job.run = {3};
    told.job.key = "test";
    told.job.state = state;
    return told;
}

store::StepRow make_step(const nlohmann::json& annotations) {
    store::StepRow step;
    step.name = "Run it";
    step.state = model::StepState::failed;
    step.annotations_json = annotations.dump();
    return step;
}

TEST(CheckText, TellsOnlyWhatGitHubHasWordsFor) {
    const std::vector<std::tuple<JobState, std::string, std::string>> cases{
        {JobState::blocked, "queued", ""},
        {JobState::queued, "queued", ""},
        {JobState::waiting, "queued", ""},
        {JobState::running, "in_progress", ""},
        {JobState::succeeded, "completed", "success"},
        {JobState::failed, "completed", "failure"},
        {JobState::cancelled, "completed", "cancelled"},
        {JobState::timed_out, "completed", "timed_out"},
        {JobState::skipped, "completed", "skipped"}};
    for (const auto& [state, status, conclusion] : cases) {
        const auto check = make_check(make_told(state), "https://ci");
        EXPECT_EQ(check.status, status);
        EXPECT_EQ(check.conclusion, conclusion);
        EXPECT_EQ(check.name, "triphammer/CI/test (push)");
        EXPECT_EQ(check.details_url, "https://ci/runs/3/jobs/5");
    }
}

TEST(CheckText, PutsWhatHasNoPlaceInTheRepositoryIntoTheSummary) {
    auto told = make_told(JobState::failed);
    told.steps.push_back(make_step(
        {{{"level", "error"}, {"message", "in it"}, {"file", "./src/a.c"}, {"line", 0}},
         {{"level", "warning"}, {"message", "outside @all"}, {"file", "/etc/passwd"}, {"line", 1}},
         {{"level", "error"}, {"message", "above"}, {"file", "../x"}},
         {{"level", "notice"}, {"message", "nowhere"}, {"file", ""}}}
    ));

    const auto check = make_check(told, "");

    ASSERT_EQ(check.annotations.size(), 1U);
    EXPECT_EQ(check.annotations[0].path, "src/a.c");
    EXPECT_EQ(check.annotations[0].start_line, 1);
    EXPECT_EQ(check.annotations[0].level, "failure");
    EXPECT_THAT(check.summary, HasSubstr("`outside @"));
    EXPECT_THAT(check.summary, Not(HasSubstr("@all"))) << "nobody is mentioned";
    EXPECT_THAT(check.summary, HasSubstr("`above`"));
    EXPECT_THAT(check.summary, HasSubstr("`nowhere`"));
}

TEST(CheckText, NamesColumnsOfOneLineOnly) {
    auto told = make_told(JobState::failed);
    told.steps.push_back(make_step(
        {{{"message", "m"}, {"file", "a"}, {"line", 2}, {"column", 7}, {"end_column", 3}},
         {{"message", "m"}, {"file", "b"}, {"line", 2}, {"end_line", 4}, {"column", 7}}}
    ));

    const auto body = nlohmann::json::parse(
        check_json(make_check(told, ""), {"triphammer:x:1", true, 0, kAnnotationsPerCall})
    );

    const auto& list = body["output"]["annotations"];
    EXPECT_EQ(list[0]["end_column"], 7);
    EXPECT_FALSE(list[1].contains("start_column"));
    EXPECT_EQ(list[1]["end_line"], 4);
    EXPECT_EQ(body["head_sha"], "abc");
}

TEST(CheckText, SendsAnnotationsInParts) {
    auto told = make_told(JobState::failed);
    auto many = nlohmann::json::array();
    for (int n = 0; n < 300; ++n)
        many.push_back({{"message", "m"}, {"file", "a"}, {"line", n + 1}});
    told.steps.push_back(make_step(many));
    const auto check = make_check(told, "");

    const auto body = nlohmann::json::parse(check_json(check, {"id", false, 200, 50}));

    EXPECT_EQ(check.annotations.size(), 250U);
    EXPECT_THAT(check.summary, HasSubstr("50 more annotations"));
    EXPECT_EQ(body["output"]["annotations"].size(), 50U);
    EXPECT_EQ(body["output"]["annotations"][0]["start_line"], 201);
    EXPECT_FALSE(body.contains("head_sha")) << "only one that is made names its commit";
}

TEST(CheckText, AnnotatesTheFileThatCannotBeRead) {
    store::RunRow run;
    run.workflow = "CI";
    run.workflow_path = ".triphammer/ci.yml";
    run.problems_json = R"([{"line": 4, "column": 2, "message": "unknown key", "hint": "steps"}])";

    const auto check = make_check(run, "https://ci");

    ASSERT_EQ(check.annotations.size(), 1U);
    EXPECT_EQ(check.annotations[0].path, ".triphammer/ci.yml");
    EXPECT_EQ(check.annotations[0].start_line, 4);
    EXPECT_EQ(check.annotations[0].message, "unknown key; steps");
    EXPECT_EQ(check.conclusion, "failure");
}

}  // namespace
