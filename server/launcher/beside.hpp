#pragma once
// Where the launcher is a container, its death or restart would end every runner with it. So
// compose's container only keeps another one, made like itself, in which launcher and runners live
// (docs/adr/0038).

#include <optional>
#include <string>
#include <string_view>

namespace triphammer::launcher {

struct BesideSettings {
    std::string docker_host;
    std::string keeper = "/usr/lib/triphammer/keep-launcher";  // what runs there
};

/// The id of the container that this text of /proc/self/mountinfo is from.
std::optional<std::string> find_container(std::string_view mountinfo);

/// Until SIGTERM or SIGINT; then the one beside ends as soon as no job runs in it. The exit status:
/// 0, or 2 with a line on standard error where this is no container.
int keep_beside(const BesideSettings& settings);

}  // namespace triphammer::launcher
