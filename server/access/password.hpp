#pragma once
// Passwords: scrypt (RFC 7914) at the cost that OWASP's Password Storage Cheat Sheet names first
// (N = 2^17, r = 8, p = 1): 128 MiB and a third of a second each, so never on the logic thread.

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <string>
#include <string_view>

namespace triphammer::access {

inline constexpr std::size_t kSaltBytes = 16;
inline constexpr std::size_t kShortestPassword = 10;
inline constexpr std::size_t kLongestPassword = 256;

/// Code::invalid for one that is too short or too long, or that is the name.
Result<> check_password_rules(std::string_view name, const Secret& password);

/// `scrypt$17$8$1$SALT$HASH` in hex; a salt of kSaltBytes. Code::unavailable without the memory.
Result<std::string> hash_password(const Secret& password, std::string_view salt);

/// Whether `password` made `stored`, under the parameters that stand in it; in constant time once
/// hashed. Something that no password made, the empty text say, costs the same and is false.
bool fits_password(const Secret& password, std::string_view stored);

/// Made under lower parameters than today's: to be hashed again at the next sign-in.
bool is_outdated(std::string_view stored);

}  // namespace triphammer::access
