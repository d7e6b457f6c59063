#include "queue/gate_fixture.hpp"

namespace triphammer::queue {

namespace {

using std::chrono::hours;

struct ApproveJob : EnvironmentGate {
    model::RunId ask() {
        auto plan = make_plan({{"ask", {}}, {"after", {"ask"}}});
        plan.runs[0].jobs[0].kind = model::JobKind::approve;
        plan.runs[0].jobs[0].definition.kind = "approve";
        return create_planned(plan);
    }

    std::optional<Claim> claim_asking(Result<model::ApproveQuestion> asked) {
        return write([&](store::Transaction& tx) {
            ClaimRequest request;
            request.workers = 10;
            request.token_sha256 = "token-" + std::to_string(++tokens);
            request.question = [&](store::Transaction&, const store::JobRow&) { return asked; };
            return claim_next(tx, request);
        });
    }
};

TEST_F(ApproveJob, SucceedsWhenPeopleSayYesAndTakesNoWorker) {
    const auto run = ask();
    EXPECT_FALSE(claim_asking(model::ApproveQuestion{.subject = "app@sha256:one"}));
    EXPECT_EQ(job_state(run, "ask"), "waiting");

    ASSERT_TRUE(answer("user:ada"));

    EXPECT_EQ(job_state(run, "ask"), "succeeded");
    EXPECT_EQ(job_state(run, "after"), "queued");
    EXPECT_EQ(number("SELECT count(*) FROM attempts"), 0);
}

TEST_F(ApproveJob, FailsWhenPeopleSayNoOrNothing) {
    const auto refused = ask();
    claim_asking(model::ApproveQuestion{});
    ASSERT_TRUE(answer("user:ada", false));
    EXPECT_EQ(job_state(refused, "ask"), "failed");
    EXPECT_EQ(job_state(refused, "after"), "skipped");

    const auto silent = ask();
    claim_asking(model::ApproveQuestion{.expires = hours{1}});
    clock.advance(hours{1});
    claim_asking(model::ApproveQuestion{.expires = hours{1}});

    EXPECT_EQ(job(silent, "ask").cause, model::Cause::timeout);
}

TEST_F(ApproveJob, FailsWhereNobodyCanSayWhatItAsks) {
    const auto run = ask();

    claim_asking(invalid("approve.min: not a number"));

    EXPECT_EQ(job_state(run, "ask"), "failed");
    EXPECT_EQ(job(run, "ask").reason, "approve.min: not a number");
}

}  // namespace

}  // namespace triphammer::queue
