#include "store/runs/attempt_store.hpp"

#include "store/sample_database.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::store;
using model::AttemptState;
using triphammer::testing::SampleDatabase;

namespace {

struct AttemptStoreFixture : SampleDatabase {
    Result<> attach(const std::string& token, const std::string& nonce) {
        return try_write([&](Transaction& tx) {
            return attach_attempt(tx, {fence, token, nonce, "0.1.0"});
        });
    }

    Result<bool> ack(const std::string& nonce, std::int64_t seq) {
        return try_write([&](Transaction& tx) { return move_acked(tx, {fence, nonce}, seq); });
    }

    Result<> end(const std::string& nonce) {
        return try_write([&](Transaction& tx) {
            return end_attempt(tx, {fence, nonce}, {.result = "succeeded"});
        });
    }

    Result<> close() {
        return try_write([&](Transaction& tx) {
            return close_attempt(tx, fence, {.cause = model::Cause::lost_runner});
        });
    }

    AttemptRow row() {
        return *read([&](Connection& db) { return find_attempt(db, fence); });
    }

    model::JobId job = add_job(add_run(add_repository("octo/roof")), "build");
    model::Fence fence = write([&](Transaction& tx) -> Result<model::Fence> {
        return insert_attempt(tx, job, "token-sum", "host");
    });
};

}  // namespace

TEST(AttemptStore, BelongsToTheFirstRunnerThatHasItsToken) {
    AttemptStoreFixture fixture;

    EXPECT_EQ(fixture.attach("wrong", "nonce-1").error().code, Code::refused);
    EXPECT_TRUE(fixture.attach("token-sum", "nonce-1"));
    EXPECT_TRUE(fixture.attach("token-sum", "nonce-1"));
    EXPECT_EQ(fixture.attach("token-sum", "nonce-2").error().code, Code::refused);

    EXPECT_EQ(fixture.row().state, AttemptState::running);
    EXPECT_EQ(fixture.row().nonce, "nonce-1");
}

TEST(AttemptStore, AcceptsEachRecordOnceAndOnlyFromItsRunner) {
    AttemptStoreFixture fixture;
    EXPECT_EQ(fixture.ack("", 10).error().code, Code::conflict);
    fixture.attach("token-sum", "nonce-1").value();

    EXPECT_EQ(fixture.ack("nonce-1", 10).value(), true);
    EXPECT_EQ(fixture.ack("nonce-1", 10).value(), false);
    EXPECT_EQ(fixture.ack("nonce-1", 7).value(), false);
    EXPECT_EQ(fixture.ack("nonce-2", 20).error().code, Code::conflict);
    EXPECT_EQ(fixture.ack("nonce-1", 20).value(), true);

    EXPECT_EQ(fixture.row().acked, 20);
}

TEST(AttemptStore, LetsALostRunnerChangeNothing) {
    AttemptStoreFixture fixture;
    fixture.attach("token-sum", "nonce-1").value();
    fixture.close().value();

    EXPECT_EQ(fixture.ack("nonce-1", 10).error().code, Code::conflict);
    EXPECT_EQ(fixture.end("nonce-1").error().code, Code::conflict);
    EXPECT_EQ(fixture.attach("token-sum", "nonce-1").error().code, Code::refused);
    EXPECT_EQ(fixture.close().error().code, Code::conflict);

    EXPECT_EQ(fixture.row().cause, model::Cause::lost_runner);
}

TEST(AttemptStore, TakesANewTokenOnlyBeforeARunnerCame) {
    AttemptStoreFixture fixture;
    const auto renew = [&](Transaction& tx) {
        return set_attempt_token(tx, fixture.fence, "second-sum");
    };

    EXPECT_TRUE(fixture.try_write(renew));
    EXPECT_EQ(fixture.attach("token-sum", "nonce-1").error().code, Code::refused);
    EXPECT_TRUE(fixture.attach("second-sum", "nonce-1"));
    EXPECT_EQ(fixture.try_write(renew).error().code, Code::conflict);
}

TEST(AttemptStore, AllowsOneOpenAttemptOfAJob) {
    AttemptStoreFixture fixture;
    const auto second = [&](Transaction& tx) -> Result<model::Fence> {
        return insert_attempt(tx, fixture.job, "other-sum", "host");
    };

    EXPECT_EQ(fixture.try_write(second).error().code, Code::internal);
    fixture.close().value();
    const auto fence = fixture.try_write(second).value();

    EXPECT_GT(fence, fixture.fence);
    const auto attempts =
        fixture.read([&](Connection& db) { return list_attempts(db, fixture.job); });
    ASSERT_EQ(attempts.size(), 2U);
    EXPECT_EQ(attempts[1].number, 2);
}

TEST(AttemptStore, NeverUsesAFenceTwice) {
    AttemptStoreFixture fixture;
    fixture.close().value();
    fixture.write([&](Transaction& tx) -> Result<> {
        tx.prepare("DELETE FROM attempts").run();
        return {};
    });

    const auto next = fixture.write([&](Transaction& tx) -> Result<model::Fence> {
        return insert_attempt(tx, fixture.job, "other-sum", "host");
    });

    EXPECT_GT(next, fixture.fence);
}

TEST(AttemptStore, RemembersWhatMustBeSwept) {
    AttemptStoreFixture fixture;
    const auto unswept = [&] {
        return fixture.read([](Connection& db) { return list_unswept(db, 10); });
    };

    EXPECT_TRUE(unswept().empty());
    fixture.close().value();
    EXPECT_EQ(unswept(), std::vector<model::Fence>{fixture.fence});
    fixture.write([&](Transaction& tx) -> Result<> {
        set_swept(tx, fixture.fence);
        return {};
    });
    EXPECT_TRUE(unswept().empty());
}
