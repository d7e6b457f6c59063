#pragma once
// What the daemon's disk holds of an attempt's logs. Blocking; on the log thread, but sync_soon.

#include "base/result.hpp"
#include "base/thread.hpp"
#include "model/ids.hpp"
#include "protocol/messages.hpp"
#include "store/runs/step_store.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace triphammer::logs {
class LogStore;
}

namespace triphammer::launch {

/// Bytes that are there of each step's log.
Result<std::map<int, std::uint64_t>> lengths_of(
    logs::LogStore& logs, model::Fence fence, const std::vector<std::int64_t>& steps
);

/// A3: every log on the disk, of the length and the sum that the runner says; Code::conflict where
/// one differs.
Result<> verify_logs(
    logs::LogStore& logs, model::Fence fence, const std::vector<protocol::StepSum>& sums
);

/// Puts the logs of ended steps on the disk while the next steps run, so that the attempt's end
/// need not wait for it. A failure is found again by verify_logs.
void sync_soon(
    NamedThread& thread,
    logs::LogStore& logs,
    model::Fence fence,
    const std::vector<store::StepLog>& steps
);

}  // namespace triphammer::launch
