#include "docker/twin.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace triphammer::docker {

namespace {

using nlohmann::json;

TEST(Twin, HasWhatComposeWroteAndALifeOfItsOwn) {
    const json original{
        {"Image", "sha256:1f"},
        {"Config",
         {{"Image", "triphammer:latest"},
          {"Env", {"TRIPHAMMER_RUN=/run/triphammer"}},
          {"User", "triphammer"},
          {"Cmd", {"launcher", "--beside"}},
          {"Labels", {{"com.docker.compose.service", "launcher"}}}}},
        {"HostConfig",
         {{"Binds", {"run:/run/triphammer"}},
          {"CapDrop", {"ALL"}},
          {"NetworkMode", "host"},
          {"RestartPolicy", {{"Name", "unless-stopped"}}},
          {"PortBindings", {{"7707/tcp", json::array()}}}}}};

    const auto body = twin_body(original, {"jobs", {"/keep"}, {{"of", "1f"}}});

    EXPECT_EQ(body["Image"], "sha256:1f") << "the very one, whatever its name means by now";
    EXPECT_EQ(body["Env"], original["Config"]["Env"]);
    EXPECT_EQ(body["User"], "triphammer");
    EXPECT_EQ(body["Entrypoint"], json{"/keep"});
    EXPECT_EQ(body["Labels"], (json{{"of", "1f"}})) << "compose would take it for its own";
    EXPECT_EQ(body["HostConfig"]["Binds"], original["HostConfig"]["Binds"]);
    EXPECT_EQ(body["HostConfig"]["CapDrop"], json{"ALL"});
    EXPECT_EQ(body["HostConfig"]["NetworkMode"], "host");
    EXPECT_EQ(body["HostConfig"]["RestartPolicy"]["Name"], "no");
    EXPECT_TRUE(body["HostConfig"]["AutoRemove"]);
    EXPECT_TRUE(body["HostConfig"]["PortBindings"].empty());
}

TEST(Twin, ShowsAllOfProcWhereItMakesSandboxesAndNowhereElse) {
    json original{
        {"Image", "sha256:1f"}, {"Config", json::object()}, {"HostConfig", json::object()}};
    EXPECT_FALSE(twin_body(original, {})["HostConfig"].contains("MaskedPaths"));

    for (const char* right : {"SYS_ADMIN", "CAP_SYS_ADMIN"}) {
        original["HostConfig"]["CapAdd"] = {"KILL", right};
        const auto host = twin_body(original, {})["HostConfig"];
        EXPECT_EQ(host["MaskedPaths"], json::array()) << right;
        EXPECT_EQ(host["ReadonlyPaths"], json::array()) << right;
    }
}

}  // namespace

}  // namespace triphammer::docker
