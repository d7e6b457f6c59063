#include "launch/dispatch_machine.hpp"

#include <gtest/gtest.h>

namespace triphammer::launch {

namespace {

constexpr model::Fence kFence{7};

Instant at(std::int64_t ms) {
    return Instant{std::chrono::milliseconds{ms}};
}

// The machine with what it asked for so far; lists answer at once what `sight` says.
struct Fixture {
    DispatchMachine machine;
    std::vector<DispatchAction> done;
    std::optional<Sight> sight;
    Instant now = at(0);

    void settle() {
        for (auto actions = machine.take_actions(); !actions.empty();
             actions = machine.take_actions()) {
            for (auto& action : actions) {
                const bool is_list = std::holds_alternative<ListRunners>(action);
                done.push_back(std::move(action));
                if (is_list) answer_list();
            }
        }
    }

    void answer_list() {
        std::map<model::Fence, Sight> seen;
        if (sight) seen[kFence] = *sight;
        machine.on_list(seen, now);
    }

    void adopt(bool has_attached, std::optional<Sight> seen) {
        sight = seen;
        machine.adopt(kFence, has_attached);
        machine.on_launcher_ready(now);
        settle();
    }

    void claim() {
        machine.on_launcher_ready(now);
        settle();
        wait(5'000);
        machine.on_claimed(kFence, {}, now);
        settle();
    }

    void wait(std::int64_t ms) {
        now += std::chrono::milliseconds{ms};
        machine.on_time(now);
        settle();
    }

    template <class Action>
    int count() const {
        int found = 0;
        for (const auto& action : done) found += std::holds_alternative<Action>(action) ? 1 : 0;
        return found;
    }

    template <class Action>
    const Action& last() const {
        for (auto action = done.rbegin(); action != done.rend(); ++action) {
            if (const auto* found = std::get_if<Action>(&*action)) return *found;
        }
        throw std::logic_error("no such action");
    }
};

}  // namespace

TEST(DispatchMachine, ClaimsNothingBeforeTheLauncherHasSpoken) {
    Fixture test;
    test.machine.on_work();
    test.settle();
    EXPECT_EQ(test.count<ClaimNext>(), 0);
    EXPECT_NE(test.machine.pause_reason(), "");

    test.machine.on_launcher_ready(test.now);
    test.settle();

    EXPECT_EQ(test.count<ClaimNext>(), 1);
    EXPECT_EQ(test.machine.pause_reason(), "");
}

TEST(DispatchMachine, ClaimsUntilThereIsNothingAndThenOnlyWhenTold) {
    Fixture test;
    test.claim();
    test.machine.on_claimed({}, {}, test.now);
    test.settle();
    EXPECT_EQ(test.count<ClaimNext>(), 2);

    test.wait(500);
    EXPECT_EQ(test.count<ClaimNext>(), 2);
    test.machine.on_work();
    test.settle();

    EXPECT_EQ(test.count<ClaimNext>(), 3);
}

TEST(DispatchMachine, AsksForNoJobWhileNobodyIsFreeOrAboutToBe) {
    Fixture test;
    test.machine = DispatchMachine{1};
    test.machine.adopt(kFence, true);
    test.sight = Sight::alive;
    test.machine.on_launcher_ready(test.now);
    test.settle();
    test.machine.on_work();
    test.settle();
    EXPECT_EQ(test.count<ClaimNext>(), 0);

    test.machine.on_ending(kFence);
    test.settle();
    EXPECT_EQ(test.count<ClaimNext>(), 1);
    test.machine.on_claimed({}, {}, test.now);  // its end was not in the tables yet
    test.machine.on_over(kFence, test.now);
    test.settle();

    EXPECT_EQ(test.count<ClaimNext>(), 2);
}

TEST(DispatchMachine, ClaimsAHeldBackJobWhenItsTimeHasCome) {
    Fixture test;
    test.machine.on_launcher_ready(test.now);
    test.settle();
    test.machine.on_claimed({}, Milliseconds{5'000}, test.now);

    EXPECT_EQ(test.machine.next_wakeup(), at(5'000));
    test.wait(5'000);

    EXPECT_EQ(test.count<ClaimNext>(), 2);
}

TEST(DispatchMachine, StartsWhatItClaimedWithTheTokenItKnows) {
    Fixture test;
    test.claim();

    EXPECT_FALSE(test.last<StartRunner>().renews_token);
}

TEST(DispatchMachine, StartsAClaimOfAnEarlierLifeWithANewToken) {
    Fixture test;
    test.adopt(false, {});

    EXPECT_TRUE(test.last<StartRunner>().renews_token);
}

TEST(DispatchMachine, GivesBackARunnerThatDiedBeforeItAttached) {
    Fixture test;
    test.adopt(false, Sight::dead);

    EXPECT_EQ(test.count<GiveBack>(), 1);
    EXPECT_EQ(test.count<StartRunner>(), 0);
}

TEST(DispatchMachine, LosesARunnerWhoseFolderIsGone) {
    Fixture test;
    test.adopt(true, {});

    EXPECT_TRUE(test.last<Lose>().is_proven_dead);
}

TEST(DispatchMachine, AppliesAWholeSpoolOfADeadRunner) {
    Fixture test;
    test.adopt(true, Sight::dead);
    ASSERT_EQ(test.count<InspectSpool>(), 1);

    test.machine.on_inspected(kFence, true);
    test.settle();
    EXPECT_EQ(test.count<ReplaySpool>(), 1);
    test.machine.on_settled(kFence, true, test.now);
    test.settle();

    EXPECT_EQ(test.count<Lose>(), 0);
    EXPECT_EQ(test.machine.open_attempts(), 0U);
}

TEST(DispatchMachine, GivesUpASpoolThatCannotBeApplied) {
    Fixture test;
    test.adopt(true, Sight::dead);
    for (int i = 0; i <= kMaxReplays; ++i) {
        test.machine.on_inspected(kFence, true);
        test.settle();
        if (test.count<Lose>() > 0) break;
        test.machine.on_settled(kFence, false, test.now);
        test.wait(1'000);
    }

    EXPECT_EQ(test.count<ReplaySpool>(), kMaxReplays);
    EXPECT_EQ(test.count<Lose>(), 1);
}

TEST(DispatchMachine, LosesADeadRunnerWithoutAnEnd) {
    Fixture test;
    test.adopt(true, Sight::dead);
    test.machine.on_inspected(kFence, false);
    test.settle();

    EXPECT_EQ(test.count<Lose>(), 1);
}

TEST(DispatchMachine, WaitsThirtySecondsForALivingRunner) {
    Fixture test;
    test.adopt(true, Sight::alive);
    test.wait(29'999);
    EXPECT_EQ(test.count<StopRunner>(), 0);

    test.wait(1);
    EXPECT_EQ(test.count<StopRunner>(), 1);
    EXPECT_EQ(test.count<Lose>(), 0);
    test.sight = Sight::dead;
    test.wait(1'000);

    EXPECT_EQ(test.count<InspectSpool>(), 1);
}

TEST(DispatchMachine, ARunnerThatDoesNotDieIsNotProvenDead) {
    Fixture test;
    test.adopt(true, Sight::alive);
    test.wait(30'000);
    test.wait(59'999);
    EXPECT_EQ(test.count<Lose>(), 0);
    test.wait(1);

    EXPECT_FALSE(test.last<Lose>().is_proven_dead);
}

TEST(DispatchMachine, LeavesAConnectedRunnerAlone) {
    Fixture test;
    test.adopt(true, Sight::alive);
    test.machine.on_attached(kFence);
    test.wait(100'000);

    EXPECT_EQ(test.count<StopRunner>(), 0);
    test.machine.on_launcher_gone();
    test.machine.on_launcher_ready(test.now);
    test.sight = {};
    test.settle();

    EXPECT_EQ(test.count<Lose>(), 0);
}

TEST(DispatchMachine, AsksAtOnceWhenAConnectionEnds) {
    Fixture test;
    test.adopt(true, Sight::alive);
    test.machine.on_attached(kFence);
    test.sight = Sight::dead;
    test.machine.on_detached(kFence, test.now);
    test.settle();

    EXPECT_EQ(test.count<InspectSpool>(), 1);
}

TEST(DispatchMachine, ASilentRunnerThatTheLauncherDoesNotKnowIsLostAtOnce) {
    Fixture test;
    test.adopt(true, Sight::alive);
    test.machine.on_attached(kFence);
    test.sight.reset();

    test.machine.on_silent(kFence, test.now);
    test.settle();
    test.wait(0);

    EXPECT_EQ(test.count<Lose>(), 1);
}

TEST(DispatchMachine, ASilentRunnerThatLivesIsStoppedWithoutFurtherGrace) {
    Fixture test;
    test.adopt(true, Sight::alive);
    test.machine.on_attached(kFence);

    test.machine.on_silent(kFence, test.now);
    test.settle();

    EXPECT_EQ(test.count<StopRunner>(), 1);
}

TEST(DispatchMachine, TimeWithoutALauncherCountsForNothing) {
    Fixture test;
    test.adopt(true, Sight::alive);
    test.machine.on_launcher_gone();
    test.wait(100'000);
    EXPECT_EQ(test.count<StopRunner>(), 0);

    test.machine.on_launcher_ready(test.now);
    test.settle();
    test.wait(29'999);

    EXPECT_EQ(test.count<StopRunner>(), 0);
}

TEST(DispatchMachine, AStartThatIsAnsweredWithExistsIsLookedAt) {
    Fixture test;
    test.claim();
    test.sight = Sight::dead;
    test.machine.on_exists(kFence);
    test.settle();

    EXPECT_EQ(test.count<StartRunner>(), 1);
    EXPECT_EQ(test.count<GiveBack>(), 1);
}

TEST(DispatchMachine, AListOverlooksAStartThatIsUnderWay) {
    Fixture test;
    test.claim();
    test.answer_list();  // asked before the start
    test.settle();

    EXPECT_EQ(test.count<StartRunner>(), 1);
}

TEST(DispatchMachine, SleepsWhileAListIsUnderWay) {
    Fixture test;
    test.adopt(true, Sight::alive);
    test.now += kListAgain;
    test.machine.on_time(test.now);

    EXPECT_GT(test.machine.next_wakeup(), test.now);
}

TEST(DispatchMachine, LooksForARunnerASecondAfterItsStart) {
    Fixture test;
    test.claim();
    test.machine.on_time(test.now);
    EXPECT_GT(test.machine.next_wakeup(), test.now);  // a start answers by itself
    test.machine.on_started(kFence, test.now);
    test.wait(999);
    EXPECT_EQ(test.count<ListRunners>(), 1);

    test.wait(1);
    EXPECT_EQ(test.count<ListRunners>(), 2);
}

TEST(DispatchMachine, TriesAgainWhatCouldNotBeSettled) {
    Fixture test;
    test.adopt(false, Sight::dead);
    test.machine.on_settled(kFence, false, test.now);
    test.wait(999);
    EXPECT_EQ(test.count<GiveBack>(), 1);
    test.wait(1);

    EXPECT_EQ(test.count<GiveBack>(), 2);
}

TEST(DispatchMachine, SweepsTwiceAfterTheEnd) {
    Fixture test;
    test.adopt(true, Sight::alive);
    test.machine.on_attached(kFence);
    test.machine.on_over(kFence, test.now);
    test.machine.on_ended_hint(kFence);
    test.wait(1);
    ASSERT_EQ(test.count<SweepRunner>(), 1);
    test.machine.on_swept(kFence, true, test.now);
    test.wait(9'999);
    EXPECT_EQ(test.count<SweepRunner>(), 1);
    test.wait(1);
    EXPECT_EQ(test.count<SweepRunner>(), 2);
    test.machine.on_swept(kFence, true, test.now);
    test.settle();

    EXPECT_EQ(test.count<MarkSwept>(), 1);
}

TEST(DispatchMachine, LeavesARunnerTimeToGoByItself) {
    Fixture test;
    test.adopt(true, Sight::alive);
    test.machine.on_attached(kFence);
    test.machine.on_over(kFence, test.now);
    test.wait(9'999);
    EXPECT_EQ(test.count<SweepRunner>(), 0);
    test.wait(1);

    EXPECT_EQ(test.count<SweepRunner>(), 1);
}

TEST(DispatchMachine, StopsARunnerThatOutlivesItsEndForLong) {
    Fixture test;
    test.machine.adopt_unswept(kFence);
    test.machine.on_launcher_ready(test.now);
    test.settle();
    for (int i = 0; i <= kSweepRefusals; ++i) {
        test.machine.on_swept(kFence, false, test.now);
        test.wait(1'000);
    }

    EXPECT_EQ(test.count<StopRunner>(), 1);
    EXPECT_EQ(test.count<MarkSwept>(), 0);
}

}  // namespace triphammer::launch
