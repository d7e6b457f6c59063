#include "report/skipped_status.hpp"

#include "model/event.hpp"
#include "model/reason.hpp"
#include "store/forge/delivery_store.hpp"
#include "store/outbox_store.hpp"
#include "store/runs/job_store.hpp"
#include "store/sample_database.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using namespace triphammer;
using namespace triphammer::report;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using triphammer::testing::SampleDatabase;

namespace {

constexpr const char* kPath = ".triphammer/ci.yml";
const std::string kSha(40, 'c');

struct Fixture : SampleDatabase {
    Fixture() {
        repository = add_repository("o/r");
        const auto run = add_run(repository, "refs/heads/release");
        for (const auto* key : {"build", "test"}) {
            store::NewJob job;
            job.run = run;
            job.repository = repository;
            job.key = key;
            job.name = key;
            job.stage = "build";
            job.definition_json = "{}";
            job.state = model::JobState::queued;
            write([&](store::Transaction& tx) {
                return Result<model::JobId>{store::insert_job(tx, job)};
            });
        }
        tell();
        clear();
    }

    /// A delivery that was planned, with what became of one file.
    void deliver(const model::Event& event, model::Reason file) {
        model::Reason reason{false, "not-started", "", {std::move(file)}};
        write([&](store::Transaction& tx) -> Result<> {
            store::NewDelivery delivery;
            delivery.guid = "guid-" + std::to_string(++deliveries);
            delivery.event = event.name;
            delivery.repository = repository;
            delivery.facts_json = nlohmann::json(event).dump();
            const auto kept = store::append_delivery(tx, delivery);
            store::DeliveryEnd end;
            end.reasons_json = nlohmann::json(reason).dump();
            return store::finish_delivery(tx, kept.id, end);
        });
    }

    void tell() {
        write([](store::Transaction& tx) -> Result<> {
            auto more = write_outbox(tx, {"https://ci.test"});
            return more ? Result<>{} : more.error();
        });
    }

    /// "CONTEXT STATE DESCRIPTION" of what waits to be sent.
    std::vector<std::string> told() {
        std::vector<std::string> out;
        for (const auto& message : due()) {
            const auto status = nlohmann::json::parse(message.payload);
            EXPECT_EQ(status["sha"], kSha);
            EXPECT_EQ(status["target_url"], "https://ci.test/deliveries/guid-1");
            out.push_back(
                status.value("context", "") + " " + status.value("state", "") + " " +
                status.value("description", "")
            );
        }
        return out;
    }

    std::vector<store::MessageRow> due() {
        return read([&](store::Connection& db) {
            return store::list_due_messages(db, {kStatusChannel}, clock.now(), 100);
        });
    }

    void clear() {
        for (const auto& message : due()) {
            write([&](store::Transaction& tx) { return store::finish_message(tx, message.id); });
        }
    }

    model::RepositoryId repository;
    int deliveries = 0;
};

model::Event push() {
    model::Event event;
    event.name = "push";
    event.sha = kSha;
    event.branch = "main";
    return event;
}

model::Reason filtered(const std::string& path = kPath) {
    return {false, "filtered", path + ": branch 'main' matches none of: release", {}};
}

}  // namespace

TEST(SkippedStatus, ReportsTheContextsOfAWorkflowThatAFilterLeftOut) {
    Fixture fixture;

    fixture.deliver(push(), filtered());
    fixture.tell();

    const auto why = "success skipped: branch 'main' matches none of: release";
    EXPECT_THAT(
        fixture.told(),
        ElementsAre(
            std::string{"triphammer/ci/build (push) "} + why,
            std::string{"triphammer/ci/test (push) "} + why
        )
    );
}

TEST(SkippedStatus, SaysNothingOfContextsThatNobodySaw) {
    Fixture fixture;
    auto pull = push();
    pull.name = "pull_request";

    fixture.deliver(pull, filtered());
    fixture.deliver(push(), filtered(".triphammer/other.yml"));
    fixture.deliver(push(), {false, "no-trigger", std::string{kPath} + ": it has no trigger", {}});
    fixture.deliver(push(), {true, "starts", std::string{kPath} + ": starts", {}});
    fixture.tell();

    EXPECT_THAT(fixture.told(), IsEmpty());
}

TEST(SkippedStatus, IsNotSaidOverWhatTheCommitWasToldBefore) {
    Fixture fixture;
    auto same = push();
    same.sha = std::string(40, 'a');  // the commit of the run

    fixture.deliver(same, filtered());
    fixture.tell();

    EXPECT_THAT(fixture.told(), IsEmpty());
}

TEST(SkippedStatus, NeedsACommitThatIsStillThere) {
    Fixture fixture;
    auto gone = push();
    gone.deleted = true;

    fixture.deliver(gone, filtered());
    fixture.tell();

    EXPECT_THAT(fixture.told(), IsEmpty());
}
