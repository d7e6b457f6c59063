#include "history/history.hpp"
#include "store/deployments/deployment_store.hpp"
#include "store/forge/delivery_store.hpp"
#include "store/runs/attempt_store.hpp"
#include "store/runs/step_store.hpp"
#include "store/sample_database.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace triphammer;
using model::JobState;
using nlohmann::json;

namespace {

/// A push whose image job and deployment go their way, each move at a time that the test says.
struct DeploymentCourse : triphammer::testing::SampleDatabase {
    void wait(int milliseconds) { clock.advance(Milliseconds{milliseconds}); }

    void receive() {
        write([&](store::Transaction& tx) -> Result<> {
            store::NewDelivery fresh;
            fresh.guid = "push";
            fresh.event = "push";
            fresh.repository = repository;
            delivery = store::append_delivery(tx, fresh).id;
            return {};
        });
    }

    void plan() {
        write([&](store::Transaction& tx) -> Result<> {
            store::NewRun fresh;
            fresh.repository = repository;
            fresh.delivery = delivery;
            run = store::insert_run(tx, fresh).value();
            return {};
        });
        image = add_job(run, "image");
        add_ship();
    }

    void add_ship() {
        write([&](store::Transaction& tx) -> Result<> {
            store::NewJob job;
            job.run = run;
            job.repository = repository;
            job.key = job.name = "ship";
            job.needs_json = R"(["image"])";
            job.state = JobState::blocked;
            ship = store::insert_job(tx, job);
            return {};
        });
    }

    void move(model::JobId job, JobState from, JobState to) {
        write([&](store::Transaction& tx) {
            return store::move_job(tx, {.job = job, .from = from, .to = to});
        });
    }

    model::Fence claim(model::JobId job) {
        move(job, JobState::queued, JobState::running);
        return write([&](store::Transaction& tx) -> Result<model::Fence> {
            return store::insert_attempt(tx, job, "sum" + model::to_text(job), "host");
        });
    }

    void step(model::Fence fence, int number, const std::string& name, int milliseconds) {
        write([&](store::Transaction& tx) -> Result<> {
            store::begin_step(tx, {fence, run}, {number, "", name, tx.now()});
            return {};
        });
        wait(milliseconds);
        write([&](store::Transaction& tx) -> Result<> {
            store::end_step(tx, {fence, run}, name, {.number = number, .at = tx.now()});
            return {};
        });
    }

    void begin_deployment() {
        write([&](store::Transaction& tx) -> Result<> {
            store::NewDeployment fresh;
            fresh.repository = repository;
            fresh.environment = "production";
            fresh.run = run;
            fresh.job = ship;
            deployment = store::insert_deployment(tx, fresh).value();
            return store::start_deployment(tx, deployment);
        });
    }

    void end_deployment() {
        write([&](store::Transaction& tx) { return store::move_deployment(tx, {.id = deployment}); }
        );
    }

    /// "job name length", one in a line.
    std::string phases() {
        const auto shown = json::parse(database
                                           ->read_now([&](store::Connection& db) {
                                               return history::get_deployment(db, deployment);
                                           })
                                           .value());
        std::string out;
        for (const auto& phase : shown["phases"]) {
            out += phase["job"].is_null() ? "-" : phase["job"].get<std::string>();
            out += " " + phase["name"].get<std::string>() + " ";
            if (phase["to"].is_null()) {
                out += "goes on\n";
                continue;
            }
            const auto from = parse_rfc3339(phase["from"].get<std::string>()).value();
            const auto to = parse_rfc3339(phase["to"].get<std::string>()).value();
            out += std::to_string((to - from).count()) + "\n";
        }
        return out;
    }

    model::RepositoryId repository = add_repository("octo/roof");
    model::DeliveryId delivery;
    model::RunId run;
    model::JobId image;
    model::JobId ship;
    model::DeploymentId deployment;
};

}  // namespace

TEST(DeploymentPhases, AddUpFromThePushToTheEnd) {
    DeploymentCourse course;
    course.receive();
    course.wait(30);
    course.plan();
    course.wait(20);
    const auto built = course.claim(course.image);
    course.wait(100);
    course.step(built, 1, "Build", 2'000);
    course.step(built, 2, "Push", 500);
    course.wait(40);
    course.move(course.image, JobState::running, JobState::succeeded);
    course.move(course.ship, JobState::blocked, JobState::queued);
    course.wait(60);
    course.begin_deployment();
    const auto shipped = course.claim(course.ship);
    course.wait(80);
    course.step(shipped, 1, "Preflight", 300);
    EXPECT_EQ(
        course.phases(),
        "- Plan 30\nimage Wait for its turn 20\nimage Start 100\nimage Build 2000\nimage Push 500\n"
        "image End 40\nship Wait for its turn 60\nship Start 80\nship Preflight 300\n"
        "ship End goes on\n"
    );
    course.step(shipped, 2, "Verify", 400);
    course.wait(10);
    course.end_deployment();

    EXPECT_EQ(
        course.phases(),
        "- Plan 30\nimage Wait for its turn 20\nimage Start 100\nimage Build 2000\nimage Push 500\n"
        "image End 40\nship Wait for its turn 60\nship Start 80\nship Preflight 300\n"
        "ship Verify 400\nship End 10\n"
    );
}

TEST(DeploymentPhases, HaveTheWaitForALockAndNothingBeforeAnythingBegan) {
    DeploymentCourse course;
    course.receive();
    course.plan();
    course.move(course.image, JobState::queued, JobState::running);
    course.move(course.image, JobState::running, JobState::succeeded);
    course.move(course.ship, JobState::blocked, JobState::queued);
    course.write([&](store::Transaction& tx) -> Result<> {
        store::NewDeployment fresh;
        fresh.repository = course.repository;
        fresh.environment = "production";
        fresh.run = course.run;
        fresh.job = course.ship;
        course.deployment = store::insert_deployment(tx, fresh).value();
        return {};
    });
    EXPECT_EQ(course.phases(), "");
    course.wait(700);
    course.write([&](store::Transaction& tx) {
        return store::start_deployment(tx, course.deployment);
    });
    course.claim(course.ship);
    course.wait(5);
    course.end_deployment();

    EXPECT_EQ(course.phases(), "ship Wait for its place 700\nship Start 5\n");
}
