#include "runner/container/ready_network.hpp"

#include "base/task_group.hpp"
#include "engine/real_engine.hpp"
#include "engine/recording_session.hpp"
#include "launcher/engine_objects.hpp"
#include "model/engine_labels.hpp"
#include "runner/container/executor.hpp"

#include <boost/asio/this_coro.hpp>

#include <optional>
#include <set>

using namespace triphammer;
using namespace triphammer::runner;
using docker::Engine;
using triphammer::testing::must;
using triphammer::testing::RealEngine;
using triphammer::testing::RecordingSession;
using triphammer::testing::run_until_done;
using triphammer::testing::setting;

namespace {

constexpr const char* kServer = "4eadb4a1-ready";

docker::Labels ready_labels() {
    return {{model::kServerLabel, kServer}, {model::kRoleLabel, model::kReadyRole}};
}

Task<> tend(Engine& engine, int count) {
    auto tending = must(tend_ready_networks(engine, kServer, count));
    co_await std::move(tending);
}

Task<std::optional<ReadyNetwork>> take(Engine& engine, std::int64_t fence) {
    return must(take_ready_network(engine, kServer, fence));
}

Task<> sweep(std::int64_t fence) {
    auto removing = must(launcher::remove_engine_objects(setting("DOCKER_HOST"), kServer, fence));
    co_await std::move(removing);
}

Task<std::set<std::string>> list_keepers(Engine& engine) {
    auto listing = must(engine.list_containers(ready_labels()));
    std::set<std::string> out;
    for (const auto& container : co_await std::move(listing)) out.insert(container.name);
    co_return out;
}

Task<std::size_t> count_networks(Engine& engine) {
    auto listing = must(engine.list_networks(ready_labels()));
    const auto found = co_await std::move(listing);
    co_return found.size();
}

class ReadyNetworks : public RealEngine {
  protected:
    void TearDown() override {
        with_engine([](Engine& engine) { return tend(engine, 0); });
        RealEngine::TearDown();
    }
};

Task<> each_is_taken_once(Engine& engine) {
    auto tending = tend(engine, 2);
    co_await std::move(tending);
    auto taking = take(engine, 1);
    const auto first = co_await std::move(taking);
    auto again = take(engine, 2);
    const auto second = co_await std::move(again);
    auto third = take(engine, 3);
    const auto none = co_await std::move(third);

    EXPECT_TRUE(first && first->is_usable);
    EXPECT_TRUE(second && second->is_usable);
    EXPECT_FALSE(none);
    if (!first || !second) co_return;
    EXPECT_NE(first->name, second->name);

    // Those that are taken stay with their attempts: others are made.
    auto refilling = tend(engine, 2);
    co_await std::move(refilling);
    auto counting = count_networks(engine);
    EXPECT_EQ(co_await std::move(counting), 4U);
    auto emptying = tend(engine, 0);
    co_await std::move(emptying);
    auto listing = list_keepers(engine);
    const std::set<std::string> expected{first->keeper, second->keeper};
    EXPECT_EQ(co_await std::move(listing), expected);

    for (const std::int64_t fence : {1, 2}) {
        auto sweeping = sweep(fence);
        co_await std::move(sweeping);
    }
    auto left = count_networks(engine);
    EXPECT_EQ(co_await std::move(left), 0U);
}

TEST_F(ReadyNetworks, AreTakenOnceAndSweptWithTheirAttempt) {
    with_engine(each_is_taken_once);
}

Task<> keep(Task<std::optional<ReadyNetwork>> taking, std::optional<ReadyNetwork>& out) {
    out = co_await std::move(taking);
}

/// An engine lets two rename the same container at once, and both succeed.
Task<> two_at_once_get_one_each(Engine& engine) {
    auto tending = tend(engine, 2);
    co_await std::move(tending);
    std::optional<ReadyNetwork> first;
    std::optional<ReadyNetwork> second;
    TaskGroup attempts{co_await boost::asio::this_coro::executor, nullptr};
    attempts.spawn("first", keep(take(engine, 1), first));
    attempts.spawn("second", keep(take(engine, 2), second));
    auto joining = attempts.join();
    co_await std::move(joining);

    EXPECT_TRUE(first && second && first->name != second->name);
    auto listing = list_keepers(engine);
    const std::set<std::string> expected{
        model::taken_network(kServer, 1), model::taken_network(kServer, 2)};
    EXPECT_EQ(co_await std::move(listing), expected);
    for (const std::int64_t fence : {1, 2}) {
        auto sweeping = sweep(fence);
        co_await std::move(sweeping);
    }
}

TEST_F(ReadyNetworks, AreTakenByOneOfTwoThatTryAtOnce) {
    with_engine(two_at_once_get_one_each);
}

Task<> dead_is_not_used(Engine& engine) {
    auto tending = tend(engine, 1);
    co_await std::move(tending);
    const auto name = model::ready_network(kServer, 1);
    auto killing = must(engine.kill_container(name, "TERM"));
    co_await std::move(killing);
    auto waiting = must(engine.wait_container(name));
    co_await std::move(waiting);

    auto taking = take(engine, 1);
    const auto dead = co_await std::move(taking);
    EXPECT_TRUE(dead && !dead->is_usable);
    auto sweeping = sweep(1);
    co_await std::move(sweeping);
    auto counting = count_networks(engine);
    EXPECT_EQ(co_await std::move(counting), 0U);
}

TEST_F(ReadyNetworks, AreNotUsedWhenTheirKeeperHasEnded) {
    with_engine(dead_is_not_used);
}

Task<> dead_is_replaced(Engine& engine) {
    auto tending = tend(engine, 1);
    co_await std::move(tending);
    auto before = list_keepers(engine);
    EXPECT_EQ((co_await std::move(before)).size(), 1U);
    const auto name = model::ready_network(kServer, 1);
    auto killing = must(engine.kill_container(name, "KILL"));
    co_await std::move(killing);
    auto waiting = must(engine.wait_container(name));
    co_await std::move(waiting);
    auto orphan = must(engine.create_network(name + "-orphan", ready_labels()));
    co_await std::move(orphan);

    auto again = tend(engine, 1);
    co_await std::move(again);
    auto counting = count_networks(engine);
    EXPECT_EQ(co_await std::move(counting), 1U);
    auto taking = take(engine, 1);
    const auto taken = co_await std::move(taking);
    EXPECT_TRUE(taken && taken->is_usable);
    auto sweeping = sweep(1);
    co_await std::move(sweeping);
}

TEST_F(ReadyNetworks, AreMadeAnewWhereTheEngineWasRestartedAndHalvesAreRemoved) {
    with_engine(dead_is_replaced);
}

/// What the steps of a job in a container print.
Task<std::string> run_job(Executor executor, std::string options, std::string script) {
    RecordingSession session{executor};
    session.document_.server_id = kServer;
    session.document_.executor = {"docker", "triphammer/busybox", setting("DOCKER_HOST"), ""};
    model::Container container;
    container.image.text = "triphammer/busybox";
    container.options.text = std::move(options);
    session.document_.job.container = container;
    const auto steps = make_container_executor(session);
    auto preparing = must(steps->prepare());
    co_await std::move(preparing);

    struct Output final : execution::OutputSink {
        Task<Result<>> write(std::string_view bytes) override {
            text += bytes;
            co_return Result<>{};
        }

        std::string text;
    } output;

    StepCommand command;
    command.arguments = {"sh", "-c", std::move(script)};
    command.environment = steps->base_environment();
    command.directory = steps->folders().workspace.inside;
    auto running = must(steps->run_step(std::move(command), {}, output, session.stop_));
    co_await std::move(running);
    auto cleaning = steps->cleanup();
    co_await std::move(cleaning);
    co_return steps->place().network + "\n" + output.text;
}

constexpr const char* kLook =
    "ip route | grep -c unreachable; wget -T 2 -q -O - http://169.254.169.254/ 2>&1;"
    "ip route del unreachable 169.254.0.0/16 2>&1; grep CapEff /proc/self/status";

Task<> job_uses_it(Executor executor) {
    auto connecting = must(Engine::connect(setting("DOCKER_HOST")));
    const auto engine = co_await std::move(connecting);
    auto plain = run_job(executor, "", kLook);
    const auto own = co_await std::move(plain);
    auto tending = tend(*engine, 1);
    co_await std::move(tending);
    auto running = run_job(executor, "", kLook);
    const auto used = co_await std::move(running);

    const auto own_name = model::engine_prefix(kServer) + "7-1";
    EXPECT_EQ(own.substr(0, own.find('\n')), own_name);
    EXPECT_NE(used.substr(0, used.find('\n')), own_name);
    EXPECT_EQ(own.substr(own.find('\n')), used.substr(used.find('\n')));
    EXPECT_NE(own.find("Operation not permitted"), own.npos) << own;

    auto counting = count_networks(*engine);
    EXPECT_EQ(co_await std::move(counting), 0U);
    auto listing = list_keepers(*engine);
    EXPECT_TRUE((co_await std::move(listing)).empty());
}

TEST_F(ReadyNetworks, AreAsClosedAsTheOneThatAJobMakesAndGoWithIt) {
    run_until_done(job_uses_it);
}

Task<> job_wants_its_own(Executor executor) {
    auto connecting = must(Engine::connect(setting("DOCKER_HOST")));
    const auto engine = co_await std::move(connecting);
    auto tending = tend(*engine, 1);
    co_await std::move(tending);
    auto running = run_job(executor, "--hostname builder", "hostname");
    EXPECT_NE((co_await std::move(running)).find("\nbuilder\n"), std::string::npos);
    auto listing = list_keepers(*engine);
    EXPECT_EQ((co_await std::move(listing)).count(model::ready_network(kServer, 1)), 1U);
}

TEST_F(ReadyNetworks, AreLeftAloneByAContainerWithAHostNameOfItsOwn) {
    run_until_done(job_wants_its_own);
}

}  // namespace
