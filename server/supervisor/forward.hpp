#pragma once
// Ports of the loopback that lead to other addresses, for a network that several containers share.

#include <string>
#include <vector>

namespace triphammer::supervisor {

/// `leads`: "PORT=ADDRESS:PORT", IPv4. Writes a line to standard output once all of them listen,
/// then never returns; what is wrong where one cannot.
std::string forward(const std::vector<std::string>& leads);

}  // namespace triphammer::supervisor
