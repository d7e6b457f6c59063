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

    model::JobId add_defined_job(model::RunId run, const model::JobDefinition& definition) {
        return write([&](store::Transaction& tx) -> Result<model::JobId> {
            store::NewJob made;
            made.run = run;
            made.repository = repository;
            made.key = "build";
            made.stage = "build";
            made.state = JobState::queued;
            made.definition_json = json(definition).dump();
            return store::insert_job(tx, made);
        });
    }

    /// An attempt whose journal has these steps, numbered from 1.
    model::Fence start_with(model::JobId job, const std::vector<std::string>& names) {
        return write([&](store::Transaction& tx) -> Result<model::Fence> {
            const auto fence = store::insert_attempt(tx, job, "sum" + names.back(), "host");
            std::int64_t number = 0;
            for (const auto& name : names) {
                store::begin_step(tx, {fence, {}}, {++number, "", name, tx.now()});
            }
            return fence;
        });
    }

    json shown_run(model::RunId run, model::Fence fence, std::int64_t number) {
        return read_json([&](store::Connection& db) { return get_step(db, run, fence, number, {}); }
        )["run"];
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
    const auto job = fixture.add_defined_job(run, definition);
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

TEST(GetStep, TellsItsOwnFirstStepFromTheFetchingOfActions) {
    const auto begin = [](PastFixture& fixture, const std::vector<std::string>& names) {
        model::JobDefinition definition;
        definition.kind = "steps";
        definition.steps.resize(2);
        definition.steps[0].name.text = "Set up actions";
        definition.steps[0].run.text = "make ready";
        definition.steps[1].run.text = "make all";
        const auto run = fixture.add_run(fixture.repository);
        return std::pair{run, fixture.start_with(fixture.add_defined_job(run, definition), names)};
    };
    PastFixture fixture;
    const auto [run, plain] = begin(fixture, {"Set up actions", "Build"});
    const auto [other, fetching] = begin(fixture, {"Set up actions", "Set up actions", "Build it"});

    EXPECT_EQ(fixture.shown_run(run, plain, 1), "make ready");
    EXPECT_EQ(fixture.shown_run(run, plain, 2), "make all");
    EXPECT_TRUE(fixture.shown_run(other, fetching, 1).is_null());
    EXPECT_EQ(fixture.shown_run(other, fetching, 2), "make ready");
    EXPECT_EQ(fixture.shown_run(other, fetching, 3), "make all");
}
