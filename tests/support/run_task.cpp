#include "support/run_task.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <list>
#include <stdexcept>

namespace triphammer::testing {

namespace {

/// Lives until the program ends: a thread that has just handed its result over may still hold an
/// executor of it for a moment.
boost::asio::io_context& make_context() {
    static std::list<boost::asio::io_context> contexts;
    return contexts.emplace_back(1);
}

}  // namespace

void run_until_done(const std::function<Task<>(Executor)>& start) {
    auto& context = make_context();
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
