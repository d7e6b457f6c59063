#pragma once
// What actions/setup-java does for Maven beside choosing a version: settings.xml with the names of
// the variables that have the credentials, toolchains.xml, the key that signs. Source: the action's
// documentation, "Publishing using Apache Maven", "Modifying Maven Toolchains".

#include "runner/actions/call.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::runner {

/// A version that was set up.
struct SetVersion {
    std::string wanted;  // as the step asks for it
    std::string version;
    std::string bin;  // the folder for PATH
};

struct MavenServer {
    std::string id;
    std::string username;  // names of variables, these three
    std::string password;
    std::string passphrase;  // empty: nothing is signed
    bool as_server = true;   // how the passphrase is told to plugins before 3.2.0, and
    bool as_profile = true;  // since then
};

/// settings.xml. Pure.
std::string make_maven_settings(const MavenServer& server);

struct Toolchain {
    std::string version;
    std::string vendor;
    std::string id;
    std::string home;
};

/// toolchains.xml with one more, in the place of one with the same id; `text` is the file as it is,
/// or empty. Pure.
std::string add_toolchain(std::string_view text, const Toolchain& toolchain);

/// `server-id` and its likes, `gpg-private-key` and `gpg-passphrase`, `settings-path`,
/// `overwrite-settings`, `mvn-toolchain-id` and `-vendor`, `show-download-progress`.
Task<Result<>> configure_maven(
    const ActionCall& call,
    const ActionInputs& inputs,
    std::vector<SetVersion> versions,
    execution::StopToken& stop
);

}  // namespace triphammer::runner
