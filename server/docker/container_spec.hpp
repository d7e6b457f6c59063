#pragma once
// Values that go to and come from the engine.

#include "base/clock.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace triphammer::docker {

/// "8080:80": the engine's host port 8080 leads to port 80 of the container.
struct PortBinding {
    std::uint16_t host_port = 0;
    std::uint16_t container_port = 0;
    std::string host_address;      // empty: all
    std::string protocol = "tcp";  // tcp | udp

    friend bool operator==(const PortBinding&, const PortBinding&) = default;
};

/// What the engine runs in the container from time to time. Durations of 0: the engine's defaults.
struct HealthCheck {
    std::vector<std::string> test;  // {"CMD-SHELL", "…"}, {"CMD", …}, {"NONE"}; empty: the image's
    std::chrono::nanoseconds interval{0};
    std::chrono::nanoseconds timeout{0};
    std::chrono::nanoseconds start_period{0};
    int retries = 0;

    friend bool operator==(const HealthCheck&, const HealthCheck&) = default;
};

struct Ulimit {
    std::string name;  // nofile, nproc, …
    std::int64_t soft = 0;
    std::int64_t hard = 0;

    friend bool operator==(const Ulimit&, const Ulimit&) = default;
};

struct ContainerSpec {
    std::string name;
    std::string image;
    std::vector<std::string> entrypoint;  // empty: the image's
    std::vector<std::string> command;     // empty: the image's
    std::vector<std::pair<std::string, std::string>> env;
    std::map<std::string, std::string> labels;
    std::string working_directory;
    std::string user;
    std::string network;  // empty: the engine's default
    std::vector<std::string> aliases;
    std::vector<PortBinding> ports;
    std::vector<std::string> volumes;            // NAME:/path[:ro]
    std::vector<std::string> anonymous_volumes;  // /path; removed with the container
    std::map<std::string, std::string> tmpfs;    // /path → mount options
    std::vector<std::string> extra_hosts;        // NAME:ADDRESS
    std::vector<std::string> extra_groups;
    std::vector<Ulimit> ulimits;
    std::optional<HealthCheck> health;  // empty: the image's own
    std::string hostname;
    bool read_only = false;
    bool interactive = false;  // standard input is open until the one who attached is gone
    bool init = false;         // the engine's own tiny init as PID 1
    bool no_new_privileges = true;
    std::vector<std::string> drop_capabilities;
    std::vector<std::string> add_capabilities;
    std::string restart;            // empty: never | unless-stopped | always
    std::string log_driver;         // empty: the engine's default | none
    std::int64_t memory_bytes = 0;  // 0: no limit
    std::int64_t pids_limit = 0;    // 0: no limit
    std::int64_t nano_cpus = 0;     // 0: no limit
    std::int64_t shm_bytes = 0;     // 0: the engine's default
};

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
    std::vector<std::string> digests;  // repository@sha256:…
    std::vector<std::string> env;      // NAME=value
    std::vector<std::uint16_t> exposed_ports;
    std::string working_directory;
    std::string user;
    std::vector<std::string> entrypoint;
    std::vector<std::string> command;
    bool has_health_check = false;
    HealthCheck health;  // its own
};

ImageInfo parse_image(const nlohmann::json& inspect);

struct NetworkSummary {
    std::string id;
    std::string name;
    std::map<std::string, std::string> labels;
};

}  // namespace triphammer::docker
