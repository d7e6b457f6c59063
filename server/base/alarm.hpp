#pragma once

#include "base/clock.hpp"
#include "base/task.hpp"

#include <memory>
#include <optional>

namespace triphammer {

/// Wakes one sleeper early. A ring while nobody sleeps is kept for the next sleep, and many rings
/// are one: who is woken looks up itself what there is to do. On its executor's thread only.
class Alarm {
  public:
    explicit Alarm(const Executor& executor);
    ~Alarm();
    Alarm(const Alarm&) = delete;
    Alarm& operator=(const Alarm&) = delete;

    void ring();
    /// Returns when rung, after `limit` (below zero: at once), or when the coroutine is cancelled;
    /// without a limit only the first and the last.
    Task<> sleep(std::optional<Milliseconds> limit);

  private:
    struct Timer;
    std::unique_ptr<Timer> timer_;
    bool rung_ = false;
};

}  // namespace triphammer
