// SHA-256 through the functions that need no providers: OpenSSL 3 reads its configuration and sets
// up every provider at the first EVP call, 2 ms in a runner that lives for ten. They are the same
// code.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/digest.hpp"

#include "base/text.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace triphammer {

namespace {

std::string_view view(const Sha256& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

constexpr std::array<std::uint32_t, 256> make_crc_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit) value = value >> 1U ^ ((value & 1U) ? 0x82f63b78U : 0U);
        table[i] = value;
    }
    return table;
}

std::uint32_t crc_by_table(std::string_view bytes, std::uint32_t crc) {
    static constexpr auto kTable = make_crc_table();
    for (const char c : bytes) {
        crc = kTable[(crc ^ static_cast<unsigned char>(c)) & 255U] ^ crc >> 8U;
    }
    return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crc_by_instruction(
    std::string_view bytes, std::uint32_t crc
) {
    std::uint64_t wide = crc;
    while (bytes.size() >= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), sizeof word);
        wide = _mm_crc32_u64(wide, word);
        bytes.remove_prefix(8);
    }
    auto narrow = static_cast<std::uint32_t>(wide);
    for (const char c : bytes) narrow = _mm_crc32_u8(narrow, static_cast<unsigned char>(c));
    return narrow;
}
#endif

using Pad = std::array<unsigned char, SHA256_CBLOCK>;

Pad make_pad(std::string_view key, unsigned char mask) {
    Pad pad{};
    if (key.size() > pad.size()) {
        const auto sum = sha256(key);
        std::copy(sum.begin(), sum.end(), pad.begin());
    } else {
        std::copy(key.begin(), key.end(), pad.begin());
    }
    for (auto& byte : pad) byte ^= mask;
    return pad;
}

Sha256 sum_behind(Pad pad, std::string_view bytes) {
    SHA256_CTX state;
    SHA256_Init(&state);
    SHA256_Update(&state, pad.data(), pad.size());
    SHA256_Update(&state, bytes.data(), bytes.size());
    Sha256 out;
    SHA256_Final(out.data(), &state);
    OPENSSL_cleanse(pad.data(), pad.size());
    OPENSSL_cleanse(&state, sizeof state);
    return out;
}

}  // namespace

Sha256 sha256(std::string_view bytes) {
    Sha256 out;
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), out.data());
    return out;
}

std::string sha256_hex(std::string_view bytes) {
    return to_hex(view(sha256(bytes)));
}

Sha256 hmac_sha256(std::string_view key, std::string_view message) {
    // RFC 2104 in its own words: OpenSSL's HMAC() looks for its provider at every call, which takes
    // longer than the sum over a webhook.
    const auto inner = sum_behind(make_pad(key, 0x36), message);
    return sum_behind(make_pad(key, 0x5c), view(inner));
}

struct Sha256Stream::Context {
    SHA256_CTX state{};

    Context() { SHA256_Init(&state); }
};

Sha256Stream::Sha256Stream() : context_{std::make_unique<Context>()} {}

Sha256Stream::~Sha256Stream() = default;
Sha256Stream::Sha256Stream(Sha256Stream&&) noexcept = default;
Sha256Stream& Sha256Stream::operator=(Sha256Stream&&) noexcept = default;

void Sha256Stream::update(std::string_view bytes) {
    SHA256_Update(&context_->state, bytes.data(), bytes.size());
}

std::string Sha256Stream::hex() const {
    auto copy = context_->state;
    Sha256 out;
    SHA256_Final(out.data(), &copy);
    return to_hex(view(out));
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed) {
    const std::uint32_t start = ~seed;
#if defined(__x86_64__)
    static const bool kHasInstruction = __builtin_cpu_supports("sse4.2") > 0;
    if (kHasInstruction) return ~crc_by_instruction(bytes, start);
#endif
    return ~crc_by_table(bytes, start);
}

}  // namespace triphammer
