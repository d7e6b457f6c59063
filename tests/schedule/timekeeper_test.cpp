#include "schedule/timekeeper.hpp"

#include "store/forge/delivery_store.hpp"
#include "store/forge/pending_store.hpp"
#include "store/repository_store.hpp"
#include "store/runs/schedule_store.hpp"
#include "support/clock.hpp"
#include "support/database.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::testing;

namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kMidnight = 1'700'006'400'000;  // 15 November 2023

struct TimekeeperTest : ::testing::Test {
    TimekeeperTest() {
        advance_to(0);
        repository = database
                         .write([&](store::Transaction& tx) {
                             store::NewRepository row;
                             row.full_name = "acme/app";
                             row.clone_url = "http://forge.test/acme/app.git";
                             row.default_branch = "main";
                             row.hook = "app";
                             return store::add_repository(tx, row);
                         })
                         .value();
    }

    void say(const std::vector<store::ScheduleRow>& rows) {
        database
            .write([&](store::Transaction& tx) -> Result<> {
                store::replace_schedules(tx, repository, rows);
                return {};
            })
            .value();
    }

    /// In minutes from midnight on; -1: nothing will ever be due.
    std::int64_t keep_time() {
        const auto next = run_task<Result<std::optional<TimePoint>>>([&](Executor executor) {
            return keep(executor);
        });
        return next.value() ? (to_unix_ms(**next) - kMidnight) / kMinute : -1;
    }

    Task<Result<std::optional<TimePoint>>> keep(Executor executor) {
        schedule::Timekeeper keeper{{executor, *database.database, clock, [this] { ++rings; }}};
        auto keeping = keeper.keep_time();
        co_return co_await std::move(keeping);
    }

    std::optional<store::DeliveryRow> next_delivery() {
        return database
            .read([&](store::Connection& db) -> Result<std::optional<store::DeliveryRow>> {
                const auto next = store::find_next_pending(db, repository, clock.now());
                return next ? store::find_delivery(db, *next) : std::nullopt;
            })
            .value();
    }

    void advance_to(std::int64_t minute) {
        clock.advance(from_unix_ms(kMidnight + minute * kMinute) - clock.now());
    }

    ManualClock clock;
    InlineDatabase database{clock};
    model::RepositoryId repository;
    int rings = 0;
};

store::ScheduleRow row(const std::string& cron) {
    store::ScheduleRow out;
    out.path = ".triphammer/nightly.yml";
    out.cron = cron;
    return out;
}

}  // namespace

TEST_F(TimekeeperTest, KnowsTheExactTimeOfTheNext) {
    EXPECT_EQ(keep_time(), -1);
    say({row("30 1 * * *"), row("0 0 30 2 *")});

    EXPECT_EQ(keep_time(), 90);
    EXPECT_FALSE(next_delivery());
}

TEST_F(TimekeeperTest, StartsWhatIsDueAndReckonsAnew) {
    say({row("30 1 * * *")});
    (void)keep_time();
    advance_to(90);

    EXPECT_EQ(keep_time(), 90 + 24 * 60);

    const auto delivery = next_delivery();
    ASSERT_TRUE(delivery);
    EXPECT_EQ(delivery->event, "schedule");
    EXPECT_NE(
        delivery->facts_json.find("\"workflow\":\".triphammer/nightly.yml\""), std::string::npos
    );
    EXPECT_EQ(rings, 1);
}

TEST_F(TimekeeperTest, StartsOnceWhatWasMissedManyTimes) {
    say({row("0 * * * *")});
    (void)keep_time();
    advance_to(10 * 60 + 5);

    EXPECT_EQ(keep_time(), 11 * 60);

    const auto count = database.read([](store::Connection& db) -> Result<std::int64_t> {
        return db.prepare("SELECT count(*) FROM deliveries").find<std::int64_t>().value_or(0);
    });
    EXPECT_EQ(count.value(), 1);
}

TEST_F(TimekeeperTest, WhatIsSaidAgainKeepsItsTimeAndTheRestIsGone) {
    say({row("0 * * * *"), row("5 * * * *")});
    (void)keep_time();
    advance_to(30);

    say({row("0 * * * *")});

    EXPECT_EQ(keep_time(), 60);
    say({});
    EXPECT_EQ(keep_time(), -1);
}
