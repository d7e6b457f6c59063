#include "base/thread.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <pthread.h>

namespace triphammer {

namespace asio = boost::asio;

namespace {

Task<> call(std::function<void()> work) {
    work();
    co_return;
}

}  // namespace

struct NamedThread::Pool {
    asio::thread_pool threads{1};
};

NamedThread::NamedThread(std::string name) : pool_{std::make_unique<Pool>()} {
    name.resize(std::min<std::size_t>(name.size(), 15));  // the kernel's limit for a thread name
    post([name] { ::pthread_setname_np(::pthread_self(), name.c_str()); });
}

NamedThread::~NamedThread() {
    pool_->threads.join();
}

/// A cancelled caller waits like any other: `work` may use its variables. (Boost 1.81 would carry
/// the cancellation to the other thread, where its signal may be gone by then.)
Task<> NamedThread::run(std::function<void()> work) {
    auto task = call(std::move(work));
    auto uncancelled = asio::bind_cancellation_slot(asio::cancellation_slot{}, asio::use_awaitable);
    co_await asio::co_spawn(pool_->threads.get_executor(), std::move(task), std::move(uncancelled));
}

void NamedThread::post(std::function<void()> work) {
    asio::post(pool_->threads, std::move(work));
}

}  // namespace triphammer
