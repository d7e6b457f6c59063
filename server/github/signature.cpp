#include "github/signature.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace triphammer::github {

namespace {

constexpr std::string_view kPrefix = "sha256=";
constexpr std::size_t kDigits = 64;
constexpr std::size_t kBlock = 64;  // of SHA-256, in bytes

std::string_view view_of(const Sha256& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

bool is_hex(unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool equals(std::string_view digest, std::string_view signature) {
    if (!is_signature(signature)) return false;
    const auto claimed = from_hex(signature.substr(kPrefix.size()));
    return claimed && equal_constant_time(digest, *claimed);
}

Secret make_pad(const Secret& secret, unsigned char mask) {
    const auto& key = secret.reveal();
    std::string pad = key.size() > kBlock ? std::string{view_of(sha256(key))} : key;
    pad.resize(kBlock, '\0');
    for (auto& byte : pad) byte = static_cast<char>(static_cast<unsigned char>(byte) ^ mask);
    return Secret{std::move(pad)};
}

}  // namespace

bool is_signature(std::string_view text) {
    if (text.size() != kPrefix.size() + kDigits || !text.starts_with(kPrefix)) return false;
    return std::all_of(text.begin() + kPrefix.size(), text.end(), is_hex);
}

std::string make_signature(const Secret& secret, std::string_view body) {
    return std::string{kPrefix} + to_hex(view_of(hmac_sha256(secret.reveal(), body)));
}

bool is_signed(const Secret& secret, std::string_view body, std::string_view signature) {
    if (secret.empty()) return false;
    return equals(view_of(hmac_sha256(secret.reveal(), body)), signature);
}

SignatureStream::SignatureStream(const Secret& secret)
    : outer_pad_{make_pad(secret, 0x5c)}, usable_{!secret.empty()} {
    inner_.update(make_pad(secret, 0x36).reveal());
}

bool SignatureStream::matches(std::string_view signature) const {
    const auto inner = from_hex(inner_.hex());
    if (!usable_ || !inner) return false;
    return equals(view_of(sha256(outer_pad_.reveal() + *inner)), signature);
}

}  // namespace triphammer::github
