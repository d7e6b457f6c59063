#include "runner/deploy/compose/service.hpp"

#include "model/engine_labels.hpp"
#include "runner/deploy/compose/service_values.hpp"
#include "workflow/yaml/report.hpp"

#include <algorithm>
#include <array>

namespace triphammer::runner {

using workflow::show;

namespace {

constexpr std::int64_t kNanoCpus = 1'000'000'000;

/// Keys of the specification that are refused, and why.
struct Refused {
    std::string_view key;
    std::string_view why;
};

constexpr std::string_view kRightsOverHost = "it would give rights over the engine's machine";

constexpr std::array kRefused{
    Refused{"build", "nothing is built here: name its image"},
    Refused{"cap_add", kRightsOverHost},
    Refused{"cgroup_parent", kRightsOverHost},
    Refused{"container_name", "two versions are there side by side; others find it as the service"},
    Refused{"deploy", "say mem_limit, cpus, pids_limit and restart; each service is one container"},
    Refused{"device_cgroup_rules", kRightsOverHost},
    Refused{"devices", kRightsOverHost},
    Refused{"env_file", "write environment with ${NAME}, and env or secrets of deploy"},
    Refused{"ipc", kRightsOverHost},
    Refused{"network_mode", "name networks"},
    Refused{"pid", kRightsOverHost},
    Refused{"privileged", kRightsOverHost},
    Refused{"runtime", kRightsOverHost},
    Refused{"secrets", "write environment: [NAME], and secrets: [NAME] of deploy"},
    Refused{"security_opt", "no-new-privileges is always on"},
    Refused{"sysctls", kRightsOverHost},
    Refused{"userns_mode", kRightsOverHost},
};

class ServiceReader {
  public:
    ServiceReader(ComposeService& service, const ComposeNames& names, ComposeReader& reader)
        : service_{service}, spec_{service.container}, names_{names}, reader_{reader} {}

    void read(const Node& node) {
        if (!reader_.expect(node, NodeKind::mapping, "a service")) return;
        for (const auto& [key, value] : node.entries) {
            if (!is_extension(key->text) && !read_key(key->text, *value)) refuse(*key);
        }
        if (service_.networks.empty()) add_network(node, "default", {});
        const bool has_image = !spec_.image.empty() || service_.name == names_.deployed;
        if (!has_image) reader_.fail(node, show(service_.name) + " needs an image");
    }

  private:
    using Method = void (ServiceReader::*)(const Node&);

    struct Key {
        std::string_view name;
        Method read;
    };

    static constexpr std::size_t kKeys = 25;
    static const std::array<Key, kKeys> kTable;

    bool read_key(std::string_view key, const Node& value) {
        // Its image is the deployment's: what the file would build is not asked for.
        if (key == "build" && service_.name == names_.deployed) return true;
        for (const auto& known : kTable) {
            if (known.name != key) continue;
            (this->*known.read)(value);
            return true;
        }
        return false;
    }

    void refuse(const Node& key) {
        for (const auto& [name, why] : kRefused) {
            if (name == key.text) {
                reader_.fail(key, show(key.text) + " is refused: " + std::string{why});
                return;
            }
        }
        std::vector<std::string> known;
        for (const auto& one : kTable) known.emplace_back(one.name);
        const auto hint = workflow::nearest_hint(key.text, known);
        reader_.fail(
            key,
            show(key.text) + " is no key that is carried out here" +
                (hint.empty() ? "" : ", " + hint)
        );
    }

    void image(const Node& node) { spec_.image = reader_.text(node); }

    void command(const Node& node) { spec_.command = reader_.words(node); }

    void entrypoint(const Node& node) { spec_.entrypoint = reader_.words(node); }

    void environment(const Node& node) { spec_.env = reader_.pairs(node); }

    void labels(const Node& node) {
        for (auto& [name, value] : reader_.pairs(node)) {
            const bool is_ours = name.starts_with("triphammer.") || name.starts_with("com.docker.");
            if (is_ours) reader_.fail(node, show(name) + " is a label of Triphammer's or Docker's");
            spec_.labels[name] = std::move(value);
        }
    }

    void working_dir(const Node& node) { spec_.working_directory = reader_.text(node); }

    void user(const Node& node) { spec_.user = reader_.text(node); }

    void hostname(const Node& node) { spec_.hostname = reader_.text(node); }

    void read_only(const Node& node) { spec_.read_only = reader_.flag(node); }

    void init(const Node& node) { spec_.init = reader_.flag(node); }

    void mem_limit(const Node& node) { spec_.memory_bytes = reader_.bytes(node); }

    void shm_size(const Node& node) { spec_.shm_bytes = reader_.bytes(node); }

    void pids_limit(const Node& node) { spec_.pids_limit = reader_.number(node); }

    void cap_drop(const Node& node) { spec_.drop_capabilities = reader_.texts(node); }

    void extra_hosts(const Node& node) { spec_.extra_hosts = reader_.texts(node); }

    /// Other containers reach every port anyway: read, and nothing follows, as with Compose.
    void expose(const Node& node) { reader_.texts(node); }

    void tmpfs(const Node& node) {
        for (const auto& entry : reader_.texts(node)) {
            const auto colon = std::min(entry.find(':'), entry.size());
            const auto path = entry.substr(0, colon);
            if (!path.starts_with('/')) reader_.fail(node, "tmpfs is /path, or /path:options");
            spec_.tmpfs[path] = entry.substr(std::min(colon + 1, entry.size()));
        }
    }

    void cpus(const Node& node) {
        const auto written = reader_.text(node);
        char* end = nullptr;
        const double number = std::strtod(written.c_str(), &end);
        const bool is_number = !written.empty() && *end == '\0' && number > 0 && number < 10'000;
        if (!is_number) reader_.fail(node, "cpus is a number: 0.5, 2");
        if (is_number) {
            spec_.nano_cpus = static_cast<std::int64_t>(number * static_cast<double>(kNanoCpus));
        }
    }

    void stop_grace_period(const Node& node) {
        const auto time = reader_.duration(node);
        service_.stop_grace = std::chrono::ceil<std::chrono::seconds>(time);
    }

    void restart(const Node& node) {
        static constexpr std::array kPolicies{"no", "always", "on-failure", "unless-stopped"};
        const auto policy = reader_.text(node);
        const bool is_known =
            std::find(kPolicies.begin(), kPolicies.end(), policy) != kPolicies.end();
        if (!is_known) {
            reader_.fail(node, "restart is no, always, on-failure or unless-stopped");
        }
        service_.restart = policy == "no" ? "" : policy;
    }

    void ports(const Node& node) { spec_.ports = read_ports(node, reader_); }

    void healthcheck(const Node& node) { spec_.health = read_health_check(node, reader_); }

    // ── volumes ──────────────────────────────────────────────────────────────────────────────

    void volumes(const Node& node) {
        if (!reader_.expect(node, NodeKind::sequence, "volumes")) return;
        for (const auto* item : node.items) {
            if (reader_.error()) return;
            if (item->kind == NodeKind::mapping) {
                long_mount(*item);
            } else {
                short_mount(*item);
            }
        }
    }

    void short_mount(const Node& node) {
        const auto written = reader_.text(node);
        const auto first = written.find(':');
        const auto second = written.find(':', std::min(first, written.size() - 1) + 1);
        const auto mode = second == std::string::npos ? "rw" : written.substr(second + 1);
        if (first == std::string::npos) {
            reader_.fail(
                node, "name a volume: write NAME:/path (one without a name would be lost)"
            );
            return;
        }
        if (mode != "rw" && mode != "ro") reader_.fail(node, "a volume is ro or rw");
        add_mount(
            node, written.substr(0, first), written.substr(first + 1, second - first - 1), mode
        );
    }

    void long_mount(const Node& node) {
        std::string type = "volume";
        std::string source;
        std::string target;
        bool is_read_only = false;
        for (const auto& [key, value] : node.entries) {
            if (key->text == "type") {
                type = reader_.text(*value);
            } else if (key->text == "source") {
                source = reader_.text(*value);
            } else if (key->text == "target") {
                target = reader_.text(*value);
            } else if (key->text == "read_only") {
                is_read_only = reader_.flag(*value);
            } else {
                reader_.fail(*key, "a volume has type, source, target and read_only");
            }
        }
        if (type == "tmpfs" && target.starts_with('/')) {
            spec_.tmpfs[target] = is_read_only ? "ro" : "";
        } else if (type != "volume") {
            refuse_folder(node);
        } else {
            add_mount(node, source, target, is_read_only ? "ro" : "rw");
        }
    }

    void refuse_folder(const Node& node) {
        reader_.fail(
            node,
            "folders and files of the engine's machine are not given: name a volume, or put it "
            "into the image"
        );
    }

    void add_mount(
        const Node& node,
        const std::string& source,
        const std::string& path,
        const std::string& mode
    ) {
        if (reader_.error()) return;
        const bool is_folder = source.find('/') != std::string::npos || source.starts_with('.') ||
                               source.starts_with('~');
        if (is_folder) return refuse_folder(node);
        const auto* volume = find_object(names_.volumes, source);
        if (volume == nullptr) {
            return reader_.fail(node, show(source) + " is not under volumes at the file's end");
        }
        if (!path.starts_with('/')) return reader_.fail(node, "a volume is NAME:/path");
        spec_.volumes.push_back(volume->name + ":" + path + (mode == "ro" ? ":ro" : ""));
    }

    // ── other services ───────────────────────────────────────────────────────────────────────

    void networks(const Node& node) {
        if (node.kind == NodeKind::mapping) {
            for (const auto& [key, value] : node.entries)
                add_network(*key, key->text, aliases(*value));
            return;
        }
        if (!reader_.expect(node, NodeKind::sequence, "networks")) return;
        for (const auto* item : node.items) add_network(*item, reader_.text(*item), {});
    }

    std::vector<std::string> aliases(const Node& node) {
        if (node.kind == NodeKind::null) return {};
        if (!reader_.expect(node, NodeKind::mapping, "a network of a service")) return {};
        std::vector<std::string> out;
        for (const auto& [key, value] : node.entries) {
            if (key->text != "aliases") reader_.fail(*key, "a network of a service has aliases");
            out = reader_.texts(*value);
        }
        return out;
    }

    void add_network(const Node& at, const std::string& key, std::vector<std::string> aliases) {
        if (reader_.error()) return;
        const auto* network = find_object(names_.networks, key);
        if (network == nullptr) {
            return reader_.fail(at, show(key) + " is not under networks at the file's end");
        }
        aliases.insert(aliases.begin(), service_.name);
        service_.networks.push_back({network->name, std::move(aliases)});
    }

    void depends_on(const Node& node) {
        if (node.kind == NodeKind::mapping) {
            for (const auto& [key, value] : node.entries) add_dependency(key->text, *value);
            return;
        }
        if (!reader_.expect(node, NodeKind::sequence, "depends_on")) return;
        for (const auto* item : node.items) {
            service_.depends_on.push_back({reader_.text(*item), false});
        }
    }

    void add_dependency(const std::string& name, const Node& node) {
        if (!reader_.expect(node, NodeKind::mapping, "an entry of depends_on")) return;
        ComposeDependency out{name, false};
        for (const auto& [key, value] : node.entries) {
            const auto condition = reader_.text(*value);
            const bool is_known = condition == "service_healthy" || condition == "service_started";
            if (key->text != "condition" || !is_known) {
                reader_.fail(
                    *key,
                    "an entry of depends_on has condition: service_started or service_healthy (for "
                    "what runs once there is before of deploy)"
                );
            }
            out.wants_health = condition == "service_healthy";
        }
        service_.depends_on.push_back(std::move(out));
    }

    ComposeService& service_;
    docker::ContainerSpec& spec_;
    const ComposeNames& names_;
    ComposeReader& reader_;
};

const std::array<ServiceReader::Key, ServiceReader::kKeys> ServiceReader::kTable{{
    {"image", &ServiceReader::image},
    {"command", &ServiceReader::command},
    {"entrypoint", &ServiceReader::entrypoint},
    {"environment", &ServiceReader::environment},
    {"labels", &ServiceReader::labels},
    {"working_dir", &ServiceReader::working_dir},
    {"user", &ServiceReader::user},
    {"hostname", &ServiceReader::hostname},
    {"read_only", &ServiceReader::read_only},
    {"init", &ServiceReader::init},
    {"mem_limit", &ServiceReader::mem_limit},
    {"shm_size", &ServiceReader::shm_size},
    {"pids_limit", &ServiceReader::pids_limit},
    {"cap_drop", &ServiceReader::cap_drop},
    {"extra_hosts", &ServiceReader::extra_hosts},
    {"expose", &ServiceReader::expose},
    {"tmpfs", &ServiceReader::tmpfs},
    {"cpus", &ServiceReader::cpus},
    {"stop_grace_period", &ServiceReader::stop_grace_period},
    {"restart", &ServiceReader::restart},
    {"ports", &ServiceReader::ports},
    {"volumes", &ServiceReader::volumes},
    {"networks", &ServiceReader::networks},
    {"depends_on", &ServiceReader::depends_on},
    {"healthcheck", &ServiceReader::healthcheck},
}};

}  // namespace

ComposeService read_service(
    const std::string& name, const Node& node, const ComposeNames& names, ComposeReader& reader
) {
    ComposeService out;
    out.name = name;
    ServiceReader{out, names, reader}.read(node);
    return out;
}

const ComposeObject* find_object(const std::vector<ComposeObject>& objects, std::string_view key) {
    const auto found = std::find_if(objects.begin(), objects.end(), [key](const auto& object) {
        return object.key == key;
    });
    return found == objects.end() ? nullptr : &*found;
}

}  // namespace triphammer::runner
