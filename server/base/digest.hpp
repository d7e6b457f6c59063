#pragma once
// SHA-256 and HMAC-SHA256 (FIPS 180-4, RFC 2104) through OpenSSL; CRC-32C (RFC 3720 B.4).

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace triphammer {

using Sha256 = std::array<unsigned char, 32>;

Sha256 sha256(std::string_view bytes);
std::string sha256_hex(std::string_view bytes);
Sha256 hmac_sha256(std::string_view key, std::string_view message);

/// SHA-256 of a stream.
class Sha256Stream {
  public:
    Sha256Stream();
    ~Sha256Stream();
    Sha256Stream(Sha256Stream&&) noexcept;
    Sha256Stream& operator=(Sha256Stream&&) noexcept;

    void update(std::string_view bytes);
    /// The digest of what came so far, as hex; more may follow.
    std::string hex() const;

  private:
    struct Context;
    std::unique_ptr<Context> context_;
};

/// CRC-32C of `bytes`, going on from `seed` (0 at the start).
std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed = 0);

}  // namespace triphammer
