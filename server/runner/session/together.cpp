#include "runner/session/together.hpp"

#include "base/task_group.hpp"
#include "runner/session/unless_stopped.hpp"

#include <boost/asio/this_coro.hpp>

namespace triphammer::runner {

namespace {

/// The first error, and the alarm that it rings.
class Failure {
  public:
    explicit Failure(const Executor& executor) : alarm_{executor} {}

    void note(Error error) {
        if (!result_) return;
        alarm_.request(error.message, std::chrono::milliseconds{0});
        result_ = std::move(error);
    }

    execution::StopToken& alarm() { return alarm_; }

    const Result<>& result() const { return result_; }

  private:
    execution::StopToken alarm_;
    Result<> result_;
};

Task<> run_one(Task<Result<>> work, Failure& failure) {
    const auto done = co_await std::move(work);
    if (!done) failure.note(done.error());
}

Task<> watch(execution::StopToken& stop, Failure& failure) {
    if (!stop.requested()) {
        auto waiting = stop.wait();
        co_await std::move(waiting);
    }
    failure.note({Code::cancelled, stop.why()});
}

}  // namespace

Task<Result<>> run_together(std::vector<Task<Result<>>> works, execution::StopToken& stop) {
    const auto executor = co_await boost::asio::this_coro::executor;
    Failure failure{executor};
    // What a child throws is a bug: it is told as an error, not swallowed.
    const TaskGroup::OnFailure tell = [&failure](const std::string& name, const std::string& what) {
        failure.note({Code::internal, name + ": " + what});
    };
    TaskGroup group{executor, tell};
    for (auto& work : works) group.spawn("work", run_one(std::move(work), failure));
    TaskGroup watchers{executor, tell};
    watchers.spawn("stop", watch(stop, failure));
    auto joining = finish_unless_stopped(group.join(), failure.alarm());
    co_await std::move(joining);
    auto stopping = group.stop();
    co_await std::move(stopping);
    auto unwatching = watchers.stop();
    co_await std::move(unwatching);
    co_return failure.result();
}

}  // namespace triphammer::runner
