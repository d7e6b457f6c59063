#include "runner/deploy/container/kamal.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::runner;

namespace {

DeployPlan plan_of_kamal() {
    DeployPlan plan;
    docker::PortBinding port;
    port.host_port = 8080;
    port.container_port = 3000;
    plan.ports = {port};
    plan.health.path = "/up";
    plan.health.timeout = std::chrono::seconds{90};
    plan.drain = std::chrono::milliseconds{2'500};
    return plan;
}

}  // namespace

TEST(KamalCommand, DeploysATargetWithThePlansTimes) {
    const std::vector<std::string> wanted{
        "kamal-proxy",
        "deploy",
        "app",
        "--target",
        "th-d1-2:3000",
        "--health-check-path",
        "/up",
        "--deploy-timeout",
        "90s",
        "--drain-timeout",
        "2s"};

    EXPECT_EQ(kamal_command(plan_of_kamal(), {"c0ffee", "th-d1-2"}), wanted);
}

TEST(KamalCommand, AsksAnotherPortWhereThePlanSaysSo) {
    auto plan = plan_of_kamal();
    plan.health.port = 3001;

    const auto command = kamal_command(plan, {"c0ffee", "th-d1-2"});

    EXPECT_EQ(command[command.size() - 2], "--health-check-port");
    EXPECT_EQ(command.back(), "3001");
}

TEST(KamalCommand, RemovesTheServiceWhereNobodyIsToServe) {
    EXPECT_EQ(
        kamal_command(plan_of_kamal(), {}),
        (std::vector<std::string>{"kamal-proxy", "remove", "app"})
    );
}

TEST(KamalList, GivesTheTargetOfOurServiceWithoutColours) {
    const std::string list =
        "\x1b[3;94mService\x1b[0m  \x1b[3;94mHost\x1b[0m  \x1b[3;94mTarget\x1b[0m\n"
        "\x1b[1;34mother\x1b[0m   *   web-9:3000   running  no\n"
        "\x1b[1;34mapp\x1b[0m     *   th-1234abcd-d12-3:3000   running  no\n";

    EXPECT_EQ(target_in(list), "th-1234abcd-d12-3");
    EXPECT_EQ(target_in("app  example.com  http://web-1:80  running"), "web-1");
}

TEST(KamalList, IsEmptyWithoutOurServiceOrATarget) {
    for (const char* list :
         {"", "Service Host Target\n", "application * web:1\n", "app  *  running\n", "\x1b"}) {
        EXPECT_EQ(target_in(list), "") << list;
    }
}
