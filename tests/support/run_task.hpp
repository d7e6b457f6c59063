#pragma once
// Runs a coroutine to its end on an io_context of the test: no sleeps, no threads of its own.

#include "base/task.hpp"

#include <functional>
#include <optional>

namespace triphammer::testing {

/// Runs until `task` has ended; what it throws is thrown. At most 30 s, then the test fails by
/// exception.
void run_until_done(const std::function<Task<>(Executor)>& start);

template <class T>
T run_task(const std::function<Task<T>(Executor)>& start) {
    std::optional<T> out;
    std::function<Task<>(Executor)> wrapped = [&](Executor executor) -> Task<> {
        auto task = start(executor);
        out.emplace(co_await std::move(task));
    };
    run_until_done(wrapped);
    return std::move(*out);
}

}  // namespace triphammer::testing
