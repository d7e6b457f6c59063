#include "access/password.hpp"

#include "base/text.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <optional>

namespace triphammer::access {

namespace {

constexpr std::size_t kHashBytes = 32;
constexpr std::uint64_t kMemory = 160ULL * 1024 * 1024;  // 128 MiB and what comes beside it

struct Cost {
    std::int64_t log2_n = 17;
    std::int64_t r = 8;
    std::int64_t p = 1;
};

struct Stored {
    Cost cost;
    std::string salt;
    std::string hash;
};

/// Nothing for a text of another form, or a cost that this memory does not hold.
std::optional<Stored> parse_stored(std::string_view text) {
    const auto parts = split(text, '$');
    if (parts.size() != 6 || parts[0] != "scrypt") return {};
    const auto log2_n = parse_integer(parts[1]);
    const auto r = parse_integer(parts[2]);
    const auto p = parse_integer(parts[3]);
    const auto salt = from_hex(parts[4]);
    const auto hash = from_hex(parts[5]);
    if (!log2_n || !r || !p || !salt || !hash || hash->size() != kHashBytes) return {};
    if (*log2_n < 1 || *log2_n > 17 || *r < 1 || *r > 8 || *p < 1 || *p > 16) return {};
    return Stored{{*log2_n, *r, *p}, *salt, *hash};
}

std::optional<std::string> scrypt(const Secret& password, std::string_view salt, const Cost& cost) {
    std::array<unsigned char, kHashBytes> out{};
    const auto& text = password.reveal();
    const int done = EVP_PBE_scrypt(
        text.data(),
        text.size(),
        reinterpret_cast<const unsigned char*>(salt.data()),
        salt.size(),
        1ULL << static_cast<unsigned>(cost.log2_n),
        static_cast<std::uint64_t>(cost.r),
        static_cast<std::uint64_t>(cost.p),
        kMemory,
        out.data(),
        out.size()
    );
    if (done != 1) return {};
    return std::string{out.begin(), out.end()};
}

}  // namespace

Result<> check_password_rules(std::string_view name, const Secret& password) {
    const auto& text = password.reveal();
    if (text.size() < kShortestPassword || text.size() > kLongestPassword) {
        return invalid("a password has 10 to 256 characters");
    }
    if (to_lower(text) == to_lower(name)) return invalid("the password is the name");
    return {};
}

Result<std::string> hash_password(const Secret& password, std::string_view salt) {
    const Cost cost;
    const auto hash = scrypt(password, salt, cost);
    if (!hash) return Error{Code::unavailable, "no memory to hash a password; try again"};
    return "scrypt$" + std::to_string(cost.log2_n) + "$" + std::to_string(cost.r) + "$" +
           std::to_string(cost.p) + "$" + to_hex(salt) + "$" + to_hex(*hash);
}

bool fits_password(const Secret& password, std::string_view stored) {
    const auto parsed = parse_stored(stored);
    if (!parsed) {
        (void)scrypt(password, std::string(kSaltBytes, '\0'), {});
        return false;
    }
    const auto hash = scrypt(password, parsed->salt, parsed->cost);
    return hash && CRYPTO_memcmp(hash->data(), parsed->hash.data(), kHashBytes) == 0;
}

bool is_outdated(std::string_view stored) {
    const auto parsed = parse_stored(stored);
    const Cost today;
    return parsed && (parsed->cost.log2_n < today.log2_n || parsed->cost.r < today.r);
}

}  // namespace triphammer::access
