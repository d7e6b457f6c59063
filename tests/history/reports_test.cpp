#include "history/reports.hpp"

#include "store/runs/attempt_store.hpp"
#include "store/sample_database.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace triphammer;
using model::JobState;
using nlohmann::json;
using results::Outcome;
using results::Part;
using triphammer::testing::SampleDatabase;

namespace {

struct Fixture : SampleDatabase {
    /// The job's next attempt, which ended.
    model::Fence attempt(model::JobId of) {
        return write([&](store::Transaction& tx) -> Result<model::Fence> {
            const auto token = "token-" + std::to_string(++tokens);
            const auto fence = store::insert_attempt(tx, of, token, "host");
            store::close_attempt(tx, fence, {}).value();
            return fence;
        });
    }

    model::Fence new_run(const std::string& key = "test") {
        run = add_run(repository);
        job = add_job(run, key, JobState::queued);
        return attempt(job);
    }

    void keep(model::Fence fence, Part part, std::int64_t number = 0, bool is_last = true) {
        write([&](store::Transaction& tx) {
            return history::keep_report_part(tx, {fence, number, is_last}, part);
        });
    }

    static Part part_of(std::vector<std::pair<std::string, Outcome>> tests) {
        Part part;
        for (auto& [name, outcome] : tests) {
            part.tests.push_back({.suite = "s", .name = name, .outcome = outcome, .ms = 5});
        }
        return part;
    }

    json tests(const history::TestFilter& filter = {}, const history::Page& page = {}) {
        return json::parse(database
                               ->read_now([&](store::Connection& db) {
                                   return history::get_tests(db, run, filter, page);
                               })
                               .value());
    }

    /// "bad:failed slow:passed*", where * is flaky.
    std::string shown(const std::string& outcome = "") {
        std::string out;
        const auto answer = tests({outcome, ""});
        for (const auto& test : answer["items"]) {
            if (!out.empty()) out += " ";
            out += test["name"].get<std::string>() + ":" + test["outcome"].get<std::string>();
            if (test["flaky"] == true) out += "*";
        }
        return out;
    }

    model::RepositoryId repository = add_repository("octo/roof");
    model::RunId run;
    model::JobId job;
    int tokens = 0;
};

}  // namespace

TEST(Reports, ShowWhatFailedFirst) {
    Fixture fixture;
    auto part =
        fixture.part_of({{"a", Outcome::passed}, {"b", Outcome::skipped}, {"c", Outcome::failed}});
    part.tests[2].message = "no";
    part.tests[2].file = "t.py";
    part.tests[2].line = 3;
    fixture.keep(fixture.new_run(), part);

    EXPECT_EQ(fixture.shown(), "c:failed");
    EXPECT_EQ(fixture.shown("all"), "c:failed a:passed b:skipped");
    EXPECT_EQ(fixture.shown("skipped"), "b:skipped");
    const auto answer = fixture.tests();
    EXPECT_EQ(answer["jobs"][0]["passed"], 1);
    EXPECT_EQ(answer["jobs"][0]["failed"], 1);
    EXPECT_EQ(answer["jobs"][0]["skipped"], 1);
    EXPECT_EQ(answer["jobs"][0]["ms"], 15);
    EXPECT_EQ(answer["items"][0]["message"], "no");
    EXPECT_EQ(answer["items"][0]["file"], "t.py");
    EXPECT_EQ(answer["items"][0]["line"], 3);
}

TEST(Reports, ShowTheSlowestFirstWhereAsked) {
    Fixture fixture;
    auto part =
        fixture.part_of({{"a", Outcome::failed}, {"b", Outcome::passed}, {"c", Outcome::passed}});
    part.tests[1].ms = 70;
    part.tests[2].ms = 900;
    fixture.keep(fixture.new_run(), part);

    const auto slowest = fixture.tests({"all", "", "slowest"});
    const auto loudest = fixture.tests({"all", "", "loudest"});

    EXPECT_EQ(slowest["items"][0]["name"], "c");
    EXPECT_EQ(slowest["items"][1]["name"], "b");
    EXPECT_EQ(loudest["items"][0]["name"], "a");
}

TEST(Reports, TakeEachPartOnce) {
    Fixture fixture;
    const auto fence = fixture.new_run();
    fixture.keep(fence, fixture.part_of({{"a", Outcome::failed}}), 0, false);
    fixture.keep(fence, fixture.part_of({{"a", Outcome::failed}}), 0, false);
    auto rest = fixture.part_of({{"b", Outcome::passed}});
    rest.problems = {"x"};
    fixture.keep(fence, rest, 1);
    fixture.keep(fence, rest, 1);

    const auto job = fixture.tests()["jobs"][0];

    EXPECT_EQ(job["failed"], 1);
    EXPECT_EQ(job["passed"], 1);
    EXPECT_EQ(job["problems"], json({"x"}));
    EXPECT_EQ(fixture.shown("all"), "a:failed b:passed");
}

TEST(Reports, MarkFlakyWhatOneCommitSaysTwoThingsOf) {
    Fixture fixture;
    const auto first = fixture.new_run();
    fixture.keep(
        first,
        fixture.part_of({{"a", Outcome::failed}, {"b", Outcome::failed}, {"c", Outcome::passed}})
    );
    EXPECT_EQ(fixture.shown(), "a:failed b:failed");

    fixture.keep(
        fixture.attempt(fixture.job),
        fixture.part_of({{"a", Outcome::passed}, {"b", Outcome::failed}, {"c", Outcome::skipped}})
    );

    EXPECT_EQ(fixture.shown(), "b:failed a:passed*");
    EXPECT_EQ(fixture.shown("flaky"), "a:passed*");
    EXPECT_EQ(fixture.tests()["jobs"][0]["flaky"], 1);
    EXPECT_EQ(fixture.number("SELECT count(*) FROM test_results WHERE flaky = 1"), 2);
}

TEST(Reports, DoNotMarkWhatAnotherCommitOrAnotherJobSaid) {
    Fixture fixture;
    fixture.keep(fixture.new_run(), fixture.part_of({{"a", Outcome::failed}}));
    fixture.write([&](store::Transaction& tx) -> Result<> {
        tx.prepare("UPDATE runs SET sha = 'b'").run();
        return {};
    });
    fixture.keep(fixture.new_run(), fixture.part_of({{"a", Outcome::passed}}));
    fixture.keep(fixture.new_run("other"), fixture.part_of({{"a", Outcome::failed}}));

    EXPECT_EQ(fixture.number("SELECT count(*) FROM test_results WHERE flaky = 1"), 0);
}

TEST(Reports, TellThePastOfATestAndOfAJob) {
    Fixture fixture;
    for (const auto outcome : {Outcome::passed, Outcome::failed, Outcome::failed}) {
        fixture.keep(fixture.new_run(), fixture.part_of({{"a", outcome}}));
    }

    const auto answer = fixture.tests();

    std::string past;
    for (const auto& one : answer["items"][0]["past"]) {
        past += one["outcome"].get<std::string>() + " ";
    }
    EXPECT_EQ(past, "failed failed passed ");
    EXPECT_EQ(answer["items"][0]["past"][0]["number"], 3);
    ASSERT_EQ(answer["jobs"][0]["line"].size(), 3U);
    EXPECT_EQ(answer["jobs"][0]["line"][2]["failed"], 0);
}

TEST(Reports, KeepCoverageFindingsAndTexts) {
    Fixture fixture;
    Part part;
    part.coverage = results::Coverage{10, 4, {{"x.c", 10, 4}}};
    part.findings.push_back({"lint", "E1", "error", "bad", "x.c", 3});
    part.texts.push_back({"size.txt", "3 KiB"});
    fixture.keep(fixture.new_run(), part);

    const auto job = fixture.tests()["jobs"][0];

    EXPECT_EQ(job["coverage"]["covered"], 4);
    EXPECT_EQ(job["coverage"]["files"][0]["path"], "x.c");
    EXPECT_EQ(job["findings"][0]["rule"], "E1");
    EXPECT_EQ(job["texts"][0]["text"], "3 KiB");
    EXPECT_EQ(job["line"][0]["coverage"], (json{{"lines", 10}, {"covered", 4}}));
}

TEST(Reports, OfLongAgoKeepWhatFailed) {
    Fixture fixture;
    for (int i = 0; i < 52; ++i) {
        fixture.keep(
            fixture.new_run(), fixture.part_of({{"a", Outcome::passed}, {"b", Outcome::failed}})
        );
    }

    EXPECT_EQ(fixture.number("SELECT count(*) FROM test_results WHERE outcome = 'failed'"), 52);
    EXPECT_EQ(fixture.number("SELECT count(*) FROM test_results WHERE outcome = 'passed'"), 50);
}

TEST(Reports, ComeInPages) {
    Fixture fixture;
    Part part;
    for (const char* name : {"e", "d", "c", "b", "a"}) {
        part.tests.push_back({.name = name, .outcome = Outcome::failed});
    }
    fixture.keep(fixture.new_run(), part);

    const auto first = fixture.tests({}, {.limit = 2});
    const auto last = fixture.tests({}, {.cursor = "4", .limit = 2});

    EXPECT_EQ(first["items"][1]["name"], "b");
    EXPECT_EQ(first["next"], "2");
    EXPECT_EQ(last["items"][0]["name"], "e");
    EXPECT_EQ(last["next"], nullptr);
    EXPECT_EQ(fixture.tests({"all", "C"}, {})["items"].size(), 1U);
}

TEST(Reports, RefuseFiltersThatDoNotExist) {
    Fixture fixture;
    fixture.new_run();
    const auto ask = [&](const history::TestFilter& filter, const history::Page& page) {
        return fixture.database
            ->read_now([&](store::Connection& db) {
                return history::get_tests(db, fixture.run, filter, page);
            })
            .error()
            .code;
    };
    EXPECT_EQ(ask({"fine", ""}, {}), Code::invalid);
    EXPECT_EQ(ask({}, {.cursor = "-1"}), Code::invalid);
    EXPECT_EQ(ask({}, {.limit = 0}), Code::invalid);
}
