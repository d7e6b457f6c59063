#pragma once
// Of the network that the calling thread is in. Source: rtnetlink(7).

#include "execution/network.hpp"

namespace triphammer::execution {

Result<> bring_up_loopback();

/// Makes every address one of this network's own, `self` the one that connections come from, and
/// what is closed unreachable.
Result<> make_all_local(std::uint32_t self, const Borders& borders);

}  // namespace triphammer::execution
