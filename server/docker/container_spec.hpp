#pragma once
// Values that go to and come from the engine.

#include "base/clock.hpp"
#include "model/container_spec.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace triphammer::docker {

using model::ContainerSpec;
using model::HealthCheck;
using model::PortBinding;
using model::Ulimit;

nlohmann::json create_body(const ContainerSpec& spec);

struct ContainerInfo {
    std::string id;
    std::string name;
    std::string image_id;    // sha256:…
    std::string image_name;  // as it was asked for
    std::string status;      // created | running | restarting | exited | dead | …
    bool running = false;
    bool oom_killed = false;
    int exit_status = 0;
    std::string error;       // why it could not start
    std::string started_at;  // the engine's text: another one means it was started again
    std::optional<TimePoint> finished_at;  // of a container that has run and does not any more
    std::string health;  // empty: no health check | starting | healthy | unhealthy
    std::map<std::string, std::string> labels;
    std::vector<std::string> env;      // NAME=value, the image's, too
    std::vector<std::string> volumes;  // names of those that it mounts, of its image, too
    std::string network_mode;          // a network's name; container:ID, of another
    std::map<std::string, std::string> addresses;  // network's name → IP address
    std::vector<PortBinding> ports;      // as asked for, in the order of container and host port
    std::vector<PortBinding> published;  // as they are, while it runs: with the engine's choices
};

ContainerInfo parse_container(const nlohmann::json& inspect);

struct ContainerSummary {
    std::string id;
    std::string name;
    std::string state;
    std::map<std::string, std::string> labels;
};

struct ImageInfo {
    std::string id;
    std::vector<std::string> tags;     // repository:tag
    std::vector<std::string> digests;  // repository@sha256:…
    std::uint64_t bytes = 0;           // of all its layers, unpacked
    std::string platform;              // linux/amd64
    std::vector<std::string> env;      // NAME=value
    std::vector<std::uint16_t> exposed_ports;
    std::vector<std::string> volumes;  // /path
    std::string working_directory;
    std::string user;
    std::vector<std::string> entrypoint;
    std::vector<std::string> command;
    bool has_health_check = false;
    HealthCheck health;  // its own
};

ImageInfo parse_image(const nlohmann::json& inspect);

struct ImageSummary {
    std::string id;
    std::int64_t created_at = 0;            // unix seconds
    std::vector<std::string> tags;          // repository:tag
    std::vector<std::string> digests = {};  // repository@sha256:…
    std::map<std::string, std::string> labels = {};
};

ImageSummary parse_image_summary(const nlohmann::json& one);

struct NetworkSummary {
    std::string id;
    std::string name;
    std::map<std::string, std::string> labels;
};

}  // namespace triphammer::docker
