#pragma once
// Frames that may be larger than the others (kMaxFrameBytes), as their length field counts.

#include <cstddef>

namespace triphammer::protocol {

/// An `end`, with the outputs of its job.
constexpr std::size_t kMaxEndBytes = std::size_t{4} << 20U;
/// A `welcome`, whose document holds what all needed jobs have put out.
constexpr std::size_t kMaxWelcomeBytes = std::size_t{64} << 20U;

}  // namespace triphammer::protocol
