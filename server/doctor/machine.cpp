#include "doctor/machine.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace triphammer::doctor {

namespace {

constexpr std::pair<int, int> kLeastKernel{5, 12};
constexpr std::pair<int, int> kLeastGit{2, 30};
constexpr int kLeastNode = 18;
constexpr std::uint64_t kLeastFiles = 4096;
constexpr std::uint64_t kLeastMemory = 1ULL << 30U;
constexpr std::int64_t kWorkersPerProcessor = 4;

/// The first two numbers of "git version 2.39.5", "6.1.0-18-amd64", "v18.19.0".
std::pair<int, int> version_in(const std::string& text) {
    std::pair<int, int> out{0, 0};
    const auto digit = text.find_first_of("0123456789");
    if (digit == std::string::npos) return out;
    if (std::sscanf(text.c_str() + digit, "%d.%d", &out.first, &out.second) < 1) return {0, 0};
    return out;
}

std::string path_of(const std::string& docker_host) {
    constexpr std::string_view kUnix = "unix://";
    return docker_host.starts_with(kUnix) ? docker_host.substr(kUnix.size()) : docker_host;
}

Finding check_engine_answers(const Machine& machine, const MachineQuestion& question) {
    const auto& engine = machine.engine;
    const auto path = path_of(question.docker_host);
    switch (engine.state) {
        case EngineState::absent:
            return warning(
                "engine",
                "There is no Docker engine at " + path +
                    ": jobs with a container, an image or a deployment cannot run.",
                "apt-get install docker.io   # or name another one under docker.host"
            );
        case EngineState::denied:
            return failure(
                "engine",
                "User " + machine.user + " may not open the engine's socket " + path + ".",
                "usermod -aG docker " + machine.user + " && systemctl restart triphammer-launcher"
            );
        case EngineState::old:
            return failure("engine", engine.words + ".", "apt-get install docker.io");
        case EngineState::silent:
            return failure(
                "engine",
                "The engine at " + path + " does not answer: " + engine.words + ".",
                "systemctl restart docker && journalctl -u docker -n 20"
            );
        case EngineState::answers:
            break;
    }
    return fine("engine", engine.version + " answers at " + path + ".");
}

bool is_open_to_the_network(const std::string& docker_host) {
    return docker_host.starts_with("tcp://") && !docker_host.starts_with("tcp://127.") &&
           !docker_host.starts_with("tcp://localhost") && !docker_host.starts_with("tcp://[::1]");
}

Finding check_image(const ImageFacts& image) {
    const auto name = name_of_image(image.name);
    switch (image.place) {
        case ImageFacts::Place::engine:
            return fine(name, "The engine has it.");
        case ImageFacts::Place::registry:
            return fine(name, "Its registry has it.");
        case ImageFacts::Place::nowhere:
            return failure(
                name,
                "Neither the engine nor the registry has " + image.name + ".",
                "push it again from a machine that has it"
            );
        case ImageFacts::Place::unknown:
            break;
    }
    return warning(
        name,
        "The engine has no " + image.name + ", and the registry does not tell: " + image.words +
            ".",
        "docker pull " + image.name
    );
}

Findings check_engine(const Machine& machine, const MachineQuestion& question) {
    Findings out{check_engine_answers(machine, question)};
    const auto& engine = machine.engine;
    if (is_open_to_the_network(question.docker_host)) {
        out.push_back(warning(
            "engine socket",
            "Whoever reaches " + question.docker_host + " is root of that machine: it has no TLS.",
            "docker.host: unix:///var/run/docker.sock"
        ));
    }
    if (engine.state != EngineState::answers) return out;
    if (!engine.has_switch_image) {
        out.push_back(warning(
            "switch image",
            "The engine does not have " + question.switch_image +
                ", which stands in front of deployments with `switch: nginx`; the first of them "
                "pulls it.",
            "docker pull " + question.switch_image
        ));
    }
    if (!engine.limits_memory) {
        out.push_back(warning(
            "engine limits",
            "The engine cannot limit the memory of containers.",
            "add cgroup_enable=memory to GRUB_CMDLINE_LINUX, then update-grub and reboot"
        ));
    }
    for (const auto& image : engine.images) out.push_back(check_image(image));
    if (engine.root.empty() || engine.room.bytes == 0) return out;
    for (auto& finding : check_room(engine.room, "images", engine.root)) {
        if (finding.state != State::ok) finding.remedy = "docker system prune";
        out.push_back(std::move(finding));
    }
    return out;
}

/// Steps on the machine itself need it; where there are none it is worth a word only.
Finding sandbox_finding(const Machine& machine, const MachineQuestion& question, Finding found) {
    const bool is_needed = question.has_host_label && !machine.in_container;
    if (!is_needed && found.state == State::error) {
        found.state = State::warning;
        found.text +=
            " Give jobs a container, map their labels to docker:IMAGE (runs_on), or add "
            "host-steps.yml (compose).";
    }
    return found;
}

Finding check_sandbox(const Machine& machine) {
    const std::string name = "sandbox";
    if (version_in(machine.kernel) < kLeastKernel) {
        return failure(
            name,
            "Linux " + machine.kernel + " is too old for steps on the machine: 5.12 is needed.",
            "apt-get install linux-image-amd64 && reboot"
        );
    }
    if (!machine.sandbox_failure.empty()) {
        return failure(
            name,
            "Steps on the machine cannot be enclosed: " + machine.sandbox_failure + ".",
            machine.is_root
                ? "unshare --mount --pid --ipc --uts --fork true   # says what forbids it"
                : "sysctl -w kernel.unprivileged_userns_clone=1"
        );
    }
    return fine(
        name, "Steps on the machine get namespaces of their own (Linux " + machine.kernel + ")."
    );
}

Finding check_namespaces(const Machine& machine) {
    const std::string name = "user namespaces";
    if (machine.user_namespaces == 0) {
        return machine.is_root ? warning(
                                     name,
                                     "There are none, so runners stay root over the whole machine.",
                                     "sysctl -w user.max_user_namespaces=15000"
                                 )
                               : failure(
                                     name,
                                     "There are none, and without root no sandbox without them.",
                                     "sysctl -w user.max_user_namespaces=15000"
                                 );
    }
    if (!machine.may_unshare && !machine.is_root) {
        return failure(
            name,
            "Only root may make them on this machine.",
            "sysctl -w kernel.unprivileged_userns_clone=1"
        );
    }
    return fine(name, "They can be made.");
}

Finding check_user(const Machine& machine) {
    if (machine.is_root) {
        return fine(
            "runners' user", "The launcher is root: each job is a user with a network of its own."
        );
    }
    return warning(
        "runners' user",
        "The launcher is " + machine.user +
            ", not root: steps on the machine share its user and the machine's network.",
        "systemctl enable --now triphammer-launcher"
    );
}

Finding check_cgroups(const Machine& machine) {
    const std::string name = "cgroups";
    const std::string mend =
        "add systemd.unified_cgroup_hierarchy=1 to GRUB_CMDLINE_LINUX, then update-grub and reboot";
    if (!machine.has_cgroups) {
        return warning(
            name,
            "There is no cgroup version 2: `resources` of jobs are measured, not enforced.",
            mend
        );
    }
    if (!machine.has_group) {
        return warning(
            name,
            "Jobs get no control groups (launcher.cgroup): their `resources` are measured, not "
            "enforced.",
            machine.group.empty()
                ? "launcher: { cgroup: /sys/fs/cgroup/… }   # one that was delegated, with cpu, "
                  "memory and pids"
                : "systemctl start triphammer-jobs && systemctl restart triphammer-launcher"
        );
    }
    std::vector<std::string> missing;
    for (const char* wanted : {"cpu", "memory", "pids"}) {
        const auto& all = machine.controllers;
        if (std::find(all.begin(), all.end(), wanted) == all.end()) missing.emplace_back(wanted);
    }
    if (missing.empty()) return fine(name, "Version 2, with cpu, memory and pids for jobs.");
    return warning(
        name,
        "Jobs cannot be limited in " + join(missing, ", ") + ": these controllers are not theirs.",
        machine.controllers.empty() ? mend
                                    : "systemctl set-property triphammer-jobs.service Delegate=yes"
    );
}

Findings check_work_room(const Machine& machine, const MachineQuestion& question) {
    auto out = check_room(machine.room, "jobs", question.run);
    if (machine.room.is_memory) {
        out.push_back(warning(
            "run directory",
            question.run.string() + " is in memory: what jobs check out and build takes up RAM.",
            "run: /var/lib/triphammer-run   # in both units' configuration"
        ));
    }
    return out;
}

Finding check_git(const std::string& git) {
    if (git.empty()) return failure("git", "There is no git.", "apt-get install git");
    if (version_in(git) < kLeastGit) {
        return failure("git", git + " is too old: 2.30 is needed.", "apt-get install git");
    }
    return fine("git", git + ".");
}

Finding check_node(const std::string& node) {
    if (node.empty()) {
        return warning(
            "node", "There is no Node: actions in JavaScript cannot run.", "apt-get install nodejs"
        );
    }
    if (version_in(node).first < kLeastNode) {
        return warning(
            "node",
            "Node " + node + " is older than what actions are written for.",
            "apt-get install nodejs"
        );
    }
    return fine("node", "Node " + node + ".");
}

Findings check_capacity(const Machine& machine, const MachineQuestion& question) {
    Findings out;
    if (machine.open_files < kLeastFiles) {
        out.push_back(warning(
            "open files",
            "A job may open " + std::to_string(machine.open_files) + " files only.",
            "systemctl edit triphammer-launcher   # [Service] LimitNOFILE=524288"
        ));
    }
    if (machine.memory_bytes < kLeastMemory) {
        out.push_back(warning(
            "memory",
            "The machine has " + to_size(machine.memory_bytes) + ": compilers want more.",
            "fallocate -l 2G /swapfile && chmod 600 /swapfile && mkswap /swapfile && swapon "
            "/swapfile"
        ));
    }
    if (question.workers > kWorkersPerProcessor * static_cast<std::int64_t>(machine.processors)) {
        out.push_back(warning(
            "workers",
            std::to_string(question.workers) + " jobs at once share " +
                std::to_string(machine.processors) + " processors.",
            "workers: " + std::to_string(std::max(2U, machine.processors))
        ));
    }
    return out;
}

}  // namespace

std::string name_of_image(const std::string& image) {
    return "image " + image;
}

Findings examine(const Machine& machine, const MachineQuestion& question) {
    auto out = check_engine(machine, question);
    const auto add = [&out](Findings more) {
        for (auto& finding : more) out.push_back(std::move(finding));
    };
    add(
        {sandbox_finding(machine, question, check_sandbox(machine)),
         sandbox_finding(machine, question, check_namespaces(machine)),
         check_user(machine),
         check_cgroups(machine)}
    );
    add(check_work_room(machine, question));
    add({check_git(machine.git), check_node(machine.node)});
    add(check_capacity(machine, question));
    return out;
}

}  // namespace triphammer::doctor
