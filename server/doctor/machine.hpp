#pragma once
// What jobs find on this machine, as far as their runners' user sees it: engine, sandbox, cgroups,
// room, programs. Facts and what is to be said of them; `survey.hpp` collects the facts.

#include "doctor/finding.hpp"
#include "doctor/room.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace triphammer::doctor {

/// What the facts are wanted for.
struct MachineQuestion {
    std::filesystem::path run;  // the launcher's folder, where jobs work
    std::string docker_host;
    std::string switch_image;
    std::int64_t workers = 2;
    bool has_host_label = true;            // whether `runs-on` may mean the machine itself
    std::vector<std::string> images = {};  // to be looked for at the engine, then at the registry
};

struct ImageFacts {
    std::string name;
    enum class Place { engine, registry, nowhere, unknown } place = Place::unknown;
    std::string words;  // of the failure
};

enum class EngineState { absent, denied, silent, old, answers };

struct EngineFacts {
    EngineState state = EngineState::absent;
    std::string words;           // of the failure
    std::string version;         // for people
    std::filesystem::path root;  // where it keeps images; empty: not said
    Room room;                   // of that
    bool has_switch_image = true;
    bool limits_memory = true;
    std::vector<ImageFacts> images;
};

struct Machine {
    std::string user;  // whose view this is
    bool is_root = false;
    std::string kernel;  // "6.1.0-18-amd64"
    bool in_container = false;
    std::optional<std::int64_t> user_namespaces;  // user.max_user_namespaces
    bool may_unshare = true;               // kernel.unprivileged_userns_clone, where Debian has it
    std::string sandbox_failure;           // empty: it can be made
    bool has_cgroups = true;               // version 2
    std::string group;                     // launcher.cgroup; empty: not set
    bool has_group = true;                 // it is there
    std::vector<std::string> controllers;  // that jobs' groups may use
    Room room;                             // of the run directory
    std::string git;                       // "git version 2.39.5"; empty: there is none
    std::string node;                      // "v18.19.0"; empty: there is none
    std::uint64_t open_files = 1U << 20U;  // RLIMIT_NOFILE, hard
    unsigned processors = 1;
    std::uint64_t memory_bytes = 1ULL << 33U;
    EngineFacts engine;
};

/// What the finding about that image is called; an error says that it is gone, a warning that
/// nobody knows.
std::string name_of_image(const std::string& image);

/// One finding or more for each thing, in the order of the list. Pure.
Findings examine(const Machine& machine, const MachineQuestion& question);

}  // namespace triphammer::doctor
