#pragma once

#include "base/task.hpp"

#include <functional>
#include <memory>
#include <string>

namespace triphammer {

/// Owns the coroutines that live beside each other (one per connection, one per attempt, …).
/// A parent never ends before its children: `join` cancels nothing and waits, `stop` cancels and
/// waits. All calls on the logic thread.
class TaskGroup {
  public:
    /// `on_failure(name, what)` is told of a child that threw anything but a cancellation.
    using OnFailure = std::function<void(const std::string& name, const std::string& what)>;

    TaskGroup(Executor executor, OnFailure on_failure);
    ~TaskGroup();
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    /// Starts a child. After `stop` was called nothing is started any more and false is returned.
    bool spawn(std::string name, Task<> child);

    std::size_t size() const;

    /// Waits until no child is left.
    Task<> join();

    /// Cancels (terminal) every child and waits until none is left.
    Task<> stop();

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace triphammer
