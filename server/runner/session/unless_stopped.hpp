#pragma once

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "execution/stop.hpp"

#include <optional>
#include <utility>

namespace triphammer::runner {

/// Runs `work` until its end or until the job is to stop; true: it ended. What is not ended is
/// cancelled (terminal): a connection that closes stops a build or a pull at the engine.
Task<bool> finish_unless_stopped(Task<> work, execution::StopToken& stop);

/// The same for a task with a result: Code::cancelled with the reason of the stop.
template <class T>
Task<Result<T>> unless_stopped(Task<Result<T>> work, execution::StopToken& stop) {
    std::optional<Result<T>> out;
    auto stored = store_into(out, std::move(work));
    auto racing = finish_unless_stopped(std::move(stored), stop);
    const bool ended = co_await std::move(racing);
    if (!ended) co_return Error{Code::cancelled, stop.why()};
    co_return std::move(*out);
}

}  // namespace triphammer::runner
