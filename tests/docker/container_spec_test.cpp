#include "docker/container_spec.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace triphammer::docker;
using nlohmann::json;

TEST(ContainerSpec, BecomesTheEnginesJson) {
    ContainerSpec spec;
    spec.image = "app";
    spec.command = {"serve", "--port", "80"};
    spec.env = {{"A", "1"}};
    spec.ports = {{8080, 80, "127.0.0.1", "tcp"}};
    spec.network = "net";
    spec.interactive = true;
    spec.drop_capabilities = {"ALL"};
    spec.restart = "unless-stopped";

    const auto body = create_body(spec);

    EXPECT_EQ(body["Env"], json::array({"A=1"}));
    EXPECT_EQ(body["Cmd"], json::array({"serve", "--port", "80"}));
    EXPECT_FALSE(body.contains("Entrypoint"));
    EXPECT_EQ(body["HostConfig"]["PortBindings"]["80/tcp"][0]["HostPort"], "8080");
    EXPECT_EQ(body["HostConfig"]["NetworkMode"], "net");
    EXPECT_EQ(body["HostConfig"]["SecurityOpt"], json::array({"no-new-privileges"}));
    EXPECT_EQ(body["HostConfig"]["RestartPolicy"]["Name"], "unless-stopped");
    EXPECT_EQ(body["StdinOnce"], true);
    EXPECT_TRUE(body["ExposedPorts"].contains("80/tcp"));
}

TEST(ContainerInfo, IsReadFromWhatTheEngineSays) {
    const auto info = parse_container(json::parse(R"({
        "Id": "abc", "Name": "/th-1-1", "Image": "sha256:1",
        "State": {"Status": "exited", "Running": false, "OOMKilled": true, "ExitCode": 137,
                  "StartedAt": "2026-11-21T08:00:00Z",
                  "FinishedAt": "2026-11-21T08:00:01.5Z", "Health": {"Status": "unhealthy"}},
        "Config": {"Image": "app:1", "Labels": {"a": "b"}},
        "HostConfig": {"NetworkMode": "container:0f3c",
                       "PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}},
        "NetworkSettings": {"Networks": {"net": {"IPAddress": "10.0.0.2"}}}})"));

    EXPECT_EQ(info.name, "th-1-1");
    EXPECT_TRUE(info.oom_killed);
    EXPECT_EQ(info.exit_status, 137);
    EXPECT_EQ(info.health, "unhealthy");
    EXPECT_EQ(triphammer::to_rfc3339(info.finished_at.value()), "2026-11-21T08:00:01.500Z");
    EXPECT_EQ(info.labels.at("a"), "b");
    EXPECT_EQ(info.network_mode, "container:0f3c");
    EXPECT_EQ(info.addresses.at("net"), "10.0.0.2");
    EXPECT_EQ(info.ports, (std::vector<PortBinding>{{8080, 80, "", "tcp"}}));
}

TEST(ContainerInfo, OfWhatHasNeverRunOrRunsHasNoEnd) {
    const auto fresh =
        parse_container(json::parse(R"({"State": {"FinishedAt": "0001-01-01T00:00:00Z"}})"));
    const auto again = parse_container(
        json::parse(R"({"State": {"Running": true, "FinishedAt": "2026-11-21T08:00:01Z"}})")
    );

    EXPECT_FALSE(fresh.finished_at);
    EXPECT_FALSE(again.finished_at);
}

TEST(ContainerInfo, SurvivesAnAnswerOfAnotherShape) {
    const auto info = parse_container(json::parse(R"({"State": 5, "Config": null, "Name": []})"));

    EXPECT_EQ(info.id, "");
    EXPECT_FALSE(info.running);
}

TEST(ImageInfo, KnowsPortsAndTheHealthCheck) {
    const auto image = parse_image(json::parse(R"({
        "Id": "sha256:1", "RepoDigests": ["app@sha256:2"],
        "Config": {"Env": ["PATH=/bin"], "ExposedPorts": {"8000/tcp": {}, "53/udp": {}},
                   "Healthcheck": {"Test": ["CMD", "true"]}}})"));
    const auto none =
        parse_image(json::parse(R"({"Config": {"Healthcheck": {"Test": ["NONE"]}}})"));

    EXPECT_EQ(image.exposed_ports, (std::vector<std::uint16_t>{8000}));
    EXPECT_TRUE(image.has_health_check);
    EXPECT_FALSE(none.has_health_check);
}
