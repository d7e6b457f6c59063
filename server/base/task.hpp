#pragma once
// The only spelling of a coroutine in the project. Rules for co_await with g++ 12 (temporaries that
// are destroyed twice) stand in CONTRIBUTING.md; tests/lint/coroutines.py looks for the bad forms.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace triphammer {

/// A coroutine that starts when awaited and resumes on its caller's executor.
template <class T = void>
using Task = boost::asio::awaitable<T>;

using Executor = boost::asio::any_io_executor;

}  // namespace triphammer
