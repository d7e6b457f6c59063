// The runner is lost between an effect and its record (docs/protocol, E3): the next attempt looks
// before it acts.
#include "engine/deploy_fixture.hpp"

using namespace triphammer;
using model::DeploymentState;
using triphammer::testing::Deployments;
using triphammer::testing::must;
using triphammer::testing::RecordingSession;

namespace {

using Change = std::function<void(RecordingSession&)>;

/// The effect is done, its result never arrives.
Change lose_after(const std::string& kind) {
    return [kind](RecordingSession& session) {
        session.on_result = [&session, kind](const protocol::EffectResult&) {
            return session.intents_.back().kind != kind;
        };
    };
}

/// The intent is in the ledger, nothing was done.
Change lose_before(const std::string& kind) {
    return [kind](RecordingSession& session) {
        session.on_verdict = [kind](const protocol::Intent& intent) { return intent.kind != kind; };
    };
}

std::vector<std::string> all_kinds() {
    return {"create-candidate", "start-candidate", "switch", "retire-previous"};
}

std::size_t count_of(const nlohmann::json& effects, const std::string& kind) {
    std::size_t count = 0;
    for (const auto& effect : effects) count += effect["kind"] == kind ? 1 : 0;
    return count;
}

}  // namespace

TEST_F(Deployments, GoOnAfterARunnerThatWasLostBehindAnEffect) {
    const auto old_image = make_image("one");
    const auto new_image = make_image("two");
    for (const auto& kind : all_kinds()) {
        deploy(old_image);
        deploy(new_image, lose_after(kind));
        const auto lost_with = effects.size();
        losses = 1;

        const auto outcome = attempt(new_image);

        EXPECT_EQ(outcome.deployment, DeploymentState::succeeded) << kind << ": " << outcome.reason;
        EXPECT_EQ(ask(), "two") << kind;
        ASSERT_FALSE(intents.empty()) << kind;
        EXPECT_EQ(intents.front().n, static_cast<std::int64_t>(lost_with)) << kind;
        EXPECT_EQ(count_of(effects, kind), 1U) << kind;
        EXPECT_EQ(count_containers(model::kCandidateRole), 2U) << kind;
    }
}

TEST_F(Deployments, RepeatAnEffectThatWasNotBegunUnderTheSameKey) {
    const auto old_image = make_image("one");
    const auto new_image = make_image("two");
    for (const auto& kind : all_kinds()) {
        deploy(old_image);
        deploy(new_image, lose_before(kind));
        const auto key = effects.back()["idem"];
        losses = 1;

        const auto outcome = attempt(new_image);

        EXPECT_EQ(outcome.deployment, DeploymentState::succeeded) << kind << ": " << outcome.reason;
        EXPECT_EQ(ask(), "two") << kind;
        ASSERT_FALSE(intents.empty()) << kind;
        EXPECT_EQ(intents.front().idem, key) << kind;
        EXPECT_EQ(count_of(effects, kind), 1U) << kind;
    }
}

TEST_F(Deployments, GoOnGoingBackAfterALostRunner) {
    deploy(make_image("one"));
    const auto image = make_image("two");
    deploy(image, [](RecordingSession& session) {
        session.document_.job.deploy->verify.http = text("/only-on-mars");
        session.document_.job.deploy->verify.timeout = text("1s");
        lose_before("switch-back")(session);
    });
    const auto served = ask();
    losses = 1;

    const auto outcome = attempt(image);

    EXPECT_EQ(served, "two");
    EXPECT_EQ(outcome.deployment, DeploymentState::rolled_back) << outcome.reason;
    EXPECT_EQ(ask(), "one");
    EXPECT_EQ(count_of(effects, "switch-back"), 1U);
}

TEST_F(Deployments, AreUndecidedWhenTheTargetIsNotAsTheLedgerSays) {
    deploy(make_image("one"));
    const auto image = make_image("two");
    deploy(image, lose_before("switch"));
    losses = 1;
    with_engine([this](docker::Engine& engine) {
        return must(engine.remove_container(container(deployment, 1)));
    });

    const auto outcome = attempt(image);

    EXPECT_EQ(outcome.deployment, DeploymentState::unknown) << outcome.reason;
    EXPECT_EQ(outcome.cause, model::Cause::undecided);
    EXPECT_TRUE(intents.empty());
    EXPECT_EQ(ask(), "one");
}

TEST_F(Deployments, AreUndecidedWhenTheLedgerDoesNotLetTheOpenEffectGoOn) {
    deploy(make_image("one"));
    const auto image = make_image("two");
    deploy(image, lose_before("switch"));
    losses = 1;

    const auto outcome =
        attempt(image, [](RecordingSession& session) { session.refusal = "a newer attempt"; });

    EXPECT_EQ(outcome.deployment, DeploymentState::unknown);
    EXPECT_EQ(outcome.reason, "a newer attempt");
    EXPECT_EQ(outcome.cause, model::Cause::undecided);
    EXPECT_EQ(ask(), "one");
}

TEST_F(Deployments, NeverRepeatACommandThatMayHaveRun) {
    const auto image = make_image("one");
    deploy(image, [](RecordingSession& session) {
        session.document_.job.deploy->before = text("true");
        session.on_verdict = [](const protocol::Intent& intent) { return intent.kind != "before"; };
    });
    losses = 1;

    const auto outcome = attempt(image, [](RecordingSession& session) {
        session.document_.job.deploy->before = text("true");
    });

    EXPECT_EQ(outcome.deployment, DeploymentState::unknown);
    EXPECT_TRUE(intents.empty());
}
