#include "model/container_rights.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace triphammer::model {

namespace {

constexpr std::string_view kNoNewPrivileges = "no-new-privileges";
/// Of all capabilities it opens nothing beyond the container: its own processes.
constexpr std::string_view kTrace = "SYS_PTRACE";

/// "cap_kill" → "KILL".
std::string capability_of(std::string_view value) {
    std::string name{value};
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
        return static_cast<char>(std::toupper(c));
    });
    if (name.starts_with("CAP_")) name.erase(0, 4);
    return name;
}

}  // namespace

/// Debuggers ask for `seccomp=unconfined`; tracing is allowed under the engine's own filter, which
/// stays.
Result<> harden(ContainerSpec& spec, const std::string& value) {
    if (value == "seccomp=unconfined" || value == "seccomp:unconfined") return {};
    if (value != kNoNewPrivileges && value != "no-new-privileges:true" &&
        value != "no-new-privileges=true") {
        return invalid("only no-new-privileges may be asked for, and it holds anyway");
    }
    spec.no_new_privileges = true;
    return {};
}

/// What every container has anyway, and the right to trace its own processes.
Result<> add_capability(ContainerSpec& spec, const std::string& value) {
    const auto name = capability_of(value);
    auto& known = spec.add_capabilities;
    if (std::find(known.begin(), known.end(), name) != known.end()) return {};
    if (name != kTrace) {
        return refused(
            "only " + std::string{kTrace} +
            " may be added; another one would open the machine to "
            "the job, so no job gets it; remove it"
        );
    }
    known.push_back(name);
    return {};
}

/// ALL is dropped already; what is kept shrinks.
Result<> drop_capability(ContainerSpec& spec, const std::string& value) {
    const auto name = capability_of(value);
    if (name == "ALL") spec.add_capabilities.clear();
    std::erase(spec.add_capabilities, name);
    return {};
}

}  // namespace triphammer::model
