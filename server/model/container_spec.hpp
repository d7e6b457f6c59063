#pragma once
// What a container is to be: what workflows ask for, and what an engine is told.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace triphammer::model {

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

}  // namespace triphammer::model
