#include "runner/container/plan.hpp"

#include "base/duration.hpp"
#include "base/shell_words.hpp"
#include "base/text.hpp"
#include "model/container_options.hpp"
#include "model/container_words.hpp"
#include "runner/container/text.hpp"

namespace triphammer::runner {

namespace {

/// What package managers and servers that give up root need (SETFCAP: rpm, for programs like ping;
/// SYS_CHROOT: sshd); nothing that reaches beyond the container.
const std::vector<std::string> kCapabilities{
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SYS_CHROOT"};
/// In front of an image, as in `uses`.
constexpr std::string_view kImageScheme = "docker://";

/// What no job gets is a mistake of the file here.
Error as_invalid(const Error& error) {
    return invalid(error.message);
}

Result<> set_image(const ContainerText& text, ContainerPlan& plan) {
    std::string_view name = text.image;
    if (name.starts_with(kImageScheme)) name.remove_prefix(kImageScheme.size());
    auto image = docker::parse_reference(name);
    if (!image) return image.error();
    plan.image = std::move(*image);
    if (text.username.empty() != text.password.empty()) {
        return invalid("credentials: username and password belong together; one of them is empty");
    }
    plan.credentials.username = text.username;
    plan.credentials.password = Secret{text.password};
    plan.credentials.server = plan.image.registry();
    return {};
}

/// On the machine's loopback alone: no other machine, and no container.
Result<> set_ports(const ContainerText& text, docker::ContainerSpec& spec) {
    for (const auto& entry : text.ports) {
        auto port = model::parse_open_port(entry);
        if (!port) return port.error();
        port->host_address = "127.0.0.1";
        spec.ports.push_back(std::move(*port));
    }
    return {};
}

Result<> set_volumes(const ContainerText& text, docker::ContainerSpec& spec) {
    for (const auto& entry : text.volumes) {
        if (auto added = model::add_volume(spec, entry); !added) return as_invalid(added.error());
    }
    return {};
}

Result<> set_command(const ContainerText& text, docker::ContainerSpec& spec) {
    if (!text.entrypoint.empty()) spec.entrypoint = {text.entrypoint};
    auto words = split_words(text.command);
    if (!words) return with_context("command", words.error());
    spec.command = std::move(*words);
    return {};
}

Result<std::chrono::milliseconds> duration_of(const std::string& key, const std::string& text) {
    const auto parsed = parse_duration(text);
    if (!parsed) return invalid(key + ": '" + text + "' is not a duration (10s, 2m)");
    return *parsed;
}

Result<> set_ready_key(const std::string& key, const std::string& value, ProbeSpec& ready) {
    if (key == "http") ready.path = value;
    if (key == "http") ready.kind = ProbeSpec::Kind::http;
    if (key == "command") ready.command = value;
    if (key == "command") ready.kind = ProbeSpec::Kind::command;
    if (key == "tcp") ready.kind = ProbeSpec::Kind::tcp;
    if (key == "tcp" || key == "port") {
        const auto port = parse_integer(value);
        if (!port || *port < 1 || *port > 65535) return invalid("'" + value + "' is no port");
        ready.port = static_cast<std::uint16_t>(*port);
    }
    if (key != "interval" && key != "timeout" && key != "for") return {};
    auto span = duration_of(key, value);
    if (!span) return span.error();
    (key == "interval" ? ready.interval : key == "timeout" ? ready.timeout : ready.hold) = *span;
    return {};
}

Result<> set_ready(const ContainerText& text, ContainerPlan& plan) {
    plan.ready.good_in_a_row = 1;
    plan.ready.interval = std::chrono::milliseconds{250};
    for (const auto& [key, value] : text.ready) {
        if (auto set = set_ready_key(key, value, plan.ready); !set) {
            return with_context("ready." + key, set.error());
        }
    }
    const bool needs_port =
        plan.ready.kind == ProbeSpec::Kind::http || plan.ready.kind == ProbeSpec::Kind::tcp;
    if (needs_port && plan.ready.port == 0 && !plan.spec.ports.empty()) {
        plan.ready.port = plan.spec.ports.front().container_port;
    }
    if (needs_port && plan.ready.port == 0) return invalid("ready: name the port to ask");
    return {};
}

Result<ContainerPlan> plan_of(const ContainerText& text) {
    ContainerPlan plan;
    plan.name = text.name;
    plan.spec.env = text.env;
    restrain(plan.spec);
    if (auto set = set_image(text, plan); !set) return set.error();
    if (auto set = set_ports(text, plan.spec); !set) return set.error();
    if (auto set = set_volumes(text, plan.spec); !set) return set.error();
    if (auto added = model::add_options(plan.spec, text.options); !added) {
        return as_invalid(added.error());
    }
    if (auto set = set_command(text, plan.spec); !set) return set.error();
    if (auto set = set_ready(text, plan); !set) return set.error();
    return plan;
}

}  // namespace

void restrain(docker::ContainerSpec& spec) {
    spec.drop_capabilities = {"ALL"};
    spec.add_capabilities = kCapabilities;
    spec.pids_limit = model::kMostProcesses;
}

Result<> set_resources(const JobSession& session, docker::ContainerSpec& spec) {
    const auto& wanted = session.document().job.resources;
    const auto cpu = session.evaluate(wanted.cpu);
    const auto memory = session.evaluate(wanted.memory);
    const auto pids = session.evaluate(wanted.pids);
    for (const auto* text : {&cpu, &memory, &pids}) {
        if (!*text) return with_context("resources", text->error());
    }
    if (!cpu->empty() && spec.nano_cpus == 0) {
        const auto number = model::parse_cpus(*cpu);
        if (!number) return with_context("resources.cpu", number.error());
        spec.nano_cpus = *number;
    }
    if (!memory->empty() && spec.memory_bytes == 0) {
        const auto bytes = model::parse_size(*memory);
        if (!bytes) return with_context("resources.memory", bytes.error());
        spec.memory_bytes = *bytes;
    }
    const auto most = pids->empty() ? spec.pids_limit : parse_integer(*pids).value_or(0);
    if (most < 1) return invalid("resources.pids: '" + *pids + "' is no number of processes");
    spec.pids_limit = std::min(spec.pids_limit, most);
    return {};
}

namespace {

/// The engine's own word for it: nothing but a loopback. Services could not be reached then.
Result<> cut_off(const JobSession& session, docker::ContainerSpec& spec) {
    const auto& job = session.document().job;
    if (job.resources.network.empty()) return {};
    if (!job.services.empty()) {
        return invalid(
            "resources.network: a container without a network reaches no services; leave one of "
            "them out, or let the steps run on the machine (runs-on: host)"
        );
    }
    spec.network = kNoNetwork;
    return {};
}

}  // namespace

Result<ContainerPlan> make_container_plan(const JobSession& session) {
    const auto& document = session.document();
    auto text = document.job.container ? evaluate_container(session, *document.job.container)
                                       : Result<ContainerText>{ContainerText{}};
    if (!text) return with_context("container", text.error());
    if (text->image.empty()) text->image = document.executor.image;
    auto plan = plan_of(*text);
    if (!plan) return with_context("container", plan.error());
    if (auto fine = model::check_steps_container(plan->spec); !fine) {
        return with_context("container", fine.error());
    }
    if (auto set = set_resources(session, plan->spec); !set) return set.error();
    if (auto cut = cut_off(session, plan->spec); !cut) return cut.error();
    return plan;
}

Result<bool> has_container(const JobSession& session) {
    const auto& container = session.document().job.container;
    if (!container) return false;
    const auto text = evaluate_container(session, *container);
    if (!text) return with_context("container", text.error());
    return !text->image.empty();
}

Result<std::vector<ContainerPlan>> make_service_plans(const JobSession& session) {
    const auto texts = evaluate_services(session, session.document().job.services);
    if (!texts) return texts.error();
    std::vector<ContainerPlan> out;
    for (const auto& text : *texts) {
        if (text.image.empty()) continue;
        auto plan = plan_of(text);
        if (!plan) return with_context("services." + text.name, plan.error());
        out.push_back(std::move(*plan));
    }
    return out;
}

}  // namespace triphammer::runner
