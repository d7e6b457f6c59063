#include "model/container_remedies.hpp"

#include <array>

namespace triphammer::model {

namespace {

struct Remedy {
    std::string_view name;
    std::string_view advice;
};

constexpr std::string_view kIsolation =
    "it would open the machine to the job, so no job gets it; remove it";

/// What people write at GitHub, and what stands in its place here.
constexpr std::array kRemedies{
    Remedy{"--privileged", kIsolation},
    Remedy{"--device", kIsolation},
    Remedy{"--gpus", kIsolation},
    Remedy{"--pid", kIsolation},
    Remedy{"--ipc", "use --shm-size for more shared memory"},
    Remedy{"--uts", kIsolation},
    Remedy{"--userns", kIsolation},
    Remedy{"--cgroupns", kIsolation},
    Remedy{"--cgroup-parent", kIsolation},
    Remedy{"--runtime", kIsolation},
    Remedy{"--sysctl", kIsolation},
    Remedy{"--network", "all containers of a job are in a network of its own already"},
    Remedy{"--net", "all containers of a job are in a network of its own already"},
    Remedy{"--volume", "write it under volumes"},
    Remedy{"-v", "write it under volumes"},
    Remedy{"--volumes-from", "write them under volumes"},
    Remedy{"--publish", "write it under ports"},
    Remedy{"-p", "write it under ports"},
    Remedy{"--publish-all", "write them under ports"},
    Remedy{"-P", "write them under ports"},
    Remedy{"--env-file", "write them under env"},
    Remedy{"--restart", "a service that ends stays down, and its log says so"},
};

}  // namespace

std::string_view find_remedy(std::string_view option) {
    for (const auto& remedy : kRemedies) {
        if (remedy.name == option) return remedy.advice;
    }
    return {};
}

}  // namespace triphammer::model
