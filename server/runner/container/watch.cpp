#include "runner/container/watch.hpp"

#include "base/deadline.hpp"

#include <signal.h>

#include <utility>

namespace triphammer::runner {

Task<> watch_for_end(
    execution::ProcessLimits limits,
    execution::StopToken& stop,
    execution::EndCause& cause,
    SendSignal send
) {
    bool is_stopped = true;
    auto asked = stop.wait();
    if (limits.deadline) {
        auto racing = finish_within(std::move(asked), *limits.deadline);
        is_stopped = co_await std::move(racing);
    } else {
        co_await std::move(asked);
    }
    cause = is_stopped ? execution::EndCause::cancelled : execution::EndCause::timed_out;
    auto terminating = send(SIGTERM);
    co_await std::move(terminating);
    co_await sleep_for(is_stopped ? stop.grace() : limits.grace);
    auto killing = send(SIGKILL);
    co_await std::move(killing);
}

}  // namespace triphammer::runner
