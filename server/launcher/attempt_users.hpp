#pragma once
// Who is who in an attempt, where the launcher is root (docs/adr/0018, 0023): its steps are one
// user, its runner is another, and nobody else on the machine has either number (source: systemd,
// UIDS-GIDS). So no file, signal, process or limit of an attempt is another one's. Servers with
// other run directories begin to count elsewhere.

#include "base/digest.hpp"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace triphammer::launcher {

struct AttemptUsers {
    uid_t steps = 0;
    uid_t runner = 0;
};

constexpr uid_t kFirstStepUser = 0x70000000;
constexpr uid_t kFirstRunnerUser = 0x78000001;  // one less: of layers (runner/layers/place.hpp)
constexpr uid_t kUsersOfAKind = (1U << 27U) - 1;

/// `run`: the run directory, by the name that the launcher was given.
inline AttemptUsers users_of(const std::filesystem::path& run, std::int64_t fence) {
    constexpr int kHex = 16;
    const auto first = std::stoull(sha256_hex(run.string()).substr(0, 12), nullptr, kHex);
    const auto number = (first + static_cast<std::uint64_t>(fence)) % kUsersOfAKind;
    return {
        kFirstStepUser + static_cast<uid_t>(number), kFirstRunnerUser + static_cast<uid_t>(number)};
}

/// Kills all of `user`, whatever it did in order not to be found. As root.
void kill_processes_of(uid_t user);

constexpr bool is_steps(uid_t user) {
    return user >= kFirstStepUser && user - kFirstStepUser < kUsersOfAKind;
}

constexpr bool is_runner(uid_t user) {
    return user >= kFirstRunnerUser && user - kFirstRunnerUser < kUsersOfAKind;
}

}  // namespace triphammer::launcher
