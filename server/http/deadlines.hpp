#pragma once

#include "base/task.hpp"

#include <chrono>
#include <functional>
#include <list>
#include <memory>

namespace triphammer::http {

class Deadline;

/// One timer for all connections of a server: every `tick` it looks at each of them. A timer for
/// each operation costs 10 % of the requests (measured); setting a deadline here is one store.
class Deadlines {
  public:
    Deadlines(Executor executor, std::chrono::milliseconds tick);
    ~Deadlines();
    Deadlines(const Deadlines&) = delete;
    Deadlines& operator=(const Deadlines&) = delete;

    /// No deadline passes any more.
    void stop();

  private:
    friend class Deadline;
    struct State;
    std::shared_ptr<State> state_;
};

/// One connection's current deadline. `on_passed` is called once per `set`, at most `tick` early
/// and never late (apart from a busy thread).
class Deadline {
  public:
    Deadline(Deadlines& all, std::function<void()> on_passed);
    ~Deadline();
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

    void set(std::chrono::milliseconds limit);
    void clear();

    bool has_passed() const { return passed_; }

  private:
    friend struct Deadlines::State;
    using Clock = std::chrono::steady_clock;

    std::shared_ptr<Deadlines::State> all_;
    std::list<Deadline*>::iterator place_;
    std::function<void()> on_passed_;
    Clock::time_point due_ = Clock::time_point::max();
    bool passed_ = false;
};

}  // namespace triphammer::http
