#pragma once
// The part of a Compose file that the driver `compose` carries out (docs/deployments.md). A key
// that it does not carry out is an error, never passed over. Pure. Source: compose-spec, spec.md
// and 04-version-and-name.md to 07-volumes.md.

#include "base/result.hpp"
#include "docker/container_spec.hpp"
#include "runner/deploy/compose/interpolate.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace triphammer::runner {

/// A volume or a network.
struct ComposeObject {
    std::string key;           // in the file
    std::string name;          // on the engine
    bool is_external = false;  // has to be there

    friend bool operator==(const ComposeObject&, const ComposeObject&) = default;
};

struct ComposeDependency {
    std::string service;
    bool wants_health = false;  // else that it was started
};

struct ComposeNetwork {
    std::string name;  // on the engine
    std::vector<std::string> aliases;
};

struct ComposeService {
    std::string name;
    /// Without name and network; its labels are those of the file. The image is empty for the
    /// service that is deployed, where the file names none.
    docker::ContainerSpec container;
    std::vector<ComposeNetwork> networks;  // one or more
    std::vector<ComposeDependency> depends_on;
    std::string restart;  // empty: never
    std::chrono::seconds stop_grace{10};
};

struct ComposeProject {
    std::string name;
    std::vector<ComposeService> services;  // each after those that it depends on
    std::vector<ComposeObject> volumes;    // that services use
    std::vector<ComposeObject> networks;   // that services use

    const ComposeService* find(std::string_view service) const;
};

struct ComposeQuestion {
    std::string file;     // its name, for errors
    std::string service;  // whose image is deployed; the project's name where the file has none
};

/// Code::invalid with the file, the line, the column and what to write instead.
Result<ComposeProject> read_compose(
    std::string_view text, const ComposeQuestion& question, ComposeVariables& variables
);

}  // namespace triphammer::runner
