#pragma once
// The reading end of a step's pipe: what comes out of it goes into the step's sink.

#include "base/file.hpp"
#include "execution/descendants.hpp"
#include "execution/process.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>

namespace triphammer::execution {

/// Reads pieces of up to 256 KiB. What comes after a rest is read at once; after that the pipe is
/// left to fill for a millisecond at a time, so that a process that writes line by line does not
/// wake us for each line, nor pay for it.
class OutputPump {
  public:
    /// `tree`: who dies when the sink fails.
    OutputPump(const Executor& executor, FileDescriptor pipe, OutputSink& sink, Tree tree);
    ~OutputPump();
    OutputPump(const OutputPump&) = delete;
    OutputPump& operator=(const OutputPump&) = delete;

    /// Until the end of the pipe, until finish() and nothing is left, or until the sink fails.
    Task<> run();

    /// What is in the pipe now is all that counts.
    void finish();

    /// The pipe, once run() has returned.
    FileDescriptor release() { return std::move(pipe_); }

    const std::optional<Error>& failure() const { return failure_; }

  private:
    Task<> after(std::size_t bytes);
    Task<> wait_for_more();
    void fail(const Error& error);

    Executor executor_;
    FileDescriptor pipe_;
    OutputSink& sink_;
    Tree tree_;
    std::unique_ptr<char[]> buffer_;
    boost::asio::posix::stream_descriptor watch_;  // holds the pipe only while it is waited for
    boost::asio::steady_timer pause_;
    int reads_ = 0;
    std::optional<std::size_t> left_;  // to be read; known when finishing
    std::optional<Error> failure_;
};

}  // namespace triphammer::execution
