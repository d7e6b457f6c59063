#pragma once
// `deploy:` with its expressions evaluated and checked.

#include "docker/container_spec.hpp"
#include "docker/reference.hpp"
#include "model/job_document.hpp"
#include "rollout/plan.hpp"
#include "runner/image/plan.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace triphammer::runner {

/// When something counts as healthy: `good_in_a_row` good answers, and good for `hold`.
struct ProbeSpec {
    enum class Kind {
        none,     // not asked for: what the image brings, else that it keeps running
        http,     // GET `path` answers 2xx
        tcp,      // the port accepts
        command,  // `command` inside ends with 0
    };

    Kind kind = Kind::none;
    std::string path;
    std::string command;
    std::uint16_t port = 0;  // 0: the container's own
    std::chrono::milliseconds interval{1'000};
    std::chrono::milliseconds timeout{60'000};
    std::chrono::milliseconds hold{0};
    int good_in_a_row = 2;
};

struct DeployPlan {
    std::string driver;  // container | compose | swarm
    std::string file;    // compose
    std::string service;
    docker::ImageReference image;  // by tag or digest; a digest alone: an image's id
    std::string image_id;          // sha256:… of an image that is in no registry; else empty
    docker::Credentials credentials;
    rollout::Strategy strategy = rollout::Strategy::blue_green;
    bool has_switch = false;   // traffic is led to one container by `switch_by`
    std::string switch_by;     // nginx | kamal-proxy | alias, where it has
    std::string public_host;   // where published ports are reached from here
    bool is_remote = false;    // the engine's containers have no address that leads there from here
    bool stops_first = false;  // swarm: a new task starts when an old one has ended
    std::int64_t replicas = 1;
    bool rolls_back = true;
    std::string before;
    ProbeSpec health;
    ProbeSpec verify;
    std::vector<docker::PortBinding> ports;
    std::vector<std::pair<std::string, std::string>> env;  // with the secrets
    std::vector<std::string> volumes;
    std::vector<std::string> networks;
    std::vector<std::string> command;
    std::chrono::milliseconds drain{10'000};
    std::chrono::milliseconds keep_previous{0};  // how long what was stopped stays at least
};

/// Code::invalid with a sentence for what this driver does not do or cannot read.
Result<DeployPlan> make_deploy_plan(const model::JobDocument& document, const Evaluate& evaluate);

/// `health` or `verify` by itself. Code::invalid.
Result<ProbeSpec> make_probe(
    const model::DeploySpec& deploy, const model::HealthSpec& spec, const Evaluate& evaluate
);

/// "8080:80", "127.0.0.1:8080:80", "8080:80/udp".
Result<docker::PortBinding> parse_port(std::string_view text);

}  // namespace triphammer::runner
