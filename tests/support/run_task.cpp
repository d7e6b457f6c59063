#include "support/run_task.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <stdexcept>

namespace triphammer::testing {

void run_until_done(const std::function<Task<>(Executor)>& start) {
    boost::asio::io_context context{1};
    bool done = false;
    std::exception_ptr failure;
    auto task = start(context.get_executor());
    boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr thrown) {
        failure = thrown;
        done = true;
    });
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (!done && std::chrono::steady_clock::now() < limit) {
        context.run_one_for(std::chrono::milliseconds{100});
        if (context.stopped()) context.restart();
    }
    if (!done) throw std::runtime_error("the task did not end within 30 s");
    if (failure) std::rethrow_exception(failure);
}

}  // namespace triphammer::testing
