#include "docker/server_volumes.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace triphammer::docker {

namespace {

using nlohmann::json;

ContainerInfo container(const std::string& variable, const std::string& type = "volume") {
    const json inspect{
        {"Name", "/compose-daemon-1"},
        {"Config", {{"Env", {"PATH=/usr/bin", variable}}}},
        {"Mounts",
         {{{"Type", "volume"}, {"Name", "other"}, {"Destination", "/other"}},
          {{"Type", type}, {"Name", "compose_data"}, {"Destination", "/data"}}}}};
    return parse_container(inspect);
}

TEST(ServerVolumes, AreThoseOfDaemonLauncherAndProxy) {
    for (const char* variable :
         {"TRIPHAMMER_DATA=/data",
          "TRIPHAMMER_RUN=/run/triphammer",
          "TRIPHAMMER_DOMAIN=ci.example.com"}) {
        const auto found = server_volume_in(container(variable), {"mine", "compose_data"});
        EXPECT_EQ(found, "compose_data") << variable;
    }
}

TEST(ServerVolumes, AreNotThoseOfOtherContainersNorOfOtherNames) {
    const auto server = container("TRIPHAMMER_DATA=/data");

    EXPECT_EQ(server_volume_in(server, {"data", "compose_data2", "/data"}), "");
    EXPECT_EQ(server_volume_in(server, {}), "");
    EXPECT_EQ(server_volume_in(container("TRIPHAMMER_DATABASE=x"), {"compose_data"}), "");
    EXPECT_EQ(server_volume_in(container("A=TRIPHAMMER_DATA=/data"), {"compose_data"}), "");
    const auto bound = container("TRIPHAMMER_DATA=/data", "bind");
    EXPECT_EQ(server_volume_in(bound, {"compose_data"}), "");
}

TEST(ServerVolumes, AreNoneWhereTheEngineShowsNothing) {
    EXPECT_EQ(server_volume_in(parse_container(json::object()), {"compose_data"}), "");
    const auto null = parse_container(json{{"Mounts", nullptr}, {"Config", {{"Env", nullptr}}}});
    EXPECT_EQ(server_volume_in(null, {"compose_data"}), "");
}

TEST(ServerNetworks, AreMeantByAnIdOnlyWhereNoneHasThatName) {
    const std::vector<NetworkSummary> there{{"db12", "compose_default", {}}, {"0f34", "db", {}}};

    EXPECT_EQ(network_names(there, {"db"}), std::vector<std::string>{"db"});
    EXPECT_EQ(network_names(there, {"db1", "none"}), std::vector<std::string>{"compose_default"});
}

TEST(ServerNetworks, AreThoseThatAServersContainerIsIn) {
    json inspect{
        {"Name", "/compose-daemon-1"},
        {"Config", {{"Env", {"TRIPHAMMER_DATA=/data"}}}},
        {"HostConfig", {{"NetworkMode", "compose_default"}}},
        {"NetworkSettings",
         {{"Networks",
           {{"compose_default", {{"IPAddress", ""}}}, {"proxy", {{"IPAddress", "10.1.0.2"}}}}}}}};

    EXPECT_EQ(server_network_in(parse_container(inspect), {"mine", "proxy"}), "proxy");
    // One that is stopped has no address.
    EXPECT_EQ(server_network_in(parse_container(inspect), {"compose_default"}), "compose_default");
    EXPECT_EQ(server_network_in(parse_container(inspect), {"mine"}), "");
    inspect["Config"]["Env"] = {"PATH=/usr/bin"};
    EXPECT_EQ(server_network_in(parse_container(inspect), {"proxy"}), "");
}

}  // namespace

}  // namespace triphammer::docker
