#include "runner/deploy/plan.hpp"

#include "base/duration.hpp"
#include "base/shell_words.hpp"
#include "base/text.hpp"
#include "model/container_words.hpp"
#include "model/engine_labels.hpp"

#include <algorithm>
#include <array>

namespace triphammer::runner {

using std::chrono::milliseconds;

namespace {

std::optional<std::uint16_t> parse_port_number(std::string_view text) {
    const auto number = parse_integer(text);
    if (!number || *number < 1 || *number > 65535) return {};
    return static_cast<std::uint16_t>(*number);
}

Error bad_port(std::string_view text) {
    return invalid(
        "'" + std::string{text} + "' is not a port: write HOST:CONTAINER, \"8080:80\" say"
    );
}

}  // namespace

Result<docker::PortBinding> parse_port(std::string_view text) {
    docker::PortBinding out;
    auto rest = text;
    if (const auto slash = rest.find('/'); slash != rest.npos) {
        out.protocol = rest.substr(slash + 1);
        rest = rest.substr(0, slash);
        if (out.protocol != "tcp" && out.protocol != "udp") return bad_port(text);
    }
    const auto last = rest.rfind(':');
    if (last == rest.npos) return bad_port(text);
    const auto container = parse_port_number(rest.substr(last + 1));
    rest = rest.substr(0, last);
    if (const auto first = rest.rfind(':'); first != rest.npos) {
        out.host_address = rest.substr(0, first);
        rest = rest.substr(first + 1);
    }
    const auto host = parse_port_number(rest);
    if (!container || !host) return bad_port(text);
    out.container_port = *container;
    out.host_port = *host;
    return out;
}

namespace {

/// The candidate has been healthy for a while: what is asked now is whether the way to it leads
/// there.
constexpr milliseconds kVerifyInterval{100};

/// Reads the keys of `deploy:` one after the other; after the first error all others are skipped.
class Planner {
  public:
    Planner(const model::DeploySpec& spec, const Evaluate& evaluate)
        : spec_{spec}, evaluate_{evaluate} {}

    Result<ProbeSpec> make_probe(const model::HealthSpec& health) {
        auto out = probe(health, ProbeSpec{}.interval);
        if (error_) return *error_;
        return out;
    }

    Result<DeployPlan> make() {
        check_driver();
        plan_.service = text(spec_.service);
        if (plan_.service.empty()) fail("deploy: name the service");
        read_image();
        read_lists();
        if (plan_.driver == "swarm") {
            choose_for_swarm();
        } else if (plan_.driver == "compose") {
            choose_for_compose();
        } else {
            choose_strategy();
        }
        plan_.before = text(spec_.before);
        plan_.health = probe(spec_.health, ProbeSpec{}.interval);
        plan_.verify = probe(spec_.verify, kVerifyInterval);
        if (plan_.driver == "container") check_probes();
        plan_.drain = duration(spec_.drain, plan_.drain, "drain");
        plan_.keep_previous = duration(spec_.keep_previous, milliseconds{0}, "keep-previous");
        read_replicas();
        if (plan_.driver == "swarm") check_swarm();
        if (error_) return *error_;
        return std::move(plan_);
    }

  private:
    void fail(std::string message) {
        if (!error_) error_ = invalid(std::move(message));
    }

    std::string text(const model::Template& value) {
        if (value.empty() || error_) return {};
        auto out = evaluate_(value);
        if (!out) error_ = out.error();
        return out ? std::move(*out) : std::string{};
    }

    void check_driver() {
        plan_.driver = spec_.to;
        if (spec_.to != "container" && spec_.to != "compose" && spec_.to != "swarm") {
            fail(
                "deploy to '" + spec_.to +
                "' is not supported yet; container, compose and swarm are"
            );
        }
        const auto& how = spec_.on_failure;
        if (!how.empty() && how != "rollback" && how != "keep") {
            fail("on-failure is rollback or keep, not '" + how + "'");
        }
        plan_.rolls_back = how != "keep";
    }

    void read_image() {
        const auto name = text(spec_.image);
        if (error_) return;
        if (docker::is_digest(name)) {
            plan_.image_id = name;
            return;
        }
        auto reference = docker::parse_reference(name);
        if (!reference) {
            error_ = reference.error();
            return;
        }
        plan_.image = std::move(*reference);
        plan_.credentials.username = text(spec_.registry_username);
        plan_.credentials.password = Secret{text(spec_.registry_password)};
        plan_.credentials.server = plan_.image.registry();
    }

    void read_lists() {
        for (const auto& port : spec_.ports) {
            auto parsed = parse_port(text(port));
            if (!parsed && !error_) error_ = parsed.error();
            if (parsed) plan_.ports.push_back(std::move(*parsed));
        }
        for (const auto* pairs : {&spec_.env, &spec_.secrets}) {
            for (const auto& [name, value] : *pairs) plan_.env.emplace_back(name, text(value));
        }
        for (const auto& volume : spec_.volumes) plan_.volumes.push_back(named_volume(volume));
        for (const auto& network : spec_.networks) {
            plan_.networks.push_back(text(network));
            if (!error_ && plan_.networks.back() == "host") {
                fail("networks: 'host' is the network of the engine's machine, which is not given");
            }
        }
        auto words = split_words(text(spec_.command));
        if (!words && !error_) error_ = words.error();
        if (words) plan_.command = std::move(*words);
    }

    /// After the probes were read.
    void check_probes() {
        using Kind = ProbeSpec::Kind;
        if (plan_.has_switch && plan_.switch_by == "kamal-proxy" &&
            plan_.health.kind != Kind::http) {
            fail("switch: kamal-proxy asks the new container itself: it needs health.http");
        }
        if (plan_.switch_by == "alias" && plan_.strategy == rollout::Strategy::recreate) {
            fail("switch: alias goes with blue-green alone: with recreate nobody would have it");
        }
    }

    /// Only the engine's volumes: a path of the host would hand out the host. A swarm carries out
    /// templates in what it mounts ({{…}}): a name is what it says.
    std::string named_volume(const model::Template& value) {
        auto volume = text(value);
        const auto colon = volume.find(':');
        const bool has_path = colon != std::string::npos && volume.substr(colon + 1, 1) == "/";
        if (!error_ && (!has_path || !model::is_volume_name(volume.substr(0, colon)))) {
            fail(
                "'" + volume +
                "' is not a volume: write NAME:/path (folders of the host are not given)"
            );
        }
        if (!error_ && volume.starts_with(model::kSupervisorVolume)) {
            fail("'" + volume + "': every job's container begins with what is in this volume");
        }
        return volume;
    }

    void choose_strategy() {
        plan_.switch_by = spec_.switch_by;
        plan_.has_switch = !plan_.switch_by.empty();
        const auto& how = spec_.strategy;
        const bool is_direct = !plan_.ports.empty() && !plan_.has_switch;
        if (how == "recreate" || (how.empty() && is_direct)) {
            plan_.strategy = rollout::Strategy::recreate;
            plan_.has_switch = false;
        } else if (!how.empty() && how != "blue-green") {
            fail("strategy " + how + " is not supported yet; blue-green and recreate are");
        } else if (is_direct) {
            fail(
                "blue-green needs somebody who owns the port: say switch: nginx, or strategy: "
                "recreate (with a short downtime)"
            );
        }
        if (plan_.has_switch) check_switch();
    }

    void check_switch() {
        if (plan_.switch_by == "alias") {
            check_alias();
            return;
        }
        const auto by = "switch: " + plan_.switch_by;
        const bool is_kamal = plan_.switch_by == "kamal-proxy";
        if (!is_kamal && plan_.switch_by != "nginx") {
            fail(by + ": nginx, kamal-proxy and alias are there");
        }
        if (plan_.ports.empty()) fail(by + " needs ports");
        for (const auto& port : plan_.ports) {
            if (port.protocol != "tcp") fail(by + " serves tcp only");
        }
        if (is_kamal && plan_.ports.size() > 1) fail(by + " leads one port; nginx leads several");
    }

    /// Of a name that is no host's a client would make something else.
    void check_alias() {
        if (plan_.networks.empty()) {
            fail("switch: alias needs networks: the first one is where the service has its name");
        }
        if (!plan_.ports.empty()) {
            fail("switch: alias is for who comes by the network; ports say switch: nginx");
        }
        if (!plan_.networks.empty() && plan_.networks.front() == "bridge") {
            fail("networks: in the engine's own 'bridge' no container has a name: make another one"
            );
        }
        if (!is_host_name(plan_.service)) {
            fail("switch: alias: '" + plan_.service + "' cannot be a name in a network");
        }
    }

    static bool is_host_name(std::string_view name) {
        const auto fits = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '-' || c == '_' || c == '.';
        };
        return !name.empty() && name.size() <= 63 && name[0] != '-' && name[0] != '.' &&
               std::all_of(name.begin(), name.end(), fits);
    }

    void choose_for_compose() {
        plan_.strategy = rollout::Strategy::recreate;
        plan_.file = text(spec_.file);
        if (plan_.file.empty()) plan_.file = "compose.yaml";
    }

    void choose_for_swarm() {
        const auto& how = spec_.strategy;
        plan_.strategy = rollout::Strategy::rolling;
        plan_.stops_first = how == "recreate" || !plan_.volumes.empty();
        if (!how.empty() && how != "rolling" && how != "recreate") {
            fail("strategy " + how + " is not supported on a swarm; rolling and recreate are");
        }
        if (!spec_.switch_by.empty()) fail("a swarm moves traffic itself: take switch away");
        if (!spec_.keep_previous.empty()) {
            fail("keep-previous: a swarm keeps the previous version's specification only");
        }
        if (!plan_.image_id.empty()) {
            fail("the nodes of a swarm pull from a registry: image must be REPOSITORY@sha256:…");
        }
        for (const auto& port : plan_.ports) {
            if (!port.host_address.empty()) {
                fail("a swarm opens a port on every node and address: write \"8080:80\"");
            }
        }
    }

    /// After the probes were read.
    void check_swarm() {
        using Kind = ProbeSpec::Kind;
        if (plan_.health.kind == Kind::tcp) {
            fail("health.tcp: a swarm looks from inside the container; say health.command");
        }
        auto& inside = plan_.health.port;
        if (inside == 0 && !plan_.ports.empty()) inside = plan_.ports.front().container_port;
        if (plan_.health.kind == Kind::http && inside == 0) fail("health.http needs a port here");
        auto& outside = plan_.verify.port;
        if (outside == 0 && !plan_.ports.empty()) outside = plan_.ports.front().host_port;
        const bool asks_port = plan_.verify.kind == Kind::http || plan_.verify.kind == Kind::tcp;
        if (asks_port && outside == 0) fail("verify needs a port that the swarm opens");
    }

    void read_replicas() {
        const auto written = text(spec_.replicas);
        if (written.empty()) return;
        constexpr std::int64_t kMost = 10'000;
        const auto number = parse_integer(written);
        if (!number || *number < 1 || *number > kMost) {
            fail("replicas: '" + written + "' is not a number from 1 to 10000");
        } else if (plan_.driver != "swarm" && *number != 1) {
            fail("deploy to " + plan_.driver + " runs one container; replicas are a swarm's");
        }
        plan_.replicas = number.value_or(1);
    }

    milliseconds duration(const model::Template& value, milliseconds fallback, const char* key) {
        const auto written = text(value);
        if (written.empty()) return fallback;
        const auto parsed = parse_duration(written);
        if (!parsed) fail(std::string{key} + ": '" + written + "' is not a duration (10s, 2m)");
        return parsed.value_or(fallback);
    }

    ProbeSpec probe(const model::HealthSpec& spec, milliseconds interval) {
        ProbeSpec out;
        out.path = text(spec.http);
        out.command = text(spec.command);
        const auto tcp = text(spec.tcp);
        const auto port = tcp.empty() ? text(spec.port) : tcp;
        if (!out.path.empty() && out.path[0] != '/') fail("health.http is a path: /healthz say");
        if (!out.path.empty()) out.kind = ProbeSpec::Kind::http;
        if (!tcp.empty()) out.kind = ProbeSpec::Kind::tcp;
        if (!out.command.empty()) out.kind = ProbeSpec::Kind::command;
        if (!port.empty()) {
            const auto number = parse_port_number(port);
            if (!number) fail("health: '" + port + "' is not a port");
            out.port = number.value_or(0);
        }
        out.interval = std::max(duration(spec.interval, interval, "interval"), milliseconds{50});
        out.timeout = duration(spec.timeout, out.timeout, "timeout");
        out.hold = duration(spec.hold, out.hold, "for");
        return out;
    }

    const model::DeploySpec& spec_;
    const Evaluate& evaluate_;
    DeployPlan plan_;
    std::optional<Error> error_;
};

}  // namespace

Result<DeployPlan> make_deploy_plan(const model::JobDocument& document, const Evaluate& evaluate) {
    if (!document.job.deploy) return Error{Code::internal, "not a deploy job"};
    return Planner{*document.job.deploy, evaluate}.make();
}

Result<ProbeSpec> make_probe(
    const model::DeploySpec& deploy, const model::HealthSpec& spec, const Evaluate& evaluate
) {
    return Planner{deploy, evaluate}.make_probe(spec);
}

}  // namespace triphammer::runner
