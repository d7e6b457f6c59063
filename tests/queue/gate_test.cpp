#include "queue/gate_fixture.hpp"

namespace triphammer::queue {

namespace {

using model::ApprovalState;
using model::EnvironmentRules;
using std::chrono::hours;
using std::chrono::minutes;

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

TEST_F(EnvironmentGate, KnowsTheAuthorByTheNumberAtGitHubWhateverTheNames) {
    ASSERT_TRUE(set({.approvals = 1}));
    link("ada", 4711, "lovelace");
    link("bob", 12, "Committer");
    ship(
        "refs/heads/main",
        R"({"github": {"actor": "was-ada", "event": {"sender": {"id": 4711, "login": "was-ada"},
            "head_commit": {"author": {"username": "committer"}}}}})"
    );
    claim();

    EXPECT_EQ(answer("user:ada").error().code, Code::refused) << "the number is ada's";
    EXPECT_EQ(answer("user:bob").error().code, Code::refused) << "the name at GitHub is bob's";
    link("eve", 13, "eve-gh");
    EXPECT_TRUE(answer("user:eve"));
}

TEST_F(EnvironmentGate, KnowsTheAuthorWhoHasUnlinkedTheAccountSince) {
    ASSERT_TRUE(set({.approvals = 1}));
    for (int time = 0; time < 2; ++time) {
        link("ada", 4711, "lovelace");
        unlink("ada");
    }
    link("bob", 12, "committer");
    unlink("bob");
    ship(
        "refs/heads/main",
        R"({"github": {"actor_id": "4711", "event": {"head_commit":
            {"author": {"username": "committer"}}}}})"
    );
    claim();

    EXPECT_EQ(answer("user:ada").error().code, Code::refused);
    EXPECT_EQ(answer("user:bob").error().code, Code::refused);
    link("eve", 4711, "lovelace");
    EXPECT_EQ(answer("user:eve").error().code, Code::refused) << "both were it";
}

TEST_F(EnvironmentGate, KnowsTheAuthorByTheNumberOfAPullRequestAndOfTheActor) {
    ASSERT_TRUE(set({.approvals = 1}));
    link("ada", 4711, "a");
    link("bob", 12, "b");
    ship(
        "refs/heads/main",
        R"({"github": {"actor_id": "4711", "event": {"pull_request": {"user": {"id": 12}}}}})"
    );
    claim();

    EXPECT_EQ(answer("user:ada").error().code, Code::refused);
    EXPECT_EQ(answer("user:bob").error().code, Code::refused);
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
        for (const auto* name : {"ivy", "kim"}) store::add_user(tx, name, "none", "x").value();
        store::put_grant(
            tx, *store::find_user_by_name(tx, "ivy"), {repository, "approver"}, "user:root"
        );
        return {};
    });
    ASSERT_TRUE(set({.approvals = 1, .reviewers = {"approver"}}));
    ship();
    EXPECT_FALSE(claim());

    EXPECT_EQ(answer("user:kim").error().code, Code::refused);
    ASSERT_TRUE(answer("user:ivy"));

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

TEST_F(EnvironmentGate, LetsNoApplyPastWithoutAnEnvironment) {
    for (const auto* command : {"plan", "apply"}) {
        auto plan = make_plan({{command, {}}});
        auto& job = plan.runs[0].jobs[0];
        job.kind = model::JobKind::terraform;
        job.definition.kind = "terraform";
        job.definition.terraform.emplace();
        job.definition.terraform->command = command;
        job.definition.environment.text = "${{ vars.WHERE }}";
        const auto run = create_planned(plan);

        const bool is_plan = command == std::string{"plan"};
        EXPECT_EQ(claim().has_value(), is_plan) << command;
        EXPECT_EQ(job_state(run, command), is_plan ? "running" : "failed");
    }
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

}  // namespace

}  // namespace triphammer::queue
