#pragma once
// zstd, level 1: what a delivery's body is stored as. Each thread keeps one context.

#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace triphammer::store {

std::string compress(std::string_view bytes);
/// Code::too_large over `max_bytes`, Code::io for bytes that are no zstd frame.
Result<std::string> decompress(std::string_view bytes, std::size_t max_bytes);

}  // namespace triphammer::store
