#pragma once
// Small text and byte conversions. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer {

std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string to_lower(std::string_view text);
/// ASCII only.
bool equal_ignoring_case(std::string_view a, std::string_view b);

/// Takes time that depends on the lengths only (CRYPTO_memcmp).
bool equal_constant_time(std::string_view a, std::string_view b);

std::string to_hex(std::string_view bytes);
/// Both cases; nothing for an odd length or another character.
std::optional<std::string> from_hex(std::string_view text);

/// RFC 4648 section 4, with padding.
std::string to_base64(std::string_view bytes);
/// RFC 4648 section 5, with padding (what Docker's X-Registry-Auth wants).
std::string to_base64url(std::string_view bytes);
/// Accepts both alphabets, with or without padding.
std::optional<std::string> from_base64(std::string_view text);

/// RFC 3986: everything but unreserved characters as %XX.
std::string percent_encode(std::string_view text);
/// `plus_is_space` for application/x-www-form-urlencoded; nothing for a broken %XX.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

/// Well-formed UTF-8 without surrogates and overlong forms (RFC 3629).
bool is_utf8(std::string_view text);
/// At most `max_bytes` bytes of `text`, never cut inside a character.
std::string_view cut_utf8(std::string_view text, std::size_t max_bytes);

/// Decimal digits only, no sign, no blanks, within range.
std::optional<std::int64_t> parse_integer(std::string_view text);

/// The candidate with the smallest edit distance, if it is near enough to be a typing mistake.
std::optional<std::string> nearest_name(
    std::string_view name, const std::vector<std::string>& candidates
);

}  // namespace triphammer
