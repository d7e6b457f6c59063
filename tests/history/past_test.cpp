#include "history/history.hpp"
#include "model/workflow.hpp"
#include "store/runs/attempt_store.hpp"
#include "store/runs/step_store.hpp"
#include "store/sample_database.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace triphammer;
using namespace triphammer::history;
using model::JobState;
using nlohmann::json;
using triphammer::testing::SampleDatabase;

namespace {

struct PastFixture : SampleDatabase {
    template <class Read>
    json read_json(Read work) {
        return json::parse(database->read_now(std::move(work)).value());
    }

    model::Fence start(model::JobId job) {
        return write([&](store::Transaction& tx) -> Result<model::Fence> {
            const auto fence = store::insert_attempt(tx, job, "sum", "host");
            store::begin_step(tx, {fence, {}}, {1, "compile", "Compile", tx.now()});
            return fence;
        });
    }

    model::RepositoryId repository = add_repository("octo/roof");
};

}  // namespace

TEST(GetPast, NamesNeighboursTheLastGreenRunAndSinceWhenAJobFails) {
    PastFixture fixture;
    std::vector<model::RunId> runs;
    const auto add = [&](JobState state) {
        runs.push_back(fixture.add_run(fixture.repository));
        const auto job = fixture.add_job(runs.back(), "test");
        fixture.write([&](store::Transaction& tx) -> Result<> {
            const bool is_green = state == JobState::succeeded;
            store::move_job(tx, {.job = job, .from = JobState::queued, .to = JobState::running})
                .value();
            store::move_job(tx, {.job = job, .from = JobState::running, .to = state}).value();
            return store::move_run(
                tx,
                {.run = runs.back(),
                 .from = model::RunState::queued,
                 .to = is_green ? model::RunState::succeeded : model::RunState::failed}
            );
        });
    };
    add(JobState::failed);
    add(JobState::succeeded);
    add(JobState::failed);
    add(JobState::failed);
    add(JobState::succeeded);

    const auto past = fixture.read_json([&](store::Connection& db) {
        return get_past(db, runs[3], "https://github.com");
    });
    const auto first = fixture.read_json([&](store::Connection& db) {
        return get_past(db, runs[0], "https://github.com");
    });

    EXPECT_EQ(past["before"]["id"], to_text(runs[2]));
    EXPECT_EQ(past["after"]["id"], to_text(runs[4]));
    EXPECT_EQ(past["green"]["id"], to_text(runs[1]));
    EXPECT_EQ(past["failures"][0]["first"]["id"], to_text(runs[2]));
    EXPECT_EQ(past["greens"], 1);
    EXPECT_EQ(past["usual"][0]["key"], "test");
    EXPECT_TRUE(first["before"].is_null());
    EXPECT_TRUE(first["green"].is_null());
    EXPECT_EQ(first["failures"][0]["first"]["id"], to_text(runs[0]));
}

TEST(GetStep, ShowsWhatItRunsWithTheJobsVariables) {
    PastFixture fixture;
    const auto run = fixture.add_run(fixture.repository);
    model::JobDefinition definition;
    definition.kind = "steps";
    definition.env = {{"LEVEL", {"1", {}}}, {"PLACE", {"roof", {}}}};
    model::Step step;
    step.run.text = "make ${{ secrets.KEY }}";
    step.working_directory.text = "src";
    step.env = {{"LEVEL", {"2", {}}}};
    definition.steps = {step};
    const auto job = fixture.write([&](store::Transaction& tx) -> Result<model::JobId> {
        store::NewJob made;
        made.run = run;
        made.repository = fixture.repository;
        made.key = "build";
        made.stage = "build";
        made.state = JobState::queued;
        made.definition_json = json(definition).dump();
        return store::insert_job(tx, made);
    });
    const auto fence = fixture.start(job);

    const auto shown =
        fixture.read_json([&](store::Connection& db) { return get_step(db, run, fence, 1, {}); });
    const auto none = fixture.database->read_now([&](store::Connection& db) {
        return get_step(db, run, fence, 7, {});
    });

    EXPECT_EQ(shown["name"], "Compile");
    EXPECT_EQ(shown["run"], "make ${{ secrets.KEY }}");
    EXPECT_EQ(shown["working_directory"], "src");
    EXPECT_TRUE(shown["uses"].is_null());
    EXPECT_EQ(shown["env"], (json{{"LEVEL", "2"}, {"PLACE", "roof"}}));
    EXPECT_EQ(none.error().code, Code::not_found);
}
