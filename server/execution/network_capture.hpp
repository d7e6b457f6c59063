#pragma once

#include "base/file.hpp"

#include <cstdint>

namespace triphammer::execution {

/// From now on what comes to an address of this network, but to 127.0.0.0/8 and `self`, goes to one
/// of the two sockets, whatever its port; until the descriptor is closed.
Result<FileDescriptor> capture_all(
    const FileDescriptor& network,
    const FileDescriptor& connections,
    const FileDescriptor& datagrams,
    std::uint32_t self
);

}  // namespace triphammer::execution
