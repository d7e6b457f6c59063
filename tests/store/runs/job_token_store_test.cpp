#include "store/runs/job_token_store.hpp"

#include "store/runs/attempt_store.hpp"
#include "store/sample_database.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::store;
using triphammer::testing::SampleDatabase;

namespace {

struct JobTokenStoreFixture : SampleDatabase {
    model::Fence start(const std::string& token) {
        const auto job = add_job(run, token);
        return write([&](Transaction& tx) -> Result<model::Fence> {
            const auto fence = insert_attempt(tx, job, token, "host");
            add_job_token(tx, {{}, fence, "sealed " + token, tx.now()});
            return fence;
        });
    }

    std::vector<JobTokenRow> dead() {
        return read([](Connection& db) { return list_dead_job_tokens(db, 10); });
    }

    model::RunId run = add_run(add_repository("octo/roof"));
};

}  // namespace

TEST(JobTokens, AreDeadWhenTheirAttemptHasEnded) {
    JobTokenStoreFixture fixture;
    const auto ended = fixture.start("one");
    fixture.start("two");
    fixture.write([&](Transaction& tx) { return close_attempt(tx, ended, {}); });

    const auto dead = fixture.dead();

    ASSERT_EQ(dead.size(), 1U);
    EXPECT_EQ(dead[0].attempt, ended);
    EXPECT_EQ(dead[0].sealed, "sealed one");
}

TEST(JobTokens, AreForgottenOneByOne) {
    JobTokenStoreFixture fixture;
    const auto ended = fixture.start("one");
    fixture.write([&](Transaction& tx) { return close_attempt(tx, ended, {}); });
    const auto id = fixture.dead().at(0).id;

    fixture.write([&](Transaction& tx) -> Result<> {
        remove_job_token(tx, id);
        return {};
    });

    EXPECT_TRUE(fixture.dead().empty());
}
