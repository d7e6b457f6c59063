#include "queue/trust.hpp"

#include "queue/approvals.hpp"
#include "queue/queue_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <set>

namespace triphammer::queue {

namespace {

using model::ApprovalState;

constexpr std::int64_t kFork = 4711;
constexpr std::int64_t kStranger = 99;

struct Trust : ::testing::Test, triphammer::testing::QueueFixture {
    static plan::Plan make_pull(char commit, std::int64_t author = kStranger) {
        auto plan = make_plan({{"test", {}}, {"pack", {"test"}}});
        auto& run = plan.runs[0];
        run.event = "pull_request";
        run.from_fork = true;
        run.sha = std::string(40, commit);
        run.contexts_json =
            R"({"github": {"event": {"pull_request": {"user": {"id": )" + std::to_string(author) +
            R"(, "login": "mallory"}, "head": {"repo": {"id": )" + std::to_string(kFork) + "}}}}}}";
        return plan;
    }

    model::RunId pull(char commit, std::int64_t author = kStranger) {
        return create_planned(make_pull(commit, author));
    }

    std::vector<store::ApprovalRow> questions(const std::string& state = "") {
        return read([&](store::Connection& db) {
            return store::list_approvals(db, {.state = state}, {}).rows;
        });
    }

    Result<model::ApprovalState> answer(bool approves) {
        Answer answer{.approval = questions().front().id, .approves = approves};
        answer.actor = "user:olga";
        return try_write([&](store::Transaction& tx) { return answer_approval(tx, answer); });
    }

    Result<> set_policy(const std::string& policy) {
        return try_write([&](store::Transaction& tx) {
            return set_fork_policy(tx, repository, policy, "user:olga");
        });
    }
};

TEST_F(Trust, HoldsARunOfAForkAndAsksOnceForItsCommit) {
    const auto first = pull('b');
    const auto second = pull('b');

    EXPECT_EQ(run_state(first), "waiting");
    EXPECT_EQ(job_state(first, "test"), "blocked");
    EXPECT_EQ(
        job(first, "test").reason,
        "waits for approval of commit bbbbbbbbbbbb, which comes from a fork"
    );
    EXPECT_EQ(run_state(second), "waiting");
    EXPECT_FALSE(claim());
    const auto asked = questions();
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked[0].head, (store::ForkHead{kFork, kStranger}));
    EXPECT_EQ(asked[0].sha, std::string(40, 'b'));
}

TEST_F(Trust, LetsEveryRunOfTheApprovedCommitGo) {
    const auto first = pull('b');
    const auto second = pull('b');

    EXPECT_EQ(answer(true).value(), ApprovalState::approved);

    EXPECT_EQ(job_state(first, "test"), "queued");
    EXPECT_EQ(job_state(second, "test"), "queued");
    EXPECT_TRUE(claim());
    EXPECT_EQ(run_state(pull('b')), "queued");
}

TEST_F(Trust, BindsTheAnswerToCommitAuthorAndRepository) {
    pull('b');
    ASSERT_TRUE(answer(true));

    EXPECT_EQ(run_state(pull('c')), "waiting");
    EXPECT_EQ(run_state(pull('b', kStranger + 1)), "waiting");
    repository = add_repository("octo/cellar");
    EXPECT_EQ(run_state(pull('b')), "waiting");
    EXPECT_EQ(questions("pending").size(), 3U);
}

TEST_F(Trust, NeverRunsACommitOnAnotherOnesApprovalWhateverComesWhen) {
    std::mt19937 dice{7};
    std::set<std::string> approved;
    int ran = 0;
    for (int round = 0; round < 150; ++round) {
        const auto digits = std::to_string(round);
        const auto first = std::string(40 - digits.size(), 'b') + digits;
        const auto second = std::string(40 - digits.size(), 'c') + digits;
        const auto push = [&](const std::string& sha) {
            auto plan = make_pull('b');
            plan.runs[0].sha = sha;
            create_planned(plan);
        };
        const auto approve_first = [&] {
            for (const auto& question : questions("pending")) {
                if (question.sha != first) continue;
                Answer yes{.approval = question.id, .approves = true};
                yes.actor = "user:olga";
                const auto done =
                    try_write([&](store::Transaction& tx) { return answer_approval(tx, yes); });
                if (done) approved.insert(first);
            }
        };
        const auto claim_one = [&] {
            const auto claimed = claim(10'000);
            if (!claimed) return;
            const auto run = claimed->job.run;
            const auto sha =
                read([&](store::Connection& db) { return store::find_run(db, run); })->sha;
            EXPECT_TRUE(approved.contains(sha)) << sha;
            ASSERT_TRUE(finish(attach(claimed->fence)));
            ++ran;
        };
        std::vector<std::function<void()>> acts{
            [&] { push(first); }, [&] { push(second); }, approve_first, claim_one, claim_one};
        std::shuffle(acts.begin(), acts.end(), dice);
        for (const auto& act : acts) act();
        for (const auto& question : questions("pending")) {  // whatever nobody approved ends
            Answer no{.approval = question.id, .approves = false};
            no.actor = "user:olga";
            (void)try_write([&](store::Transaction& tx) { return answer_approval(tx, no); });
        }
    }
    EXPECT_GT(ran, 30) << "approved ones do run";
}

TEST_F(Trust, CancelsWhatWasRejectedAndAsksAgainForAnotherTry) {
    const auto run = pull('b');

    EXPECT_EQ(answer(false).value(), ApprovalState::rejected);

    EXPECT_EQ(run_state(run), "cancelled");
    EXPECT_EQ(answer(true).error().code, Code::conflict);
    EXPECT_EQ(run_state(pull('b')), "waiting");
    EXPECT_EQ(questions("pending").size(), 1U);
}

TEST_F(Trust, KnowsTheHeadOfARunThatWasSkippedAtFirst) {
    auto plan = make_pull('b');
    plan.runs[0].state = model::RunState::succeeded;
    for (auto& job : plan.runs[0].jobs) job.state = model::JobState::skipped;
    const auto run = create_planned(plan);

    const RerunRequest again{.actor = "mona"};
    ASSERT_TRUE(try_write([&](store::Transaction& tx) { return rerun(tx, run, again); }));

    ASSERT_EQ(questions("pending").size(), 1U);
    EXPECT_EQ(questions()[0].head, (store::ForkHead{kFork, kStranger}));
    pull('c');
    ASSERT_TRUE(answer(true));
    EXPECT_TRUE(claim());
    EXPECT_EQ(job_state(run, "test"), "blocked");
}

TEST_F(Trust, StaysClosedForACancelAndARerun) {
    const auto run = pull('b');
    const auto first = *read([&](store::Connection& db) { return store::find_run(db, run); });
    const auto definition = job(run, "test").definition_json;
    write([&](store::Transaction& tx) {
        return request_cancel(tx, run, CancelRequest{"no", "olga"});
    });
    EXPECT_EQ(run_state(run), "cancelled");
    EXPECT_EQ(questions()[0].state, ApprovalState::voided);

    write([&](store::Transaction& tx) { return rerun(tx, run, {.actor = "user:olga"}); });

    EXPECT_EQ(run_state(run), "waiting");
    const auto again = *read([&](store::Connection& db) { return store::find_run(db, run); });
    EXPECT_EQ(again.sha, first.sha);
    EXPECT_EQ(again.definition_sha256, first.definition_sha256);
    EXPECT_EQ(job(run, "test").definition_json, definition);
    EXPECT_TRUE(again.from_fork);
    EXPECT_FALSE(claim());
    ASSERT_TRUE(answer(true));
    EXPECT_TRUE(claim());
}

TEST_F(Trust, TakesNoPlaceInAGroupBeforeItIsApproved) {
    auto own = make_plan({{"build", {}}});
    own.runs[0].group = {.name = "ci", .cancels = true};
    const auto running = create_planned(own);
    ASSERT_TRUE(claim());
    auto plan = make_pull('b');
    plan.runs[0].group = {.name = "ci", .cancels = true};

    const auto strange = create_planned(plan);

    EXPECT_FALSE(job(running, "build").cancel_requested_at);
    ASSERT_TRUE(answer(true));
    EXPECT_TRUE(job(running, "build").cancel_requested_at);
    EXPECT_EQ(job_state(strange, "test"), "blocked");
}

TEST_F(Trust, KnowsPeopleWhoseCodeWasApprovedBefore) {
    ASSERT_TRUE(set_policy("first-time"));
    pull('b');
    const auto waiting = pull('c');
    EXPECT_EQ(run_state(waiting), "waiting");

    ASSERT_TRUE(answer(true));

    EXPECT_EQ(job_state(waiting, "test"), "queued");
    EXPECT_EQ(run_state(pull('d')), "queued");
    EXPECT_EQ(run_state(pull('d', kStranger + 1)), "waiting");
    EXPECT_EQ(run_state(pull('e', 0)), "waiting");
}

TEST_F(Trust, ObeysAPolicyThatChangesWhileRunsWait) {
    const auto run = pull('b');
    ASSERT_TRUE(set_policy("none"));
    EXPECT_EQ(job_state(run, "test"), "queued");
    EXPECT_EQ(questions()[0].state, ApprovalState::voided);

    ASSERT_TRUE(set_policy("all"));

    EXPECT_FALSE(claim());
    EXPECT_EQ(questions("pending").size(), 1U);
    ASSERT_TRUE(answer(true));
    EXPECT_TRUE(claim());
    EXPECT_EQ(set_policy("everybody").error().code, Code::invalid);
}

/// What no code above the tables can get around.
TEST_F(Trust, RefusesAnAttemptInTheTableItself) {
    const auto run = pull('b');
    write([&](store::Transaction& tx) -> Result<> {
        tx.prepare("UPDATE jobs SET state = 'queued', queued_at = 1 WHERE state = 'blocked'").run();
        return {};
    });
    const auto id = job(run, "test").id;
    const auto insert = [&] {
        return try_write([&](store::Transaction& tx) -> Result<model::Fence> {
            return store::insert_attempt(tx, id, "token", "host");
        });
    };

    EXPECT_FALSE(claim());
    const auto refused = insert();

    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("not approved"), std::string::npos);
    ASSERT_TRUE(answer(true));
    EXPECT_TRUE(insert());
}

TEST_F(Trust, DeploysNothingOfAFork) {
    auto plan = make_pull('b');
    plan.runs[0].jobs[0].environment = "production";
    const auto run = create_planned(plan);
    ASSERT_TRUE(answer(true));

    EXPECT_FALSE(claim());

    EXPECT_EQ(job_state(run, "test"), "skipped");
    EXPECT_EQ(job(run, "test").reason, "a pull request from a fork deploys nothing");
}

}  // namespace

}  // namespace triphammer::queue
