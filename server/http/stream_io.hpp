#pragma once
// Reading and writing as our results, for every kind of Asio stream. Inside http/.

#include "http/socket_transport.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <span>
#include <string_view>

namespace triphammer::http {

/// 0: the other side has ended.
template <class AsyncStream>
Task<Result<std::size_t>> read_some_from(AsyncStream& stream, std::span<char> into) {
    constexpr auto kTuple = boost::asio::as_tuple(boost::asio::use_awaitable);
    const auto buffer = boost::asio::buffer(into.data(), into.size());
    auto [error, count] = co_await stream.async_read_some(buffer, kTuple);
    if (error == boost::asio::error::eof) co_return std::size_t{0};
    if (error) co_return to_error("read", error);
    co_return count;
}

template <class AsyncStream>
Task<Result<>> write_all_to(AsyncStream& stream, std::string_view bytes) {
    constexpr auto kTuple = boost::asio::as_tuple(boost::asio::use_awaitable);
    const auto buffer = boost::asio::buffer(bytes.data(), bytes.size());
    auto [error, count] = co_await boost::asio::async_write(stream, buffer, kTuple);
    if (error) co_return to_error("write", error);
    co_return Result<>{};
}

}  // namespace triphammer::http
