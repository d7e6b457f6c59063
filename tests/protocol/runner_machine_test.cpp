#include "protocol/runner_machine.hpp"

#include "protocol/pair.hpp"

namespace triphammer::protocol {

namespace {

std::string attach_of(RunnerMachine& runner, Instant now) {
    runner.on_connected(now);
    return runner.take_outgoing();
}

Pair with_open_intent() {
    Pair pair;
    pair.connect();
    pair.append(Intent{1, "switch", "web", "k", 0});
    pair.settle();
    return pair;
}

}  // namespace

TEST(RunnerMachine, HasNoWorkBeforeTheWelcome) {
    Pair pair;
    attach_of(pair.runner, pair.now);

    EXPECT_TRUE(pair.runner.take_actions().empty());
    EXPECT_FALSE(pair.runner.wanted_spool());
}

TEST(RunnerMachine, StartsItsWorkOnceHoweverOftenItConnects) {
    Pair pair;
    pair.connect();
    pair.disconnect();
    pair.connect();

    EXPECT_EQ(pair.count<StartWork>(), 1);
}

TEST(RunnerMachine, ComesBackSoonAndThenMoreSlowly) {
    Pair pair;
    attach_of(pair.runner, at(0));
    pair.runner.on_disconnected(at(0));
    EXPECT_FALSE(pair.runner.may_connect(at(49)));
    EXPECT_TRUE(pair.runner.may_connect(at(50)));

    for (int i = 0; i < 10; ++i) {
        attach_of(pair.runner, at(0));
        pair.runner.on_disconnected(at(0));
    }

    EXPECT_FALSE(pair.runner.may_connect(at(999)));
    EXPECT_TRUE(pair.runner.may_connect(at(1'000)));
}

TEST(RunnerMachine, DropsASilentDaemon) {
    Pair pair;
    pair.connect();

    pair.runner.on_time(at(14'999));
    EXPECT_TRUE(pair.runner.is_attached());
    pair.runner.on_time(at(15'000));

    EXPECT_FALSE(pair.runner.is_attached());
}

TEST(RunnerMachine, PingsAndIsAnswered) {
    Pair pair;
    pair.connect();
    pair.now = at(5'000);
    pair.runner.on_time(pair.now);
    pair.settle();

    pair.runner.on_time(at(19'999));

    EXPECT_TRUE(pair.runner.is_attached());
}

TEST(RunnerMachine, UsesAVerdictOnce) {
    auto pair = with_open_intent();

    EXPECT_EQ(pair.count<EffectVerdict>(), 1);
    EXPECT_TRUE(pair.runner.begin_effect(1, pair.now));
    EXPECT_FALSE(pair.runner.begin_effect(1, pair.now));
}

TEST(RunnerMachine, RepeatsAnEffectOnlyWhileItsVerdictIsFresh) {
    auto pair = with_open_intent();
    ASSERT_TRUE(pair.runner.begin_effect(1, pair.now));

    EXPECT_TRUE(pair.runner.repeat_effect(1, at(9'999)));
    EXPECT_FALSE(pair.runner.repeat_effect(1, at(10'000)));  // it may have been given up since
    EXPECT_FALSE(pair.runner.is_attached());
    pair.now = at(11'000);
    pair.connect();

    EXPECT_EQ(pair.count<EffectVerdict>(), 2);
    EXPECT_TRUE(pair.runner.begin_effect(1, at(20'999)));
}

TEST(RunnerMachine, ALateVerdictIsVoidAndAskedForAgain) {
    auto pair = with_open_intent();
    pair.now = at(10'000);

    EXPECT_FALSE(pair.runner.begin_effect(1, pair.now));
    pair.daemon.reset();
    pair.now = at(11'000);
    pair.connect();

    EXPECT_EQ(pair.count<EffectVerdict>(), 2);
    EXPECT_TRUE(pair.runner.begin_effect(1, at(20'999)));
}

TEST(RunnerMachine, AVerdictThatTravelledForLongIsOldWhenItArrives) {
    Pair pair;
    pair.connect();
    pair.append(Intent{1, "switch", "web", "k", 0});
    pair.now = at(10'500);  // the network held it back
    pair.settle();

    EXPECT_FALSE(pair.runner.begin_effect(1, pair.now));
}

TEST(RunnerMachine, ALostVerdictComesWithTheNextWelcome) {
    Pair pair;
    pair.connect();
    pair.append(Intent{1, "switch", "web", "k", 0});
    pair.disconnect();
    pair.tables.open_intent = 1;
    pair.tables.acked = pair.spool.size();  // committed, but the answer was lost
    pair.connect();

    EXPECT_EQ(pair.count<EffectVerdict>(), 1);
    EXPECT_TRUE(pair.runner.begin_effect(1, pair.now));
}

TEST(RunnerMachine, ABegunEffectIsNotAllowedAgainAfterAReconnect) {
    auto pair = with_open_intent();
    ASSERT_TRUE(pair.runner.begin_effect(1, pair.now));
    pair.disconnect();
    pair.connect();

    EXPECT_FALSE(pair.runner.begin_effect(1, pair.now));
    EXPECT_EQ(pair.count<EffectVerdict>(), 1);
}

TEST(RunnerMachine, RefusedMeansKillEverything) {
    Pair pair;
    pair.tables.is_over = true;
    pair.connect();

    EXPECT_EQ(pair.count<KillEverything>(), 1);
    EXPECT_TRUE(pair.runner.is_over());
    EXPECT_FALSE(pair.runner.may_connect(at(100'000)));
}

TEST(RunnerMachine, TellsOfACancelOnce) {
    Pair pair;
    pair.connect();
    pair.daemon->cancel({"asked", model::Cause::none, 1'000});
    pair.daemon->cancel({"asked", model::Cause::none, 1'000});
    pair.settle();

    pair.settle();
    EXPECT_EQ(pair.count<CancelWork>(), 1);
}

TEST(RunnerMachine, WaitsADayForSomebodyToTakeTheResult) {
    Pair pair;
    pair.append(End{});

    pair.runner.on_time(at(24LL * 3600 * 1000 - 1));
    EXPECT_FALSE(pair.runner.is_over());
    pair.runner.on_time(at(24LL * 3600 * 1000));

    EXPECT_TRUE(pair.runner.is_over());
}

TEST(RunnerMachine, FinishesOnlyWhenTheEndIsAcknowledged) {
    Pair pair;
    pair.connect();
    pair.append(End{});
    EXPECT_FALSE(pair.runner.is_over());

    pair.settle();
    pair.settle();

    EXPECT_EQ(pair.count<Finished>(), 1);
}

TEST(RunnerMachine, DistrustsADaemonThatKnowsTooMuch) {
    Pair pair;
    pair.tables.acked = 1'000'000;
    pair.connect();

    EXPECT_EQ(pair.count<KillEverything>(), 1);
}

TEST(RunnerMachine, SendsAFrameThatIsLargerThanTheUsualRead) {
    Pair pair;
    pair.connect();
    End end;
    end.outputs["big"] = std::string(3'000'000, 'x');
    pair.append(end);
    pair.settle();

    EXPECT_EQ(pair.tables.records.size(), 2U);
}

TEST(RunnerMachine, LetsTheSpoolItselfGoOnTheWire) {
    Pair pair;
    pair.connect();
    const auto begin = pair.spool.size();
    pair.log(1, "one");
    pair.log(1, "two");

    const auto range = pair.runner.take_plain_spool();

    ASSERT_TRUE(range);
    EXPECT_EQ(range->offset, begin);
    EXPECT_EQ(range->bytes, pair.spool.size() - begin);
    EXPECT_FALSE(pair.runner.take_plain_spool());
    EXPECT_FALSE(pair.runner.wanted_spool());
}

TEST(RunnerMachine, CutsALongSpoolBetweenFrames) {
    Pair pair;
    pair.connect();
    for (int i = 0; i < 50; ++i) pair.log(1, std::string(100'000, 'x'));

    std::size_t pieces = 0;
    while (const auto range = pair.runner.take_plain_spool()) {
        ++pieces;
        std::string_view bytes = std::string_view{pair.spool}.substr(range->offset, range->bytes);
        EXPECT_LT(bytes.size(), 1'200'000U);
        while (!bytes.empty()) {
            const auto frame = read_frame(bytes);
            ASSERT_TRUE(frame && *frame);
            bytes.remove_prefix((*frame)->bytes);
        }
    }

    EXPECT_EQ(pieces, 5U);
    EXPECT_FALSE(pair.runner.wanted_spool());
}

TEST(RunnerMachine, LooksThroughWhatTheDaemonMayHaveAlready) {
    Pair pair;
    pair.connect();
    pair.log(1, "before the cut");
    pair.disconnect();
    pair.log(1, "while it was away");
    pair.runner.on_connected(pair.now);
    pair.daemon.emplace();
    pair.daemon->receive(pair.runner.take_outgoing());
    for (auto action = pair.daemon->next(); action; action = pair.daemon->next()) {
        pair.do_action(*action);
    }
    ASSERT_TRUE(pair.runner.is_attached());

    EXPECT_FALSE(pair.runner.take_plain_spool());
    EXPECT_TRUE(pair.runner.wanted_spool());
    pair.settle();

    EXPECT_EQ(pair.tables.logs[1], "before the cutwhile it was away");
}

}  // namespace triphammer::protocol
