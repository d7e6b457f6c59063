#include "model/deploy_target.hpp"

#include <gtest/gtest.h>

using namespace triphammer::model;

namespace {

DeploySpec deploy_to(const char* driver, const char* service, const char* host) {
    DeploySpec out;
    out.to = driver;
    out.service.text = service;
    out.host.text = host;
    return out;
}

}  // namespace

TEST(DeployTargets, HaveTheirEngineInTheirNameWhereItIsElsewhere) {
    EXPECT_EQ(name_deploy_target(deploy_to("container", "app", "")), "container/app");
    EXPECT_EQ(
        name_deploy_target(deploy_to("container", "app", "ssh://a@web1")),
        "container/app at ssh://a@web1"
    );
    EXPECT_EQ(name_deploy_target(deploy_to("ssh", "app", "a@web1")), "ssh/app");
}

TEST(DeployTargets, AreWrittenBackAsTheyWereRead) {
    auto elsewhere = deploy_to("container", "${{ a }}", "tcp://${{ b }}:2376");
    auto here = deploy_to("container", "${{ a }}", "");
    auto program = deploy_to("ssh", "${{ a }}", "a@web1");

    set_deploy_target(elsewhere, "container/look at me at tcp://web1:2376");
    set_deploy_target(here, "container/look at me");
    set_deploy_target(program, "ssh/look at me");

    EXPECT_EQ(elsewhere.service.text, "look at me");
    EXPECT_EQ(elsewhere.host.text, "tcp://web1:2376");
    EXPECT_EQ(here.service.text, "look at me");
    EXPECT_EQ(program.service.text, "look at me");
    EXPECT_EQ(program.host.text, "a@web1");
}
