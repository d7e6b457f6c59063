#include "runner/deploy/compose/service_values.hpp"

#include "runner/deploy/plan.hpp"

namespace triphammer::runner {

namespace {

struct LongPort {
    std::string target;
    std::string published;
    std::string host_ip;
    std::string protocol = "tcp";

    std::string* find(std::string_view key) {
        if (key == "target") return &target;
        if (key == "published") return &published;
        if (key == "host_ip") return &host_ip;
        return key == "protocol" ? &protocol : nullptr;
    }

    std::string in_short() const {
        const auto address = host_ip.empty() ? host_ip : host_ip + ":";
        return address + published + ":" + target + "/" + protocol;
    }
};

std::string read_long_port(const Node& node, ComposeReader& reader) {
    LongPort port;
    for (const auto& [key, value] : node.entries) {
        auto* to = port.find(key->text);
        if (to == nullptr) {
            reader.fail(*key, "a port has target, published, host_ip and protocol");
            return {};
        }
        *to = reader.text(*value);
    }
    return port.in_short();
}

std::vector<std::string> read_health_test(const Node& node, ComposeReader& reader) {
    auto out = reader.texts(node);
    if (node.kind != NodeKind::sequence) return {"CMD-SHELL", out.front()};
    const bool is_known =
        !out.empty() && (out[0] == "CMD" || out[0] == "CMD-SHELL" || out[0] == "NONE");
    if (!is_known) reader.fail(node, "test is a text, or begins with CMD, CMD-SHELL or NONE");
    return out;
}

}  // namespace

std::vector<docker::PortBinding> read_ports(const Node& node, ComposeReader& reader) {
    std::vector<docker::PortBinding> out;
    if (!reader.expect(node, NodeKind::sequence, "ports")) return out;
    for (const auto* item : node.items) {
        const bool is_long = item->kind == NodeKind::mapping;
        const auto written = is_long ? read_long_port(*item, reader) : reader.text(*item);
        if (reader.error()) break;
        auto port = parse_port(written);
        if (!port) reader.fail(*item, port.error().message);
        if (port) out.push_back(std::move(*port));
    }
    return out;
}

docker::HealthCheck read_health_check(const Node& node, ComposeReader& reader) {
    docker::HealthCheck out;
    if (!reader.expect(node, NodeKind::mapping, "healthcheck")) return out;
    for (const auto& [key, value] : node.entries) {
        if (key->text == "test") {
            out.test = read_health_test(*value, reader);
        } else if (key->text == "interval") {
            out.interval = reader.duration(*value);
        } else if (key->text == "timeout") {
            out.timeout = reader.duration(*value);
        } else if (key->text == "start_period") {
            out.start_period = reader.duration(*value);
        } else if (key->text == "retries") {
            out.retries = static_cast<int>(reader.number(*value));
        } else if (key->text == "disable") {
            if (reader.flag(*value)) out.test = {"NONE"};
        } else {
            reader.fail(
                *key, "healthcheck has test, interval, timeout, start_period, retries and disable"
            );
        }
    }
    return out;
}

}  // namespace triphammer::runner
