#pragma once

#include "base/result.hpp"
#include "base/task.hpp"

#include <chrono>
#include <optional>

namespace triphammer {

/// Waits; throws operation_aborted when the coroutine is cancelled.
Task<> sleep_for(std::chrono::milliseconds duration);

/// Runs `work`; after `limit` it is cancelled (terminal) and false is returned. What `work` throws
/// is thrown. Not `task || timer`: that waits for success and swallows early failures (Asio 1.81).
Task<bool> finish_within(Task<> work, std::chrono::milliseconds limit);

template <class T>
Task<> store_into(std::optional<Result<T>>& out, Task<Result<T>> work) {
    out.emplace(co_await std::move(work));
}

/// The same for a task with a result: Code::timed_out when the deadline passed.
template <class T>
Task<Result<T>> with_deadline(Task<Result<T>> work, std::chrono::milliseconds limit) {
    std::optional<Result<T>> out;
    auto stored = store_into(out, std::move(work));
    const bool finished = co_await finish_within(std::move(stored), limit);
    if (!finished) co_return Error{Code::timed_out, "the deadline passed"};
    co_return std::move(*out);
}

}  // namespace triphammer
