#pragma once

#include "base/task.hpp"

#include <functional>
#include <optional>

namespace triphammer::app {

/// Runs one coroutine on an event loop of its own, to its end, on this thread: for start-up and the
/// command line. What it throws is thrown.
void run_here(const std::function<Task<>(Executor)>& start);

template <class T>
Task<> keep(std::optional<T>& out, Task<T> work) {
    out.emplace(co_await std::move(work));
}

/// The same with a value.
template <class T>
T run_here(Task<T> work) {
    std::optional<T> out;
    run_here([&](Executor) { return keep(out, std::move(work)); });
    return std::move(*out);
}

}  // namespace triphammer::app
