#pragma once
// A wish to stop, seen by whoever works. Not Asio's cancellation: what works must end its processes
// in order (TERM, grace, KILL) and still deliver their last output.

#include "base/task.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace triphammer::execution {

/// One per job; asked at most once, later requests change nothing. All calls on the logic thread.
class StopToken {
  public:
    explicit StopToken(Executor executor);
    ~StopToken();
    StopToken(const StopToken&) = delete;
    StopToken& operator=(const StopToken&) = delete;

    /// `why` is for people; `grace` is the time between TERM and KILL.
    void request(std::string why, std::chrono::milliseconds grace);

    bool requested() const { return requested_; }

    const std::string& why() const { return why_; }

    std::chrono::milliseconds grace() const { return grace_; }

    /// Returns when a stop is requested; throws operation_aborted when the coroutine is cancelled.
    Task<> wait();

  private:
    struct Alarm;
    std::unique_ptr<Alarm> alarm_;
    bool requested_ = false;
    std::string why_;
    std::chrono::milliseconds grace_{0};
};

}  // namespace triphammer::execution
