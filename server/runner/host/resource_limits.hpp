#pragma once
// `resources` of a job: what it may use.

#include "base/result.hpp"
#include "model/job_definition.hpp"
#include "workflow/expression/evaluator.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace triphammer::runner {

struct ResourceLimits {
    std::optional<double> cpu;            // processors
    std::optional<std::uint64_t> memory;  // bytes
    std::optional<std::uint64_t> disk;    // bytes in the job's folders
    std::optional<std::uint64_t> pids;    // processes and threads

    /// For the job's log; empty where there are none.
    std::string describe() const;
};

/// What ends a job on this machine that sets no limit itself: a fork bomb, not a large build. Less
/// than what the kernel gives a job's user.
std::uint64_t usual_pids();

/// Code::invalid names the key.
Result<ResourceLimits> read_limits(
    const model::Resources& resources, const workflow::expression::Contexts& contexts
);

/// 512, 512k, 512m, 2g, 1t, with or without a b behind; powers of 1024.
std::optional<std::uint64_t> parse_bytes(std::string_view text);

}  // namespace triphammer::runner
