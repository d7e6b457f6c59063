#pragma once
// Who is who in an attempt, where the launcher is root (docs/adr/0018, 0023): its steps are one
// user, its runner is another, and nobody else on the machine has either number (source: systemd,
// UIDS-GIDS). So no file, signal, process or limit of an attempt is another one's.

#include <sys/types.h>

#include <cstdint>

namespace triphammer::launcher {

struct AttemptUsers {
    uid_t steps = 0;
    uid_t runner = 0;
};

constexpr uid_t kFirstStepUser = 0x70000000;
constexpr uid_t kFirstRunnerUser = 0x78000000;
constexpr uid_t kUsersOfAKind = 1U << 27U;

constexpr AttemptUsers users_of(std::int64_t fence) {
    const auto number = static_cast<uid_t>(fence % kUsersOfAKind);
    return {kFirstStepUser + number, kFirstRunnerUser + number};
}

constexpr bool is_steps(uid_t user) {
    return user >= kFirstStepUser && user - kFirstStepUser < kUsersOfAKind;
}

constexpr bool is_runner(uid_t user) {
    return user >= kFirstRunnerUser && user - kFirstRunnerUser < kUsersOfAKind;
}

}  // namespace triphammer::launcher
