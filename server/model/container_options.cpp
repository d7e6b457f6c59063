#include "model/container_options.hpp"

#include "base/shell_words.hpp"
#include "base/text.hpp"
#include "model/container_remedies.hpp"
#include "model/container_rights.hpp"
#include "model/container_words.hpp"

#include <arpa/inet.h>

#include <array>
#include <optional>

namespace triphammer::model {

namespace {

constexpr std::int64_t kMostRetries = 1000;
#if defined(__aarch64__)
constexpr std::string_view kPlatform = "linux/arm64";
#else
constexpr std::string_view kPlatform = "linux/amd64";
#endif

HealthCheck& health_of(ContainerSpec& spec) {
    return spec.health ? *spec.health : spec.health.emplace();
}

/// Stores what `parsed` holds.
template <class Value, class Target>
Result<> store(Result<Value> parsed, Target& target) {
    if (!parsed) return parsed.error();
    target = static_cast<Target>(std::move(*parsed));
    return {};
}

using Apply = Result<> (*)(ContainerSpec&, const std::string&);

struct Option {
    std::string_view name;
    Apply apply;
    bool is_switch = false;  // stands alone: --init
};

Result<> add_env(ContainerSpec& spec, const std::string& value) {
    const auto equals = value.find('=');
    if (equals == value.npos || equals == 0) {
        return invalid("a variable is NAME=VALUE: there is no environment to take it from");
    }
    const auto name = value.substr(0, equals);
    std::erase_if(spec.env, [&name](const auto& known) { return known.first == name; });
    spec.env.emplace_back(name, value.substr(equals + 1));
    return {};
}

Result<> add_label(ContainerSpec& spec, const std::string& value) {
    const auto equals = std::min(value.find('='), value.size());
    if (value.starts_with("triphammer")) return invalid("these labels are the server's own");
    spec.labels[value.substr(0, equals)] =
        equals < value.size() ? value.substr(equals + 1) : std::string{};
    return {};
}

Result<> add_tmpfs(ContainerSpec& spec, const std::string& value) {
    const auto colon = std::min(value.find(':'), value.size());
    if (!value.starts_with('/')) return invalid("write an absolute path: /tmp or /tmp:size=64m");
    spec.tmpfs[value.substr(0, colon)] =
        colon < value.size() ? value.substr(colon + 1) : std::string{};
    return {};
}

/// "type=tmpfs,destination=/data,tmpfs-size=64m": the one kind that stays inside.
Result<> add_mount(ContainerSpec& spec, const std::string& value) {
    std::string folder;
    std::string options;
    bool is_tmpfs = false;
    for (const auto part : split(value, ',')) {
        const auto equals = std::min(part.find('='), part.size());
        const auto name = part.substr(0, equals);
        const auto text = std::string{part.substr(std::min(equals + 1, part.size()))};
        if (name == "type") {
            is_tmpfs = text == "tmpfs";
        } else if (name == "destination" || name == "dst" || name == "target") {
            folder = text;
        } else if (name == "tmpfs-size" || name == "tmpfs-mode") {
            options += (options.empty() ? "" : ",") + std::string{name.substr(6)} + "=" + text;
        } else {
            is_tmpfs = false;
            break;
        }
    }
    if (!is_tmpfs) return invalid("only type=tmpfs,destination=/path; write others under volumes");
    return add_tmpfs(spec, options.empty() ? folder : folder + ":" + options);
}

/// A number, or -1: without a limit.
std::optional<std::int64_t> parse_limit(std::string_view text) {
    return text == "-1" ? std::optional<std::int64_t>{-1} : parse_integer(text);
}

Result<> add_ulimit(ContainerSpec& spec, const std::string& value) {
    const auto equals = value.find('=');
    const auto colon = value.find(':', equals == value.npos ? 0 : equals);
    const auto wrong = invalid("write NAME=SOFT:HARD, nofile=1024:65536 say");
    if (equals == value.npos || equals == 0) return wrong;
    const auto soft = parse_limit(std::string_view{value}.substr(equals + 1, colon - equals - 1));
    const auto hard =
        colon == value.npos ? soft : parse_limit(std::string_view{value}.substr(colon + 1));
    if (!soft || !hard) return wrong;
    spec.ulimits.push_back({value.substr(0, equals), *soft, *hard});
    return {};
}

/// A service is asked each second at the latest while it starts, and each interval besides.
Result<> check_start_interval(ContainerSpec&, const std::string& value) {
    const auto interval = parse_engine_duration(value);
    return interval ? Result<>{} : interval.error();
}

/// No way to the machine or its metadata by another name.
Result<> add_host(ContainerSpec& spec, const std::string& value) {
    const auto colon = value.find_first_of(":=");
    const auto address = colon == value.npos ? std::string{} : value.substr(colon + 1);
    in_addr parsed{};
    if (colon == 0 || ::inet_pton(AF_INET, address.c_str(), &parsed) != 1) {
        return invalid("write NAME:ADDRESS with an IPv4 address; host-gateway would be the machine"
        );
    }
    spec.extra_hosts.push_back(value.substr(0, colon) + ":" + address);
    return {};
}

Result<> set_retries(ContainerSpec& spec, const std::string& value) {
    const auto number = parse_integer(value);
    if (!number || *number < 0 || *number > kMostRetries) return invalid("write a whole number");
    health_of(spec).retries = static_cast<int>(*number);
    return {};
}

Result<> set_pids(ContainerSpec& spec, const std::string& value) {
    const auto number = parse_integer(value);
    if (!number || *number < 1 || *number > spec.pids_limit) {
        return invalid("write a number between 1 and " + std::to_string(spec.pids_limit));
    }
    spec.pids_limit = *number;
    return {};
}

/// Beyond `--memory` no container has swap.
Result<> check_swap(ContainerSpec&, const std::string& value) {
    if (value == "-1") return {};
    const auto bytes = parse_size(value);
    return bytes ? Result<>{} : bytes.error();
}

Result<> check_platform(ContainerSpec&, const std::string& value) {
    if (value == kPlatform) return {};
    return refused(
        "images of another processor than " + std::string{kPlatform} + " do not run here"
    );
}

/// Every port is open inside the job's network.
Result<> check_exposed(ContainerSpec&, const std::string& value) {
    const auto port = parse_open_port(value);
    return port ? Result<>{} : port.error();
}

Result<> do_nothing(ContainerSpec&, const std::string&) {
    return {};
}

Result<> set_entrypoint(ContainerSpec& spec, const std::string& value) {
    spec.entrypoint = {value};
    return {};
}

/// Sorted by what they are about.
constexpr std::array kOptions{
    Option{
        "--health-cmd",
        [](ContainerSpec& spec, const std::string& value) -> Result<> {
            health_of(spec).test = {"CMD-SHELL", value};
            return {};
        }},
    Option{
        "--health-interval",
        [](ContainerSpec& spec, const std::string& value) {
            return store(parse_engine_duration(value), health_of(spec).interval);
        }},
    Option{
        "--health-timeout",
        [](ContainerSpec& spec, const std::string& value) {
            return store(parse_engine_duration(value), health_of(spec).timeout);
        }},
    Option{
        "--health-start-period",
        [](ContainerSpec& spec, const std::string& value) {
            return store(parse_engine_duration(value), health_of(spec).start_period);
        }},
    Option{"--health-start-interval", check_start_interval},
    Option{"--health-retries", set_retries},
    Option{
        "--no-healthcheck",
        [](ContainerSpec& spec, const std::string&) -> Result<> {
            health_of(spec).test = {"NONE"};
            return {};
        },
        true},
    Option{"--env", add_env},
    Option{"-e", add_env},
    Option{"--label", add_label},
    Option{"-l", add_label},
    Option{
        "--user",
        [](ContainerSpec& spec, const std::string& value) -> Result<> {
            spec.user = value;
            return {};
        }},
    Option{
        "--group-add",
        [](ContainerSpec& spec, const std::string& value) -> Result<> {
            spec.extra_groups.push_back(value);
            return {};
        }},
    Option{
        "--workdir",
        [](ContainerSpec& spec, const std::string& value) -> Result<> {
            spec.working_directory = value;
            return {};
        }},
    Option{
        "--hostname",
        [](ContainerSpec& spec, const std::string& value) -> Result<> {
            spec.hostname = value;
            return {};
        }},
    Option{
        "--network-alias",
        [](ContainerSpec& spec, const std::string& value) -> Result<> {
            spec.aliases.push_back(value);
            return {};
        }},
    Option{"--add-host", add_host},
    Option{"--expose", check_exposed},
    Option{"--platform", check_platform},
    // It goes with its job, and nobody sits at a terminal.
    Option{"--rm", do_nothing, true},
    Option{"--tty", do_nothing, true},
    Option{"--interactive", do_nothing, true},
    Option{"--entrypoint", set_entrypoint},
    Option{
        "--memory",
        [](ContainerSpec& spec, const std::string& value) {
            return store(parse_size(value), spec.memory_bytes);
        }},
    Option{"--memory-swap", check_swap},
    Option{
        "--cpus",
        [](ContainerSpec& spec, const std::string& value) {
            return store(parse_cpus(value), spec.nano_cpus);
        }},
    Option{"--pids-limit", set_pids},
    Option{
        "--shm-size",
        [](ContainerSpec& spec, const std::string& value) {
            return store(parse_size(value), spec.shm_bytes);
        }},
    Option{"--tmpfs", add_tmpfs},
    Option{"--mount", add_mount},
    Option{"--ulimit", add_ulimit},
    Option{"--cap-add", add_capability},
    Option{"--cap-drop", drop_capability},
    Option{"--security-opt", harden},
    Option{
        "--init",
        [](ContainerSpec& spec, const std::string&) -> Result<> {
            spec.init = true;
            return {};
        },
        true},
    Option{
        "--read-only",
        [](ContainerSpec& spec, const std::string&) -> Result<> {
            spec.read_only = true;
            return {};
        },
        true},
};

struct Alias {
    std::string_view letter;
    std::string_view name;
};

constexpr std::array kAliases{
    Alias{"-u", "--user"},
    Alias{"-w", "--workdir"},
    Alias{"-h", "--hostname"},
    Alias{"-m", "--memory"},
    Alias{"-t", "--tty"},
    Alias{"-i", "--interactive"},
    Alias{"--net-alias", "--network-alias"},
    // The engine's own name is the server's; this is how the others of the job find it.
    Alias{"--name", "--network-alias"}};

std::string_view full_name(std::string_view name) {
    for (const auto& alias : kAliases) {
        if (alias.letter == name) return alias.name;
    }
    return name;
}

const Option* find_option(std::string_view name) {
    for (const auto& option : kOptions) {
        if (option.name == name) return &option;
    }
    return nullptr;
}

Error refusal(const std::string& name) {
    const auto remedy = find_remedy(name);
    if (!remedy.empty()) {
        return refused("options: " + name + " is not allowed: " + std::string{remedy});
    }
    std::string known;
    for (const auto& option : kOptions) {
        known += (known.empty() ? "" : ", ") + std::string{option.name};
    }
    return invalid("options: " + name + " is none of those that may stand here: " + known);
}

/// "--name=value" and "-mvalue" in two.
struct Word {
    std::string name;
    std::optional<std::string> value;
};

Word take_apart(const std::string& word) {
    const auto equals = word.find('=');
    if (word.starts_with("--") && equals != word.npos) {
        return {word.substr(0, equals), word.substr(equals + 1)};
    }
    const bool glued = word.size() > 2 && word[0] == '-' && word[1] != '-';
    if (glued) return {word.substr(0, 2), word.substr(2)};
    return {word, {}};
}

Result<> add_switch(ContainerSpec& spec, const Option& option, const Word& word) {
    if (word.value && *word.value != "true") {
        return invalid("options: " + word.name + " stands alone");
    }
    return option.apply(spec, "");
}

}  // namespace

Result<> add_options(ContainerSpec& spec, std::string_view options) {
    const auto words = split_words(options);
    if (!words) return with_context("options", words.error());
    for (std::size_t at = 0; at < words->size(); ++at) {
        auto word = take_apart((*words)[at]);
        const auto* option = find_option(full_name(word.name));
        if (option == nullptr) return refusal(word.name);
        if (!option->is_switch && !word.value) {
            if (++at == words->size()) return invalid("options: " + word.name + " needs a value");
            word.value = (*words)[at];
        }
        const auto added =
            option->is_switch ? add_switch(spec, *option, word) : option->apply(spec, *word.value);
        if (!added) return with_context("options: " + word.name, added.error());
    }
    return {};
}

Result<> check_steps_container(const ContainerSpec& spec) {
    if (!spec.entrypoint.empty()) {
        return invalid("options: --entrypoint: the steps are what runs in this container; remove it"
        );
    }
    if (spec.health) {
        return invalid(
            "options: --health-…: nothing waits for the container of the steps; remove it"
        );
    }
    if (spec.read_only) {
        return invalid("options: --read-only: the steps' files have to go somewhere; remove it");
    }
    return {};
}

}  // namespace triphammer::model
