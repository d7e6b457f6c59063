#pragma once
// Two streams as one: what comes in at one end goes out at the other.

#include "base/task.hpp"
#include "http/stream.hpp"

#include <memory>

namespace triphammer::runner {

struct StreamPair {
    std::unique_ptr<http::Stream> inside;
    std::unique_ptr<http::Stream> outside;

    void close();
};

/// One direction to its end; the other may go on then. An error closes both.
Task<Result<>> relay(std::shared_ptr<StreamPair> pair, bool outwards);

}  // namespace triphammer::runner
