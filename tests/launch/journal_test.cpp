#include "launch/journal.hpp"

#include "base/digest.hpp"
#include "queue/queue_fixture.hpp"
#include "store/runs/summary_store.hpp"

#include <gtest/gtest.h>

namespace triphammer::launch {

namespace {

using Verdicts = std::vector<protocol::Verdict>;

constexpr const char* kNonce = "00112233445566778899aabbccddeeff";

struct Journal : ::testing::Test, triphammer::testing::QueueFixture {
    model::RunId run = create({{"build", {}}, {"test", {"build"}}});
    model::Fence fence = claim_with("token");

    model::Fence claim_with(const std::string& token) {
        return write([&](store::Transaction& tx) -> Result<model::Fence> {
            queue::ClaimRequest request;
            request.token_sha256 = sha256_hex(token);
            auto claim = queue::claim_next(tx, request);
            if (!claim) return claim.error();
            return (*claim)->fence;
        });
    }

    Result<AttachedRunner> attach_as(const std::string& token, const std::string& nonce) {
        const protocol::Attach message{fence, Secret{token}, nonce, 0, "1"};
        return try_write([&](store::Transaction& tx) { return attach_runner(tx, message); });
    }

    Result<Verdicts> apply(std::vector<protocol::Record> records, std::uint64_t base) {
        const protocol::Commit commit{std::move(records), base, base + 100};
        return try_write([&](store::Transaction& tx) {
            return apply_records(tx, {fence, kNonce}, commit, logs);
        });
    }

    std::string state_of(const char* key) {
        return read([&](store::Connection& db) {
            for (const auto& job : store::list_jobs(db, run)) {
                if (job.key == key) return std::string{name_of(job.state)};
            }
            return std::string{};
        });
    }

    std::int64_t acked() {
        return read([&](store::Connection& db) { return store::find_attempt(db, fence)->acked; });
    }

    std::vector<store::StepLog> logs;
};

}  // namespace

TEST_F(Journal, LetsInTheAttemptsRunnerOnly) {
    EXPECT_EQ(attach_as("another token", kNonce).error().code, Code::refused);
    EXPECT_TRUE(attach_as("token", kNonce));
    EXPECT_TRUE(attach_as("token", kNonce));
    EXPECT_EQ(attach_as("token", std::string(32, 'f')).error().code, Code::refused);
}

TEST_F(Journal, AppliesAStepWithItsLogAndMovesAcked) {
    ASSERT_TRUE(attach_as("token", kNonce));
    logs.push_back({0, 12, 2, ""});
    protocol::StepEnd end;
    end.exit_status = 3;
    end.state = model::StepState::failed;
    end.cause = model::Cause::exit;

    ASSERT_TRUE(apply({protocol::StepBegin{0, "", "build", 1}, end}, 0));

    const auto steps = read([&](store::Connection& db) { return store::list_steps(db, fence); });
    ASSERT_EQ(steps.size(), 1U);
    EXPECT_EQ(steps[0].state, model::StepState::failed);
    EXPECT_EQ(steps[0].exit_status, 3);
    EXPECT_EQ(steps[0].log_lines, 2);
    EXPECT_EQ(acked(), 100);
}

TEST_F(Journal, KeepsTheSummariesOfStepsWhole) {
    ASSERT_TRUE(attach_as("token", kNonce));

    ASSERT_TRUE(apply(
        {protocol::StepBegin{1, "", "build", 1},
         protocol::Summary{1, 0, "# one\n"},
         protocol::Summary{1, 1, "two\n"},
         protocol::Summary{2, 0, "three"}},
        0
    ));

    const auto list = [&](std::size_t most) {
        return read([&](store::Connection& db) { return store::list_summaries(db, fence, most); });
    };
    const auto all = list(20);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].step_name, "build");
    EXPECT_EQ(all[0].markdown, "# one\ntwo\n");
    EXPECT_EQ(all[1].markdown, "three");
    ASSERT_EQ(list(1).size(), 1U);
    EXPECT_EQ(list(1)[0].markdown, "# one\ntwo\n");
}

TEST_F(Journal, AnEndFinishesTheJobAndLetsTheNextBegin) {
    ASSERT_TRUE(attach_as("token", kNonce));

    ASSERT_TRUE(apply({protocol::End{}}, 0));

    EXPECT_EQ(state_of("build"), "succeeded");
    EXPECT_EQ(state_of("test"), "queued");
}

TEST_F(Journal, AppliesNothingTwice) {
    ASSERT_TRUE(attach_as("token", kNonce));
    ASSERT_TRUE(apply({protocol::StepBegin{0, "", "build", 1}}, 0));

    EXPECT_EQ(apply({protocol::StepBegin{0, "", "build", 1}}, 0).error().code, Code::unavailable);
    EXPECT_EQ(acked(), 100);
}

TEST_F(Journal, AFailingRecordLeavesNothingOfItsCommit) {
    ASSERT_TRUE(attach_as("token", kNonce));
    protocol::Intent intent;  // this job has no deployment
    intent.n = 1;

    EXPECT_FALSE(apply({protocol::StepBegin{0, "", "build", 1}, intent}, 0));

    const auto steps = read([&](store::Connection& db) { return store::list_steps(db, fence); });
    EXPECT_TRUE(steps.empty());
    EXPECT_EQ(acked(), 0);
}

TEST_F(Journal, RefusesARunnerThatWasGivenUp) {
    ASSERT_TRUE(attach_as("token", kNonce));
    ASSERT_TRUE(try_write([&](store::Transaction& tx) {
        return lose_runner(tx, fence, {"the runner died", true});
    }));

    EXPECT_EQ(apply({protocol::End{}}, 0).error().code, Code::conflict);
    EXPECT_EQ(state_of("build"), "failed");
    EXPECT_EQ(attach_as("token", kNonce).error().code, Code::refused);
}

TEST_F(Journal, TellsAnAttachingRunnerOfACancel) {
    ASSERT_TRUE(attach_as("token", kNonce));
    write([&](store::Transaction& tx) {
        return queue::request_cancel(tx, run, {"superseded", "mona"});
    });

    const auto attached = attach_as("token", kNonce);

    ASSERT_TRUE(attached && attached->cancel);
    EXPECT_EQ(attached->cancel->why, "superseded");
}

}  // namespace triphammer::launch
