#include "report/comment_text.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using namespace triphammer;
using namespace triphammer::report;
using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

namespace {

json a_job() {
    return json{
        {"job", "9"},
        {"name", "test"},
        {"passed", 3},
        {"failed", 0},
        {"skipped", 1},
        {"coverage", nullptr},
        {"line", json::array()},
        {"findings", json::array()},
        {"texts", json::array()},
        {"problems", json::array()}};
}

ToldRun told(json job, json items = json::array()) {
    ToldRun out;
    out.run.id = {12};
    out.run.number = 5;
    out.run.workflow = "CI";
    out.run.event = "pull_request";
    out.run.sha = std::string(40, 'a');
    out.run.state = model::RunState::succeeded;
    out.run.started_at = from_unix_ms(0);
    out.run.finished_at = from_unix_ms(63'000);
    auto jobs = json::array();
    if (!job.is_null()) jobs.push_back(std::move(job));
    out.tests = json{{"jobs", std::move(jobs)}, {"items", std::move(items)}}.dump();
    return out;
}

std::string comment_on(const ToldRun& run) {
    return make_comment({run}, {"triphammer:m", "https://ci.test"});
}

std::string a_text(const std::string& text) {
    auto job = a_job();
    job["texts"].push_back({{"path", "flake8.txt"}, {"text", text}});
    return comment_on(told(std::move(job)));
}

}  // namespace

TEST(CommentText, ThereIsNoneWithoutAReport) {
    EXPECT_THAT(comment_on(told(nullptr)), IsEmpty());
}

TEST(CommentText, BeginsWithTheMarkerAndTheRunsResultAndLink) {
    EXPECT_THAT(
        comment_on(told(a_job())),
        StartsWith("<!-- triphammer:m -->\n### ✅ [`CI` #5](https://ci.test/runs/12): succeeded\n"
                   "`aaaaaaa` on `pull_request` · 1 min 3 s\n")
    );
}

TEST(CommentText, NamesTheJobsThatFailed) {
    auto run = told(a_job());
    run.run.state = model::RunState::failed;
    store::JobRow job;
    job.id = {9};
    job.name = "test";
    job.state = model::JobState::failed;
    run.jobs = {job, store::JobRow{}};

    EXPECT_THAT(
        comment_on(run), HasSubstr("1 of 2 jobs failed: [`test`](https://ci.test/runs/12/jobs/9)")
    );
}

TEST(CommentText, ShowsFailedTestsWithTheirPlaceAndMessage) {
    auto job = a_job();
    job["failed"] = 2;
    const json item{
        {"job", "9"},
        {"suite", "clock"},
        {"name", "test_tick"},
        {"file", "tests/a.py"},
        {"line", 12},
        {"message", "late"}};

    const auto text = comment_on(told(job, {item}));

    EXPECT_THAT(text, HasSubstr("<summary>❌ Tests: 2 failed, 3 passed, 1 skipped · <code>test"));
    EXPECT_THAT(text, HasSubstr("- `clock` `test_tick` in `tests/a.py:12`\n\n```text\nlate\n```"));
    EXPECT_THAT(text, HasSubstr("[1 more failed](https://ci.test/runs/12/tests)"));
}

TEST(CommentText, SaysHowCoverageChangedSinceAnotherCommit) {
    auto job = a_job();
    const auto covered = [](int lines) { return json{{"lines", 100}, {"covered", lines}}; };
    job["coverage"] = covered(80);
    job["line"] = {
        {{"number", 5}, {"sha", "b"}, {"coverage", covered(80)}},
        {{"number", 4}, {"sha", "b"}, {"coverage", covered(10)}},
        {{"number", 3}, {"sha", "a"}, {"coverage", covered(82)}}};

    EXPECT_THAT(comment_on(told(job)), HasSubstr("Coverage: 80.0 % (-2.0 since run #3)"));
}

TEST(CommentText, GathersFindingsByTool) {
    auto job = a_job();
    job["findings"] = {
        {{"tool", "ruff"},
         {"level", "error"},
         {"message", "unused"},
         {"rule", "F401"},
         {"file", "a.py"},
         {"line", 3}},
        {{"tool", "<b>"}, {"level", "note"}, {"message", "m"}, {"rule", "r"}}};

    const auto text = comment_on(told(job));

    EXPECT_THAT(text, HasSubstr("<code>ruff</code>: 1 finding"));
    EXPECT_THAT(text, HasSubstr("a.py:3: error: unused [F401]\n"));
    EXPECT_THAT(text, HasSubstr("<code>&lt;b&gt;</code>: 1 finding"));
}

TEST(CommentText, TextOfAJobStaysInItsFence) {
    const auto text = a_text("```\n</details>\n# @octocat <img src=x>\n");

    EXPECT_THAT(text, HasSubstr("````text\n```\n</details>\n# @octocat <img src=x>\n````\n"));
}

TEST(CommentText, WhatIsTooLongIsCutWithALinkToTheWhole) {
    std::string whole;
    for (int line = 0; line < 10'000; ++line) whole += "line " + std::to_string(line) + '\n';

    const auto text = a_text(whole);

    EXPECT_LE(text.size(), kMostComment);
    EXPECT_THAT(text, HasSubstr("line 100\n"));
    EXPECT_THAT(text, HasSubstr("This was cut: [the whole report](https://ci.test/runs/12/tests)"));
}

TEST(CommentText, NeverGrowsBeyondWhatTheForgeTakes) {
    auto job = a_job();
    for (int i = 0; i < 600; ++i) {
        const auto path = "report-" + std::to_string(i) + ".txt";
        job["texts"].push_back({{"path", path}, {"text", std::string(900, 'x')}});
    }
    const auto run = told(job);
    const std::vector<ToldRun> runs(4, run);

    EXPECT_LE(make_comment(runs, {"m", "https://ci.test"}).size(), kMostComment);
    EXPECT_THAT(comment_on(run), HasSubstr(" more reports](https://ci.test/runs/12/tests)"));
}
