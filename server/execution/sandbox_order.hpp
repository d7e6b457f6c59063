#pragma once
// How the first process of a sandbox hears what to start: over its channel, because it was made
// before anybody knew.
//
//   u32 length (with the command's output attached, SCM_RIGHTS) | strings, each u32 length | bytes:
//   directory, "stay" or nothing, number of arguments, arguments, environment

#include "execution/process.hpp"

namespace triphammer::execution {

struct Order {
    Command command;
    FileDescriptor output;
    bool may_leave = false;  // what is alive at its end lives on
};

/// Blocks until the other side has taken what its buffer does not hold. Code::io when it is gone.
Result<> send_order(const FileDescriptor& channel, const Command& command, int output);

/// Nothing: the other side is gone.
std::optional<Order> receive_order(int channel);

}  // namespace triphammer::execution
