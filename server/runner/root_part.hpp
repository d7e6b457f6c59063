#pragma once
// The short time in which a runner of root's is root: what needs that is done here, then it becomes
// a user of its own (docs/adr/0023).
//
//   standby: make_ahead ─▶ its copy: start line, cgroup ─▶ do_as_root ─▶ the attempt

#include "execution/disk_quota.hpp"
#include "execution/job_users.hpp"
#include "execution/network.hpp"
#include "execution/steps_group.hpp"
#include "launcher/start_line.hpp"
#include "runner/layers/mount.hpp"
#include "runner/session/spool_file.hpp"
#include "runner/session/step_executor.hpp"

#include <optional>
#include <string>

namespace triphammer::runner {

/// Made before anybody asks, the same for every attempt; without root nothing. Where it leads,
/// `borders` say.
struct Ahead {
    Result<execution::JobUsers> users{Error{Code::unavailable, "only root has users to give"}};
    Result<execution::Network> network{Error{Code::unavailable, "only root makes networks"}};
};

Ahead make_ahead(execution::Borders borders);

/// What an attempt begins with.
struct Belongings {
    SpoolFile spool;
    Result<execution::Network> network;  // for steps on this machine; without root there is none
    std::string note;                    // a line for the job's log, or empty
    std::optional<Layer> layer = {};     // held to the end
    std::optional<Underlay> underlay = {};
    std::optional<execution::StepsGroup> group = {};  // of its steps, where the launcher made one
    std::optional<execution::DiskQuota> quota = {};   // where the file system has any
    std::string layer_problem = {};  // why there is no underlay where there could be one
};

/// Whoever was root is none afterwards, but where the kernel gives no user namespaces: the note
/// says so. An error: the attempt cannot begin.
Result<Belongings> do_as_root(const launcher::StartLine& line, Ahead ahead);

}  // namespace triphammer::runner
