#include "queue/gate.hpp"

#include "queue/approvals.hpp"
#include "queue/queue_fixture.hpp"
#include "store/user_store.hpp"

#include <gtest/gtest.h>

namespace triphammer::queue {

namespace {

using model::ApprovalState;
using model::EnvironmentRules;
using std::chrono::hours;
using std::chrono::minutes;

struct EnvironmentGate : ::testing::Test, triphammer::testing::QueueFixture {
    EnvironmentGate() {
        for (const auto* name : {"ada", "bob", "mona"}) {
            write([&](store::Transaction& tx) { return store::add_user(tx, name, "approver", "x"); }
            );
        }
    }

    Result<> set(const EnvironmentRules& rules) {
        return try_write([&](store::Transaction& tx) {
            return set_environment_rules(tx, {repository, "production"}, rules, "user:root");
        });
    }

    model::RunId ship(const std::string& ref = "refs/heads/main") {
        auto plan = make_plan({{"image", {}}, {"ship", {"image"}}});
        plan.runs[0].actor = "mona";
        plan.runs[0].ref = ref;
        plan.runs[0].jobs[0].kind = model::JobKind::image;
        plan.runs[0].jobs[1].environment = "production";
        plan.runs[0].jobs[1].definition.environment.text = "production";
        const auto run = create_planned(plan);
        end_image("sha256:one");
        return run;
    }

    void end_image(const std::string& digest) {
        const auto hold = run_next();
        write([&](store::Transaction& tx) {
            AttemptResult result;
            result.outputs_json = R"({"digest": ")" + digest + "\"}";
            return finish_attempt(tx, hold, result);
        });
    }

    store::ApprovalRow question() {
        return read([&](store::Connection& db) {
            return store::list_approvals(db, {}, {}).rows.at(0);
        });
    }

    Result<model::ApprovalState> answer(
        const std::string& actor, bool approves = true, const std::string& glass = ""
    ) {
        const auto asked = question();
        Answer answer{.approval = asked.id, .approves = approves, .actor = actor};
        answer.comment = "looked at it";
        answer.subject = asked.subject;
        answer.break_glass = glass;
        return try_write([&](store::Transaction& tx) { return answer_approval(tx, answer); });
    }
};

TEST_F(EnvironmentGate, IsOpenWithoutRules) {
    const auto run = ship();

    EXPECT_TRUE(claim());
    EXPECT_EQ(job_state(run, "ship"), "running");
}

TEST_F(EnvironmentGate, WaitsForAsManyReviewersAsTheRulesSay) {
    ASSERT_TRUE(set({.approvals = 2}));
    const auto run = ship();

    EXPECT_FALSE(claim());
    EXPECT_EQ(job_state(run, "ship"), "waiting");
    EXPECT_EQ(run_state(run), "waiting");
    EXPECT_EQ(answer("user:ada").value(), ApprovalState::pending);
    EXPECT_EQ(answer("user:ada").error().code, Code::conflict);
    EXPECT_FALSE(claim());
    EXPECT_EQ(answer("user:bob").value(), ApprovalState::approved);

    EXPECT_TRUE(claim());
    EXPECT_EQ(job_state(run, "ship"), "running");
}

TEST_F(EnvironmentGate, IsNotAnsweredByTheAuthorOrWhoRanItAgain) {
    ASSERT_TRUE(set({.approvals = 1}));
    const auto run = ship();
    claim();
    write([&](store::Transaction& tx) {
        return request_cancel(tx, run, CancelRequest{"again", "user:bob"});
    });
    const auto ship_job = job(run, "ship").id;
    write([&](store::Transaction& tx) {
        return rerun(tx, run, {.what = Rerun::job, .job = ship_job, .actor = "user:bob"});
    });
    EXPECT_FALSE(claim());

    EXPECT_EQ(answer("user:Mona").error().code, Code::refused);
    EXPECT_EQ(answer("user:bob").error().code, Code::refused);
    EXPECT_TRUE(answer("user:ada"));
}

TEST_F(EnvironmentGate, IsAnsweredByTheAuthorWhereTheRulesAllowIt) {
    ASSERT_TRUE(set({.approvals = 1, .allows_author = true}));
    ship();
    claim();

    EXPECT_TRUE(answer("user:mona"));
}

TEST_F(EnvironmentGate, IsAnsweredByItsReviewersOnly) {
    EXPECT_EQ(set({.approvals = 1, .reviewers = {"nobody"}}).error().code, Code::invalid);
    ASSERT_TRUE(set({.approvals = 1, .reviewers = {"bob"}}));
    ship();
    claim();

    EXPECT_EQ(answer("user:ada").error().code, Code::refused);
    EXPECT_EQ(answer("socket:0").error().code, Code::refused);
    EXPECT_TRUE(answer("user:bob"));
}

TEST_F(EnvironmentGate, FailsTheJobThatWasRejected) {
    ASSERT_TRUE(set({.approvals = 1}));
    const auto run = ship();
    claim();

    EXPECT_EQ(answer("user:ada", false).value(), ApprovalState::rejected);

    EXPECT_EQ(job_state(run, "ship"), "failed");
    EXPECT_EQ(job(run, "ship").reason, "rejected by user:ada: looked at it");
    EXPECT_EQ(run_state(run), "failed");
    EXPECT_EQ(answer("user:bob").error().code, Code::conflict);
}

TEST_F(EnvironmentGate, VoidsAnAnswerToAnotherImage) {
    ASSERT_TRUE(set({.approvals = 1, .wait = minutes{10}}));
    const auto run = ship();
    claim();
    ASSERT_TRUE(answer("user:ada"));
    const auto first = question();
    EXPECT_FALSE(claim());
    const auto image = job(run, "image").id;
    write([&](store::Transaction& tx) -> Result<> {
        store::set_job_outputs(tx, image, R"({"digest": "sha256:two"})");
        return {};
    });
    clock.advance(minutes{10});

    EXPECT_FALSE(claim());

    const auto second = question();
    EXPECT_NE(second.id, first.id);
    EXPECT_NE(second.subject, first.subject);
    EXPECT_EQ(second.state, ApprovalState::pending);
    EXPECT_EQ(number("SELECT count(*) FROM approvals WHERE state = 'void'"), 1);
}

TEST_F(EnvironmentGate, AsksAgainUnderStricterRules) {
    ASSERT_TRUE(set({.approvals = 1, .wait = minutes{10}}));
    ship();
    claim();
    ASSERT_TRUE(answer("user:ada"));

    ASSERT_TRUE(set({.approvals = 2, .wait = minutes{10}}));
    clock.advance(minutes{10});

    EXPECT_FALSE(claim());
    EXPECT_EQ(question().state, ApprovalState::pending);
}

TEST_F(EnvironmentGate, TellsExactlyWhenItsTimerEnds) {
    ASSERT_TRUE(set({.wait = minutes{30}}));
    const auto run = ship();
    EXPECT_FALSE(claim());
    const auto at =
        read([&](store::Connection& db) { return store::next_not_before(db, clock.now()); });
    EXPECT_EQ(at, clock.now() + minutes{30});

    clock.advance(minutes{30} - Milliseconds{1});
    EXPECT_FALSE(claim());
    EXPECT_EQ(job_state(run, "ship"), "waiting");
    clock.advance(Milliseconds{1});

    EXPECT_TRUE(claim());
}

TEST_F(EnvironmentGate, EndsWhatNobodyAnswersInTime) {
    ASSERT_TRUE(set({.approvals = 1}));
    const auto run = ship();
    claim();
    clock.advance(hours{24});

    EXPECT_EQ(answer("user:ada").error().code, Code::conflict);
    EXPECT_FALSE(claim());

    EXPECT_EQ(job_state(run, "ship"), "failed");
    EXPECT_EQ(job(run, "ship").cause, model::Cause::timeout);
    EXPECT_EQ(question().state, ApprovalState::expired);
}

TEST_F(EnvironmentGate, IsFrozenUntilTheWindowEndsOrTheGlassIsBroken) {
    const auto now = clock.now();
    ASSERT_TRUE(set({.approvals = 1, .freezes = {{now, now + hours{2}, "holidays"}}}));
    const auto first = ship();
    claim();
    ASSERT_TRUE(answer("user:ada"));
    EXPECT_FALSE(claim());
    EXPECT_NE(job(first, "ship").reason.find("frozen until"), std::string::npos);
    EXPECT_EQ(answer("user:mona", true, "the site is down").error().code, Code::refused);

    ASSERT_TRUE(answer("user:bob", true, "the site is down"));

    ASSERT_TRUE(finish(run_next()));
    EXPECT_EQ(question().break_glass_by, "user:bob");
    ship();
    claim();
    ASSERT_TRUE(answer("user:ada"));
    EXPECT_FALSE(claim());
    clock.advance(hours{2});
    EXPECT_TRUE(claim());
}

TEST_F(EnvironmentGate, TakesItsBranchesOnly) {
    ASSERT_TRUE(set({.branches = {"main", "release/**"}}));

    const auto wrong = ship("refs/heads/feature");
    EXPECT_FALSE(claim());
    EXPECT_EQ(job_state(wrong, "ship"), "failed");
    EXPECT_NE(job(wrong, "ship").reason.find("takes main, release/** only"), std::string::npos);

    ship("refs/heads/release/1.0");
    EXPECT_TRUE(claim());
}

TEST_F(EnvironmentGate, TakesNoTagForABranchAndNoBranchForATag) {
    ASSERT_TRUE(set({.branches = {"main", "refs/tags/v*"}}));

    const auto tag = ship("refs/tags/main");
    EXPECT_FALSE(claim());
    EXPECT_EQ(job_state(tag, "ship"), "failed");
    const auto branch = ship("refs/heads/refs/tags/v1");
    EXPECT_FALSE(claim());
    EXPECT_EQ(job_state(branch, "ship"), "failed");
    const auto commit = ship("");
    EXPECT_FALSE(claim());
    EXPECT_EQ(job_state(commit, "ship"), "failed");

    ship("refs/tags/v1");
    EXPECT_TRUE(claim());
}

TEST_F(EnvironmentGate, CountsNobodyWhoLostTheRight) {
    ASSERT_TRUE(set({.approvals = 2}));
    ship();
    EXPECT_FALSE(claim());
    ASSERT_TRUE(answer("user:ada"));

    write([](store::Transaction& tx) -> Result<> {
        store::set_disabled(tx, *store::find_user_by_name(tx, "ada"), true, "x");
        return {};
    });
    ASSERT_TRUE(answer("user:bob"));

    EXPECT_FALSE(claim());
    EXPECT_EQ(question().state, ApprovalState::pending);
}

TEST_F(EnvironmentGate, KnowsRolesOnTheRepository) {
    write([&](store::Transaction& tx) -> Result<> {
        for (const auto* name : {"eve", "kim"}) store::add_user(tx, name, "none", "x").value();
        store::put_grant(
            tx, *store::find_user_by_name(tx, "eve"), {repository, "approver"}, "user:root"
        );
        return {};
    });
    ASSERT_TRUE(set({.approvals = 1, .reviewers = {"approver"}}));
    ship();
    EXPECT_FALSE(claim());

    EXPECT_EQ(answer("user:kim").error().code, Code::refused);
    ASSERT_TRUE(answer("user:eve"));

    EXPECT_TRUE(claim());
}

/// What a file says is no way around: neither another case nor a name that nobody made rules for.
TEST_F(EnvironmentGate, CannotBeAvoidedByAnotherName) {
    ASSERT_TRUE(set({.approvals = 1}));
    const auto rules_of = [&](const std::string& name) {
        return read([&](store::Connection& db) {
            return store::rules_of(db, repository, name).value().approvals;
        });
    };
    EXPECT_EQ(rules_of("Production"), 1);
    EXPECT_EQ(rules_of("prod"), 0);

    write([&](store::Transaction& tx) -> Result<> {
        set_environment_rules(tx, {repository, "*"}, {.approvals = 2}, "user:root").value();
        return set_environment_rules(tx, {repository, "dev"}, {}, "user:root");
    });

    EXPECT_EQ(rules_of("Production"), 1);
    EXPECT_EQ(rules_of("prod"), 2);
    EXPECT_EQ(rules_of("dev"), 0);

    write([&](store::Transaction& tx) {
        return set_environment_rules(tx, {repository, "PRODUCTION"}, {.approvals = 3}, "user:root");
    });
    EXPECT_EQ(rules_of("production"), 3);
}

TEST_F(EnvironmentGate, ForgetsAQuestionWhoseJobEnded) {
    ASSERT_TRUE(set({.approvals = 1}));
    const auto run = ship();
    claim();

    write([&](store::Transaction& tx) {
        return request_cancel(tx, run, CancelRequest{"no", "user:ada"});
    });

    EXPECT_EQ(question().state, ApprovalState::voided);
    EXPECT_EQ(answer("user:ada").error().code, Code::conflict);
}

TEST_F(EnvironmentGate, RefusesAnAnswerToSomethingElseThanWasShown) {
    ASSERT_TRUE(set({.approvals = 1}));
    ship();
    claim();

    Answer answer{.approval = question().id, .approves = true, .actor = "user:ada"};
    answer.subject = "another";
    const auto answered =
        try_write([&](store::Transaction& tx) { return answer_approval(tx, answer); });

    EXPECT_EQ(answered.error().code, Code::conflict);
}

/// A hundred approvals at once, or one: one deployment.
TEST_F(EnvironmentGate, StartsOneAttemptHoweverManyApprove) {
    ASSERT_TRUE(set({.approvals = 1}));
    ship();
    claim();
    int approved = 0;
    for (int i = 0; i < 100; ++i) approved += answer("token:" + std::to_string(i)) ? 1 : 0;

    EXPECT_EQ(approved, 1);
    EXPECT_TRUE(claim());
    EXPECT_FALSE(claim());
}

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
