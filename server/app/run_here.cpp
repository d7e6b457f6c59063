#include "app/run_here.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace triphammer::app {

void run_here(const std::function<Task<>(Executor)>& start) {
    boost::asio::io_context context{1};
    std::exception_ptr failure;
    auto task = start(context.get_executor());
    boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr thrown) {
        failure = thrown;
    });
    context.run();
    if (failure) std::rethrow_exception(failure);
}

}  // namespace triphammer::app
