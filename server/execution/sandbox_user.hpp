#pragma once
// Who is inside a sandbox, and what is left to them.

#include "execution/sandbox.hpp"

#include <sys/types.h>
#include <unistd.h>

namespace triphammer::execution {

struct User {
    uid_t uid = ::geteuid();
    gid_t gid = ::getegid();

    bool is_root() const { return uid == 0; }

    friend bool operator==(const User&, const User&) = default;
};

/// Whom the sandbox's home belongs to, where `self` may become anybody; else `self`.
User user_inside(const User& self, const SandboxPaths& paths);

/// For the first process, which is then `user` without any right, for ever: no capability, none to
/// be had by starting a program, no look into its memory (it is a copy of the runner).
Result<> become(const User& user);

}  // namespace triphammer::execution
