#include "base/task_group.hpp"
#include "engine/service_job.hpp"
#include "model/engine_labels.hpp"

#include <boost/asio/this_coro.hpp>

#include <cstdio>

using namespace triphammer;
using namespace triphammer::runner;
using triphammer::testing::Job;
using triphammer::testing::must;
using triphammer::testing::prepare;
using triphammer::testing::service_of;
using triphammer::testing::setting;
using triphammer::testing::web_server;
using triphammer::testing::with_job;

namespace {

/// A port that a program of this machine listens on.
std::string taken_port() {
    const std::string registry = setting("REGISTRY");
    return registry.substr(registry.find(':') + 1);
}

Task<std::size_t> count_objects() {
    auto connecting = must(docker::Engine::connect(setting("DOCKER_HOST")));
    auto engine = co_await std::move(connecting);
    const docker::Labels ours{{model::kServerLabel, "test-server"}};
    auto containers = must(engine->list_containers(ours));
    auto count = (co_await std::move(containers)).size();
    auto networks = must(engine->list_networks(ours));
    count += (co_await std::move(networks)).size();
    auto volumes = must(engine->list_volumes(ours));
    co_return count + (co_await std::move(volumes)).size();
}

Task<> reach_by_name(Job& job) {
    job.add("web", web_server());
    auto up = prepare(job);
    co_await std::move(up);
    auto asking = job.run("wget -q -O - http://web/index.html");
    EXPECT_EQ(co_await std::move(asking), "served\n");
    const auto place = job.executor().place();
    EXPECT_FALSE(place.container_id.empty());
    EXPECT_EQ(place.services.front().name, "web");
}

Task<> reach_by_port(Job& job) {
    auto web = web_server();
    web.ports = {{"80", {}}};
    web.ready.http.text = "/index.html";
    job.add("web", std::move(web));
    auto up = prepare(job);
    co_await std::move(up);
    const auto place = job.executor().place();
    EXPECT_EQ(place.container_id, "");
    const auto& [inside, outside] = place.services.front().ports.front();
    EXPECT_EQ(inside, "80");
    const auto command = "curl -s http://127.0.0.1:" + outside + "/index.html";
    FILE* shell = ::popen(command.c_str(), "r");
    char line[64] = {};
    EXPECT_NE(std::fgets(line, sizeof line, shell), nullptr);
    ::pclose(shell);
    EXPECT_STREQ(line, "served\n");
}

/// Its health check knows after a second what the engine would ask after a minute.
Task<> wait_for_health(Job& job) {
    auto web = web_server("sleep 1");
    web.ports = {{"80", {}}};
    web.options.text = "--health-cmd 'test -e /tmp/index.html' --health-interval 1m";
    job.add("web", std::move(web));
    auto up = prepare(job);
    co_await std::move(up);
    EXPECT_NE(job.session.log_.find("service web is ready after"), std::string::npos);
    auto asking = job.run("wget -q -O - http://web/index.html");
    EXPECT_EQ(co_await std::move(asking), "served\n");
}

Task<> keep_the_log(Job& job) {
    job.add(
        "talker",
        service_of("triphammer/busybox", "sh -c 'echo spoken; printf unended; sleep 1000'")
    );
    auto up = prepare(job);
    co_await std::move(up);
    EXPECT_EQ(job.session.steps_.front().name, "Service talker");
    auto step = job.run("sleep 0.3");
    co_await std::move(step);
    auto cleaning = job.cleanup();
    co_await std::move(cleaning);
    EXPECT_NE(job.session.log_.find("spoken\nunended\n"), std::string::npos) << job.session.log_;
    EXPECT_EQ(job.session.step_ends_.front().state, model::StepState::succeeded);
}

Task<> tell_of_an_end(Job& job) {
    auto broken = service_of("triphammer/busybox", "sh -c 'echo no such file; exit 3'");
    broken.options.text = "--health-cmd true --health-interval 1s";
    job.add("broken", std::move(broken));
    auto preparing = job.prepare();
    const auto up = co_await std::move(preparing);
    EXPECT_FALSE(up);
    if (!up) {
        EXPECT_EQ(
            up.error().message, "service broken: it ended with exit status 3 before it was ready"
        );
    }
    auto cleaning = job.cleanup();
    co_await std::move(cleaning);
    EXPECT_NE(job.session.log_.find("no such file"), std::string::npos);
    EXPECT_EQ(job.session.step_ends_.front().exit_status, 3);
}

Task<> be_cut_off(Job& job) {
    auto look = service_of(
        "triphammer/busybox", "sh -c 'route -n; grep CapBnd /proc/self/status; sleep 1000'"
    );
    job.add("look", std::move(look));
    auto up = prepare(job);
    co_await std::move(up);
    auto looking = job.run(
        "route -n | grep ^169.254; ip route del unreachable 169.254.0.0/16 2>&1; "
        "grep CapBnd /proc/self/status; nc -w 5 169.254.169.254 80 2>&1"
    );
    const auto seen = co_await std::move(looking);
    EXPECT_NE(seen.find("169.254.0.0"), std::string::npos) << seen;
    EXPECT_NE(seen.find("not permitted"), std::string::npos) << seen;
    EXPECT_NE(seen.find("No route to host"), std::string::npos) << seen;
    EXPECT_EQ(seen.find("CapBnd:\t00000000800404fb\n"), seen.find("CapBnd")) << seen;
    auto cleaning = job.cleanup();
    co_await std::move(cleaning);
    EXPECT_NE(job.session.log_.find("169.254.0.0"), std::string::npos) << job.session.log_;
}

Task<> share_a_volume(Job& job) {
    auto writer = service_of("triphammer/busybox", "sh -c 'echo shared > /data/file; sleep 1000'");
    writer.volumes = {{"data:/data", {}}};
    writer.ready.command.text = "test -e /data/file";
    job.add("writer", std::move(writer));
    model::Container steps;
    steps.image.text = "triphammer/busybox";
    steps.volumes = {{"data:/data:ro", {}}, {"/own", {}}};
    job.session.document_.job.container = steps;
    auto up = prepare(job);
    co_await std::move(up);
    auto reading = job.run("cat /data/file; touch /data/no 2>&1; touch /own/yes && echo own");
    const auto seen = co_await std::move(reading);
    EXPECT_NE(seen.find("shared\n"), std::string::npos);
    EXPECT_NE(seen.find("Read-only"), std::string::npos) << seen;
    EXPECT_NE(seen.find("own\n"), std::string::npos);
}

Task<> stop_while_waiting(Job& job) {
    auto never = service_of("triphammer/busybox", "sleep 1000");
    never.ready.command.text = "false";
    job.add("never", std::move(never));
    auto& session = job.session;
    session.on_step = [&session](const protocol::StepBegin&) {
        session.stop_.request("somebody asked", std::chrono::milliseconds{0});
    };
    auto preparing = job.prepare();
    const auto up = co_await std::move(preparing);
    EXPECT_FALSE(up);
    if (up) co_return;
    EXPECT_EQ(up.error().code, Code::cancelled);
}

Task<> take_turns(Job& job) {
    constexpr const char* kPort = "47631:80";
    auto first = web_server();
    first.ports = {{kPort, {}}};
    job.add("first", std::move(first));
    auto up = prepare(job);
    co_await std::move(up);
    Job other{co_await boost::asio::this_coro::executor, false};
    other.session.document_.fence = 8;
    auto second = web_server();
    second.ports = {{kPort, {}}};
    other.add("second", std::move(second));
    TaskGroup tasks{co_await boost::asio::this_coro::executor, {}};
    other.session.on_log = [&](const std::string& said) {
        if (said.find("waiting for it") != said.npos) tasks.spawn("end", job.cleanup());
    };
    auto waiting = prepare(other);
    co_await std::move(waiting);
    EXPECT_NE(other.session.log_.find("port 47631"), std::string::npos);
    auto joining = tasks.join();
    co_await std::move(joining);
    auto cleaning = other.cleanup();
    co_await std::move(cleaning);
}

Task<> say_who_has_the_port(Job& job) {
    auto web = web_server();
    web.ports = {{taken_port() + ":80", {}}};
    job.add("web", std::move(web));
    auto preparing = job.prepare();
    const auto up = co_await std::move(preparing);
    EXPECT_FALSE(up);
    if (up) co_return;
    EXPECT_NE(up.error().message.find("job.services.web.ports"), std::string::npos)
        << up.error().message;
}

}  // namespace

TEST(Services, AreReachedByNameFromAContainer) {
    with_job(true, reach_by_name);
}

TEST(Services, AreReachedByPortFromTheMachine) {
    with_job(false, reach_by_port);
}

TEST(Services, AreAwaitedByTheirHealthCheckAtOnce) {
    with_job(true, wait_for_health);
}

TEST(Services, KeepTheirLogsAsStepsOfTheirOwn) {
    with_job(true, keep_the_log);
}

TEST(Services, FailTheJobWhenTheyEndBeforeTheyAreReady) {
    with_job(false, tell_of_an_end);
}

TEST(Services, AndStepsAreCutOffFromTheMetadataOfTheInstance) {
    with_job(true, be_cut_off);
}

TEST(Services, ShareVolumesWithTheStepsForAsLongAsTheJob) {
    with_job(true, share_a_volume);
}

TEST(Services, AreNotAwaitedByACancelledJob) {
    with_job(false, stop_while_waiting);
}

TEST(Services, OfTwoJobsTakeTurnsAtAPortOfTheMachine) {
    with_job(false, take_turns);
}

TEST(Services, SayWhenAPortOfTheMachineIsAnotherPrograms) {
    with_job(false, say_who_has_the_port);
}

TEST(Services, LeaveNothingOnTheEngine) {
    with_job(true, share_a_volume);

    const auto left =
        triphammer::testing::run_task<std::size_t>([](Executor) { return count_objects(); });

    EXPECT_EQ(left, 0U);
}
