#include "model/container_options.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::model;
using namespace std::chrono_literals;

namespace {

ContainerSpec spec_of(const char* options) {
    ContainerSpec spec;
    spec.add_capabilities = {"CHOWN", "KILL"};
    spec.pids_limit = 4096;
    const auto added = add_options(spec, options);
    EXPECT_TRUE(added) << (added ? "" : added.error().message);
    return spec;
}

std::string refusal_of(const std::string& options) {
    ContainerSpec spec;
    const auto added = add_options(spec, options);
    return added ? "" : added.error().message;
}

}  // namespace

TEST(ContainerOptions, TakeAMountInMemoryAndNoOther) {
    const auto spec = spec_of(
        "--mount type=tmpfs,destination=/var/lib/data,tmpfs-size=64m --mount=type=tmpfs,dst=/x"
    );

    EXPECT_EQ(spec.tmpfs.at("/var/lib/data"), "size=64m");
    EXPECT_EQ(spec.tmpfs.at("/x"), "");
    for (const char* other :
         {"type=bind,source=/etc,destination=/x",
          "type=tmpfs,source=/etc,destination=/x",
          "type=tmpfs",
          "type=tmpfs,destination=x",
          "destination=/x"}) {
        EXPECT_NE(refusal_of(std::string{"--mount "} + other), "") << other;
    }
}

TEST(ContainerOptions, TakeTheHealthCheckOfGitHubsOwnExample) {
    const auto spec = spec_of(
        "--health-cmd pg_isready --health-interval 10s --health-timeout 5s --health-retries 5 "
        "--health-start-period=1m30s\n"
    );

    ASSERT_TRUE(spec.health);
    EXPECT_EQ(spec.health->test, (std::vector<std::string>{"CMD-SHELL", "pg_isready"}));
    EXPECT_EQ(spec.health->interval, 10s);
    EXPECT_EQ(spec.health->timeout, 5s);
    EXPECT_EQ(spec.health->start_period, 90s);
    EXPECT_EQ(spec.health->retries, 5);
}

TEST(ContainerOptions, KeepQuotedWordsTogether) {
    const auto spec = spec_of(R"(--health-cmd="redis-cli ping || exit 1" -e 'GREETING=hello you')");

    EXPECT_EQ(spec.health->test.back(), "redis-cli ping || exit 1");
    EXPECT_EQ(spec.env.front().second, "hello you");
}

TEST(ContainerOptions, TakeLimitsAndIdentity) {
    const auto spec = spec_of(
        "--memory 512m --cpus=1.5 --shm-size 64m --user 1001:1001 -w /srv --hostname db --init "
        "--read-only --tmpfs /tmp:size=16m --ulimit nofile=1024:2048 --network-alias other "
        "--add-host mirror:10.0.0.7 --pids-limit 100"
    );

    EXPECT_EQ(spec.memory_bytes, 512LL << 20);
    EXPECT_EQ(spec.nano_cpus, 1'500'000'000);
    EXPECT_EQ(spec.shm_bytes, 64LL << 20);
    EXPECT_EQ(spec.user, "1001:1001");
    EXPECT_EQ(spec.working_directory, "/srv");
    EXPECT_EQ(spec.hostname, "db");
    EXPECT_TRUE(spec.init);
    EXPECT_TRUE(spec.read_only);
    EXPECT_EQ(spec.tmpfs.at("/tmp"), "size=16m");
    EXPECT_EQ(spec.ulimits.front(), (Ulimit{"nofile", 1024, 2048}));
    EXPECT_EQ(spec.aliases, (std::vector<std::string>{"other"}));
    EXPECT_EQ(spec.extra_hosts, (std::vector<std::string>{"mirror:10.0.0.7"}));
    EXPECT_EQ(spec.pids_limit, 100);
}

TEST(ContainerOptions, TakeWhatSearchServersAreToldToBeStartedWith) {
    const auto spec = spec_of(
        "--name search --ulimit memlock=-1:-1 --ulimit nofile=65536 --health-start-interval 2s "
        "-e discovery.type=single-node"
    );

    EXPECT_EQ(spec.aliases, (std::vector<std::string>{"search"}));
    EXPECT_EQ(spec.ulimits.front(), (Ulimit{"memlock", -1, -1}));
    EXPECT_EQ(spec.ulimits.back(), (Ulimit{"nofile", 65536, 65536}));
    EXPECT_NE(refusal_of("--health-start-interval 2").find("duration"), std::string::npos);
    EXPECT_NE(refusal_of("--ulimit memlock=-2").find("SOFT:HARD"), std::string::npos);
}

TEST(ContainerOptions, OnlyTakeRightsAway) {
    EXPECT_EQ(spec_of("--cap-drop KILL").add_capabilities, (std::vector<std::string>{"CHOWN"}));
    EXPECT_EQ(spec_of("--cap-drop=cap_chown").add_capabilities, (std::vector<std::string>{"KILL"}));
    EXPECT_TRUE(spec_of("--cap-drop ALL --security-opt no-new-privileges").add_capabilities.empty()
    );
}

TEST(ContainerOptions, GiveDebuggersTheRightToTraceAndKeepTheEnginesFilter) {
    const auto spec =
        spec_of("--cap-add=SYS_PTRACE --cap-add cap_kill --security-opt seccomp=unconfined");

    EXPECT_EQ(spec.add_capabilities, (std::vector<std::string>{"CHOWN", "KILL", "SYS_PTRACE"}));
    EXPECT_TRUE(spec.no_new_privileges);
}

TEST(ContainerOptions, PassOverWhatChangesNothingHere) {
    const auto spec =
        spec_of("--rm -t -i --memory 1g --memory-swap=-1 --expose 5432/tcp \\\n  --init");

    EXPECT_EQ(spec.memory_bytes, 1LL << 30);
    EXPECT_TRUE(spec.init);
    EXPECT_NE(refusal_of("--memory-swap lots").find("no size"), std::string::npos);
    EXPECT_NE(refusal_of("--expose many").find("no port"), std::string::npos);
}

TEST(ContainerOptions, RefuseWhatOpensTheMachineAndNameARemedy) {
    for (const char* option :
         {"--privileged",
          "--pid=host",
          "--device /dev/kvm",
          "--gpus all",
          "--userns host",
          "--runtime runsc",
          "--sysctl net.ipv4.ip_forward=1"}) {
        EXPECT_NE(refusal_of(option).find("is not allowed"), std::string::npos) << option;
    }
    EXPECT_NE(refusal_of("-v /var/run:/var/run").find("under volumes"), std::string::npos);
    EXPECT_NE(refusal_of("-v/var/run:/var/run").find("under volumes"), std::string::npos);
    EXPECT_NE(refusal_of("--network host").find("network of its own"), std::string::npos);
    EXPECT_NE(refusal_of("-p 80:80").find("under ports"), std::string::npos);
    EXPECT_NE(refusal_of("--cap-add SYS_ADMIN").find("would open the machine"), std::string::npos);
    EXPECT_NE(refusal_of("--cap-add=ALL").find("would open the machine"), std::string::npos);
    EXPECT_NE(
        refusal_of("--security-opt apparmor=unconfined").find("no-new-privileges"),
        std::string::npos
    );
    EXPECT_NE(refusal_of("--platform linux/s390x").find("another processor"), std::string::npos);
    EXPECT_NE(refusal_of("--add-host me:host-gateway").find("the machine"), std::string::npos);
    EXPECT_NE(refusal_of("--label triphammer.fence=1").find("the server's own"), std::string::npos);
}

TEST(ContainerOptions, RefuseUnknownWordsAndMissingValues) {
    EXPECT_NE(refusal_of("--healt-cmd true").find("--health-cmd"), std::string::npos);
    EXPECT_NE(refusal_of("postgres").find("is none of those"), std::string::npos);
    EXPECT_NE(refusal_of("--memory").find("needs a value"), std::string::npos);
    EXPECT_NE(refusal_of("--memory lots").find("'lots'"), std::string::npos);
    EXPECT_NE(refusal_of("--health-interval 10").find("duration"), std::string::npos);
    EXPECT_NE(refusal_of("--env NAME").find("NAME=VALUE"), std::string::npos);
    EXPECT_NE(refusal_of("--health-cmd 'open").find("options"), std::string::npos);
}
