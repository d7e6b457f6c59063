#include "docker/container_spec.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace triphammer::docker {

using nlohmann::json;

namespace {

std::string port_key(const PortBinding& port) {
    return std::to_string(port.container_port) + "/" + port.protocol;
}

json host_config(const ContainerSpec& spec) {
    auto bindings = json::object();
    for (const auto& port : spec.ports) {
        bindings[port_key(port)].push_back(
            {{"HostIp", port.host_address}, {"HostPort", std::to_string(port.host_port)}}
        );
    }
    json out{
        {"Binds", spec.volumes},
        {"PortBindings", std::move(bindings)},
        {"Init", spec.init},
        {"CapDrop", spec.drop_capabilities},
        {"CapAdd", spec.add_capabilities},
        {"Memory", spec.memory_bytes},
        {"MemorySwap", spec.memory_bytes},  // no swap beyond it
        {"NanoCpus", spec.nano_cpus},
    };
    if (spec.shm_bytes > 0) out["ShmSize"] = spec.shm_bytes;
    if (spec.read_only) out["ReadonlyRootfs"] = true;
    if (!spec.tmpfs.empty()) out["Tmpfs"] = spec.tmpfs;
    if (!spec.extra_hosts.empty()) out["ExtraHosts"] = spec.extra_hosts;
    if (!spec.extra_groups.empty()) out["GroupAdd"] = spec.extra_groups;
    for (const auto& limit : spec.ulimits) {
        out["Ulimits"].push_back({{"Name", limit.name}, {"Soft", limit.soft}, {"Hard", limit.hard}}
        );
    }
    if (spec.no_new_privileges) out["SecurityOpt"] = json::array({"no-new-privileges"});
    if (spec.pids_limit > 0) out["PidsLimit"] = spec.pids_limit;
    if (!spec.network.empty()) out["NetworkMode"] = spec.network;
    if (!spec.restart.empty()) out["RestartPolicy"] = {{"Name", spec.restart}};
    if (!spec.log_driver.empty()) out["LogConfig"] = {{"Type", spec.log_driver}};
    return out;
}

json health_of(const HealthCheck& check) {
    json out{
        {"Interval", check.interval.count()},
        {"Timeout", check.timeout.count()},
        {"StartPeriod", check.start_period.count()},
        {"Retries", check.retries},
    };
    if (!check.test.empty()) out["Test"] = check.test;
    return out;
}

std::vector<std::string> env_list(const ContainerSpec& spec) {
    std::vector<std::string> out;
    for (const auto& [name, value] : spec.env) out.push_back(name + "=" + value);
    return out;
}

std::string text_at(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

const json& object_at(const json& object, const char* key) {
    static const json kNothing = json::object();
    const auto found = object.find(key);
    return found != object.end() && found->is_object() ? *found : kNothing;
}

template <class Number>
Number number_at(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_number() ? found->get<Number>() : Number{};
}

bool flag_at(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_boolean() && found->get<bool>();
}

std::vector<std::string> texts_at(const json& object, const char* key) {
    std::vector<std::string> out;
    const auto found = object.find(key);
    if (found == object.end() || !found->is_array()) return out;
    for (const auto& entry : *found) {
        if (entry.is_string()) out.push_back(entry.get<std::string>());
    }
    return out;
}

std::map<std::string, std::string> labels_at(const json& object) {
    std::map<std::string, std::string> out;
    for (const auto& [name, value] : object_at(object, "Labels").items()) {
        if (value.is_string()) out[name] = value.get<std::string>();
    }
    return out;
}

/// {"80/tcp": [{"HostIp", "HostPort"}]}
std::vector<PortBinding> ports_at(const json& bindings) {
    std::vector<PortBinding> out;
    for (const auto& [key, hosts] : bindings.items()) {
        const auto slash = std::min(key.find('/'), key.size());
        PortBinding port;
        std::from_chars(key.data(), key.data() + slash, port.container_port);
        port.protocol = key.substr(std::min(slash + 1, key.size()));
        if (!hosts.is_array()) continue;
        for (const auto& host : hosts) {
            const auto number = text_at(host, "HostPort");
            std::from_chars(number.data(), number.data() + number.size(), port.host_port);
            port.host_address = text_at(host, "HostIp");
            out.push_back(port);
        }
    }
    return out;
}

HealthCheck health_at(const json& check) {
    HealthCheck out;
    out.test = texts_at(check, "Test");
    out.interval = std::chrono::nanoseconds{number_at<std::int64_t>(check, "Interval")};
    out.timeout = std::chrono::nanoseconds{number_at<std::int64_t>(check, "Timeout")};
    out.start_period = std::chrono::nanoseconds{number_at<std::int64_t>(check, "StartPeriod")};
    out.retries = number_at<int>(check, "Retries");
    return out;
}

}  // namespace

json create_body(const ContainerSpec& spec) {
    json out{
        {"Image", spec.image},
        {"Env", env_list(spec)},
        {"Labels", spec.labels},
        {"HostConfig", host_config(spec)},
    };
    if (!spec.entrypoint.empty()) out["Entrypoint"] = spec.entrypoint;
    if (!spec.command.empty()) out["Cmd"] = spec.command;
    if (!spec.working_directory.empty()) out["WorkingDir"] = spec.working_directory;
    if (!spec.user.empty()) out["User"] = spec.user;
    for (const auto& port : spec.ports) out["ExposedPorts"][port_key(port)] = json::object();
    for (const auto& path : spec.anonymous_volumes) out["Volumes"][path] = json::object();
    if (!spec.hostname.empty()) out["Hostname"] = spec.hostname;
    if (spec.health) out["Healthcheck"] = health_of(*spec.health);
    if (spec.interactive) {
        out["OpenStdin"] = true;
        out["StdinOnce"] = true;
        out["AttachStdin"] = true;
    }
    if (!spec.aliases.empty()) {
        out["NetworkingConfig"]["EndpointsConfig"][spec.network]["Aliases"] = spec.aliases;
    }
    return out;
}

namespace {

/// The engine says the year 1 of what has never run.
std::optional<TimePoint> finished_at(const json& state) {
    const auto at = parse_rfc3339(text_at(state, "FinishedAt"));
    return at && to_unix_ms(*at) > 0 ? at : std::nullopt;
}

std::vector<std::string> volumes_at(const json& inspect) {
    std::vector<std::string> out;
    const auto mounts = inspect.find("Mounts");
    if (mounts == inspect.end() || !mounts->is_array()) return out;
    for (const auto& mount : *mounts) {
        if (text_at(mount, "Type") == "volume") out.push_back(text_at(mount, "Name"));
    }
    return out;
}

}  // namespace

ContainerInfo parse_container(const json& inspect) {
    const auto& state = object_at(inspect, "State");
    const auto& config = object_at(inspect, "Config");
    ContainerInfo out;
    out.id = text_at(inspect, "Id");
    out.name = text_at(inspect, "Name");
    if (out.name.starts_with('/')) out.name.erase(0, 1);
    out.image_id = text_at(inspect, "Image");
    out.image_name = text_at(config, "Image");
    out.status = text_at(state, "Status");
    out.running = flag_at(state, "Running");
    out.oom_killed = flag_at(state, "OOMKilled");
    out.exit_status = number_at<int>(state, "ExitCode");
    out.error = text_at(state, "Error");
    out.started_at = text_at(state, "StartedAt");
    if (!out.running) out.finished_at = finished_at(state);
    out.health = text_at(object_at(state, "Health"), "Status");
    out.labels = labels_at(config);
    out.env = texts_at(config, "Env");
    out.volumes = volumes_at(inspect);
    const auto& host = object_at(inspect, "HostConfig");
    out.network_mode = text_at(host, "NetworkMode");
    out.ports = ports_at(object_at(host, "PortBindings"));
    const auto& networking = object_at(inspect, "NetworkSettings");
    out.published = ports_at(object_at(networking, "Ports"));
    for (const auto& [name, network] : object_at(networking, "Networks").items()) {
        if (network.is_object()) out.addresses[name] = text_at(network, "IPAddress");
    }
    return out;
}

namespace {

std::uint64_t size_at(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

}  // namespace

ImageInfo parse_image(const json& inspect) {
    const auto& config = object_at(inspect, "Config");
    ImageInfo out;
    out.id = text_at(inspect, "Id");
    out.tags = texts_at(inspect, "RepoTags");
    out.digests = texts_at(inspect, "RepoDigests");
    out.bytes = size_at(inspect, "Size");
    out.platform = text_at(inspect, "Os") + "/" + text_at(inspect, "Architecture");
    out.env = texts_at(config, "Env");
    out.working_directory = text_at(config, "WorkingDir");
    out.user = text_at(config, "User");
    out.entrypoint = texts_at(config, "Entrypoint");
    out.command = texts_at(config, "Cmd");
    out.health = health_at(object_at(config, "Healthcheck"));
    out.has_health_check = !out.health.test.empty() && out.health.test.front() != "NONE";
    for (const auto& [path, nothing] : object_at(config, "Volumes").items()) {
        out.volumes.push_back(path);
    }
    for (const auto& [port, nothing] : object_at(config, "ExposedPorts").items()) {
        std::uint16_t number = 0;
        std::from_chars(port.data(), port.data() + port.size(), number);
        if (number != 0 && port.ends_with("/tcp")) out.exposed_ports.push_back(number);
    }
    return out;
}

ImageSummary parse_image_summary(const json& one) {
    ImageSummary out;
    if (!one.is_object()) return out;
    out.id = text_at(one, "Id");
    const auto created = one.find("Created");
    if (created != one.end() && created->is_number_integer()) {
        out.created_at = created->get<std::int64_t>();
    }
    for (auto& tag : texts_at(one, "RepoTags")) {
        if (tag != "<none>:<none>") out.tags.push_back(std::move(tag));
    }
    out.digests = texts_at(one, "RepoDigests");
    out.labels = labels_at(one);
    return out;
}

}  // namespace triphammer::docker
