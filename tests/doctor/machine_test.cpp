#include "doctor/machine.hpp"

#include <gtest/gtest.h>

#include <functional>

using namespace triphammer;
using namespace triphammer::doctor;

namespace {

constexpr std::uint64_t kGiB = 1ULL << 30U;

const Room kRoomy{100 * kGiB, 60 * kGiB, 1'000'000, 900'000, false};

MachineQuestion question() {
    return {"/var/lib/triphammer-run", "unix:///var/run/docker.sock", "nginx:stable", 2, true};
}

Machine well() {
    Machine machine;
    machine.user = "root";
    machine.is_root = true;
    machine.kernel = "6.1.0-18-amd64";
    machine.user_namespaces = 15000;
    machine.controllers = {"cpu", "io", "memory", "pids"};
    machine.room = kRoomy;
    machine.git = "git version 2.39.5";
    machine.node = "v18.19.0";
    machine.processors = 2;
    machine.engine.state = EngineState::answers;
    machine.engine.version = "Docker/20.10.24";
    machine.engine.root = "/var/lib/docker";
    machine.engine.room = kRoomy;
    return machine;
}

/// A misconfiguration, what is found, and a piece of the command that mends it.
struct Plant {
    const char* what;
    std::function<void(Machine&, MachineQuestion&)> plant;
    const char* name;
    State state;
    const char* remedy;
};

void PrintTo(const Plant& plant, std::ostream* out) {
    *out << plant.what;
}

const Plant kPlants[] = {
    {"no engine is installed",
     [](auto& machine, auto&) { machine.engine = {}; },
     "engine",
     State::warning,
     "apt-get install docker.io"},
    {"the user is not in the engine's group",
     [](auto& machine, auto&) {
         machine.user = "ci";
         machine.engine.state = EngineState::denied;
     },
     "engine",
     State::error,
     "usermod -aG docker ci"},
    {"the engine was stopped and left its socket",
     [](auto& machine, auto&) { machine.engine.state = EngineState::silent; },
     "engine",
     State::error,
     "systemctl restart docker"},
    {"the engine is older than what it is asked",
     [](auto& machine, auto&) { machine.engine.state = EngineState::old; },
     "engine",
     State::error,
     "apt-get install docker.io"},
    {"the engine listens to the network without TLS",
     [](auto&, auto& asked) { asked.docker_host = "tcp://192.0.2.7:2375"; },
     "engine socket",
     State::warning,
     "docker.host: unix:///"},
    {"the nginx of deployments was never pulled",
     [](auto& machine, auto&) { machine.engine.has_switch_image = false; },
     "switch image",
     State::warning,
     "docker pull"},
    {"the kernel counts no memory for containers",
     [](auto& machine, auto&) { machine.engine.limits_memory = false; },
     "engine limits",
     State::warning,
     "cgroup_enable=memory"},
    {"images have filled the engine's disk",
     [](auto& machine, auto&) { machine.engine.room.free_bytes = kGiB / 8; },
     "disk: images",
     State::error,
     "docker system prune"},
    {"the kernel is Debian 11's",
     [](auto& machine, auto&) { machine.kernel = "5.10.0-28-amd64"; },
     "sandbox",
     State::error,
     "linux-image-amd64"},
    {"something forbids namespaces",
     [](auto& machine, auto&) { machine.sandbox_failure = "clone: Operation not permitted"; },
     "sandbox",
     State::error,
     "unshare"},
    {"user namespaces are off, as root",
     [](auto& machine, auto&) { machine.user_namespaces = 0; },
     "user namespaces",
     State::warning,
     "user.max_user_namespaces"},
    {"only root may make user namespaces",
     [](auto& machine, auto&) {
         machine.is_root = false;
         machine.may_unshare = false;
     },
     "user namespaces",
     State::error,
     "kernel.unprivileged_userns_clone=1"},
    {"the launcher is not root",
     [](auto& machine, auto&) { machine.is_root = false; },
     "runners' user",
     State::warning,
     "triphammer-launcher"},
    {"the machine has cgroups of version 1",
     [](auto& machine, auto&) { machine.has_cgroups = false; },
     "cgroups",
     State::warning,
     "unified_cgroup_hierarchy"},
    {"version 2 stands beside version 1, which has the controllers",
     [](auto& machine, auto&) { machine.controllers.clear(); },
     "cgroups",
     State::warning,
     "unified_cgroup_hierarchy"},
    {"the launcher has no group for jobs",
     [](auto& machine, auto&) { machine.has_group = false; },
     "cgroups",
     State::warning,
     "launcher: { cgroup:"},
    {"the unit that holds the jobs' group does not run",
     [](auto& machine, auto&) {
         machine.group = "/sys/fs/cgroup/system.slice/triphammer-jobs.service";
         machine.has_group = false;
     },
     "cgroups",
     State::warning,
     "systemctl start triphammer-jobs"},
    {"the jobs' unit delegates no memory controller",
     [](auto& machine, auto&) {
         machine.controllers = {"cpu", "pids"};
     },
     "cgroups",
     State::warning,
     "Delegate=yes"},
    {"the disk of the jobs is full",
     [](auto& machine, auto&) { machine.room.free_bytes = 1; },
     "disk: jobs",
     State::error,
     "du -xh"},
    {"the file system of the jobs has no inodes left",
     [](auto& machine, auto&) { machine.room.free_files = 12; },
     "inodes: jobs",
     State::error,
     "--inodes"},
    {"jobs work in memory",
     [](auto& machine, auto&) { machine.room.is_memory = true; },
     "run directory",
     State::warning,
     "run: /var/lib"},
    {"git is missing",
     [](auto& machine, auto&) { machine.git.clear(); },
     "git",
     State::error,
     "apt-get install git"},
    {"git is too old to fetch one commit",
     [](auto& machine, auto&) { machine.git = "git version 2.20.1"; },
     "git",
     State::error,
     "apt-get install git"},
    {"Node is missing",
     [](auto& machine, auto&) { machine.node.clear(); },
     "node",
     State::warning,
     "apt-get install nodejs"},
    {"Node is too old for actions",
     [](auto& machine, auto&) { machine.node = "v12.22.9"; },
     "node",
     State::warning,
     "apt-get install nodejs"},
    {"a job may open few files",
     [](auto& machine, auto&) { machine.open_files = 1024; },
     "open files",
     State::warning,
     "LimitNOFILE"},
    {"the machine has little memory",
     [](auto& machine, auto&) { machine.memory_bytes = kGiB / 2; },
     "memory",
     State::warning,
     "swapon"},
    {"more jobs at once than processors",
     [](auto&, auto& asked) { asked.workers = 16; },
     "workers",
     State::warning,
     "workers: 2"},
};

class PlantedMachine : public testing::TestWithParam<Plant> {};

}  // namespace

TEST(Machine, OneThatIsWellHasNothingToMend) {
    for (const auto& finding : examine(well(), question())) {
        EXPECT_EQ(finding.state, State::ok) << finding.name << ": " << finding.text;
        EXPECT_EQ(finding.remedy, "") << finding.name;
    }
}

TEST_P(PlantedMachine, IsFoundAloneWithItsRemedy) {
    auto machine = well();
    auto asked = question();
    GetParam().plant(machine, asked);

    bool is_found = false;
    for (const auto& finding : examine(machine, asked)) {
        if (finding.state == State::ok) continue;
        // Without root a machine has less to give, whatever else is wrong with it.
        if (finding.name == "runners' user" && !machine.is_root && GetParam().name != finding.name)
            continue;
        EXPECT_EQ(finding.name, GetParam().name) << finding.text;
        EXPECT_EQ(finding.state, GetParam().state) << finding.text;
        EXPECT_NE(finding.remedy.find(GetParam().remedy), std::string::npos) << finding.remedy;
        is_found = true;
    }

    EXPECT_TRUE(is_found);
}

INSTANTIATE_TEST_SUITE_P(All, PlantedMachine, testing::ValuesIn(kPlants));

TEST(Machine, WhereNoLabelMeansItItsSandboxIsNoError) {
    auto machine = well();
    machine.sandbox_failure = "clone: Operation not permitted";
    auto asked = question();
    asked.has_host_label = false;

    EXPECT_TRUE(is_well(examine(machine, asked)));
}

TEST(Machine, InAContainerTheWayOutIsNamed) {
    auto machine = well();
    machine.sandbox_failure = "clone: Operation not permitted";
    machine.in_container = true;

    const auto findings = examine(machine, question());

    EXPECT_TRUE(is_well(findings));
    EXPECT_NE(to_json_text(findings, "1").find("docker:IMAGE"), std::string::npos);
}

TEST(Machine, SaysWhereAnImageIsThatSomebodyWouldGoBackTo) {
    using Place = ImageFacts::Place;
    auto machine = well();
    machine.engine.images = {
        {"app@sha256:1", Place::engine, ""},
        {"app@sha256:2", Place::registry, ""},
        {"app@sha256:3", Place::nowhere, "manifest unknown"},
        {"app@sha256:4", Place::unknown, "no basic auth credentials"},
    };

    const auto findings = examine(machine, question());

    std::vector<State> states;
    for (const auto& image : machine.engine.images) {
        for (const auto& finding : findings) {
            if (finding.name == name_of_image(image.name)) states.push_back(finding.state);
        }
    }
    const std::vector<State> expected{State::ok, State::ok, State::error, State::warning};
    EXPECT_EQ(states, expected);
}
