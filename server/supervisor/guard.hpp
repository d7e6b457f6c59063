#pragma once
// What the supervisor does before any command of a job runs in a container: cut it off from the
// addresses that are the machine's alone, and give up the rights that this took.
// Source: capabilities(7), prctl(2), rt_names of linux/route.h, credentials(7).

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::supervisor {

/// Makes the instance's metadata addresses unreachable in this network namespace. Needs
/// CAP_NET_ADMIN. An errno; 0: done, or done before.
int cut_off_metadata();

/// Whether that was done in this network namespace, by whomever.
bool is_cut_off();

/// Gives up CAP_NET_ADMIN and CAP_SETPCAP, for ever and for all children. An errno.
int drop_guard_rights();

/// Becomes NAME, UID, NAME:GROUP or UID:GID as /etc/passwd and /etc/group say, whom `folders` then
/// belong to, where it may give them away. What is wrong, or nothing.
std::string become(std::string_view user, const std::vector<std::string>& folders);

}  // namespace triphammer::supervisor
