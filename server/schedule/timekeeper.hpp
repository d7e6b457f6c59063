#pragma once
// Starts what `on.schedule` asks for: when an entry is due, a delivery of the event `schedule` is
// written, which is planned like any other. Between two of them it sleeps until the next exact
// time. What was due while the daemon did not run is started once when it runs again.

#include "base/alarm.hpp"
#include "base/clock.hpp"
#include "base/task.hpp"
#include "base/task_group.hpp"
#include "schedule/zones.hpp"

#include <functional>

namespace triphammer::store {
class Database;
}

namespace triphammer::schedule {

class Timekeeper {
  public:
    /// Everything given outlives this object. All calls on the logic thread.
    struct Parts {
        Executor executor;
        store::Database& database;
        const Clock& clock;
        std::function<void()> on_delivery;  // one was written
    };

    explicit Timekeeper(Parts parts);
    ~Timekeeper();
    Timekeeper(const Timekeeper&) = delete;
    Timekeeper& operator=(const Timekeeper&) = delete;

    /// Once.
    void start();
    /// The table has changed.
    void wake();
    Task<> stop();

    /// Starts what is due now and reckons when each is due next; when the first of them is.
    Task<Result<std::optional<TimePoint>>> keep_time();

  private:
    Task<> run();

    Parts parts_;
    Zones zones_;
    TaskGroup tasks_;
    Alarm alarm_;
};

}  // namespace triphammer::schedule
