#pragma once

#include "http/chunked.hpp"
#include "http/head.hpp"
#include "http/stream.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace triphammer::http {

/// The bytes of a stream that were read and not yet used. Memory is touched only as far as bytes
/// came, so that thousands of silent connections cost a page each.
class Input {
  public:
    Input(Stream& stream, std::size_t capacity);

    std::string_view bytes() const { return {storage_.get() + begin_, end_ - begin_}; }

    void consume(std::size_t count);
    /// Everything that is there; the input is empty afterwards.
    std::string take_all();
    /// Reads once; the count, 0 at the end of the stream. The buffer must not be full.
    Task<Result<std::size_t>> fill();

    bool is_full() const { return end_ - begin_ == capacity_; }

  private:
    Stream& stream_;
    std::size_t capacity_;
    std::unique_ptr<char[]> storage_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

/// A body on its way in, whatever says where it ends.
class BodyInput {
  public:
    /// `on_bytes` is told of every piece (deadlines).
    BodyInput(Input& input, BodyEnd end, std::uint64_t length, std::uint64_t limit);

    void on_bytes(std::function<void(std::size_t)> callback) { on_bytes_ = std::move(callback); }

    /// The next piece, at most 16 KiB; empty at the end. too_large over the limit, protocol for bad
    /// chunks, io for an early end of the stream.
    Task<Result<std::string>> read();

    bool is_done() const { return done_; }

  private:
    Task<Result<>> wait_for_bytes();
    Result<std::string> take();
    Result<std::string> take_chunked();
    std::string take_plain(std::uint64_t most);

    Input& input_;
    BodyEnd end_;
    std::uint64_t left_;   // BodyEnd::length
    std::uint64_t limit_;  // bytes that may still come
    ChunkedReader chunks_;
    std::function<void(std::size_t)> on_bytes_;
    bool done_ = false;
};

/// Reads a whole body into one string.
Task<Result<std::string>> read_all(BodyInput& body);

}  // namespace triphammer::http
