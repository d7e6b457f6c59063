#pragma once

#include "base/clock.hpp"
#include "base/task.hpp"

#include <memory>

namespace triphammer::runner {

/// Tells every waiter that something has changed; what it was they look up themselves. A ring
/// without a waiter is lost: look first, then wait, with no co_await between.
class Wakeup {
  public:
    explicit Wakeup(Executor executor);
    ~Wakeup();
    Wakeup(const Wakeup&) = delete;
    Wakeup& operator=(const Wakeup&) = delete;

    void ring();
    Task<> wait();
    /// Returns at `until` at the latest.
    Task<> wait_until(Instant until);

  private:
    struct Waiters;
    std::unique_ptr<Waiters> waiters_;
};

}  // namespace triphammer::runner
