#include "access/deploy_key.hpp"

#include "base/text.hpp"

#include <openssl/evp.h>

#include <cstdint>
#include <memory>

namespace triphammer::access {

namespace {

constexpr std::size_t kSeed = 32;  // bytes
constexpr std::size_t kBlock =
    8;  // the private part is padded to it, also where it is not encrypted
constexpr std::size_t kLine = 70;  // characters of base64
constexpr std::string_view kType = "ssh-ed25519";

/// A number as SSH writes it (RFC 4251, section 5).
std::string number(std::uint32_t value) {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xffU);
    return out;
}

std::string field(std::string_view bytes) {
    return number(static_cast<std::uint32_t>(bytes.size())) + std::string{bytes};
}

Result<std::string> public_of(const std::string& seed) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{
        EVP_PKEY_new_raw_private_key(
            EVP_PKEY_ED25519,
            nullptr,
            reinterpret_cast<const unsigned char*>(seed.data()),
            seed.size()
        ),
        EVP_PKEY_free};
    std::string out(kSeed, '\0');
    std::size_t size = out.size();
    auto* bytes = reinterpret_cast<unsigned char*>(out.data());
    if (!key || EVP_PKEY_get_raw_public_key(key.get(), bytes, &size) != 1 || size != kSeed) {
        return Error{Code::internal, "no Ed25519 key could be made"};
    }
    return out;
}

std::string armour(const std::string& bytes) {
    const auto text = to_base64(bytes);
    std::string out = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
    for (std::size_t at = 0; at < text.size(); at += kLine) out += text.substr(at, kLine) + '\n';
    return out + "-----END OPENSSH PRIVATE KEY-----\n";
}

}  // namespace

Result<DeployKey> make_deploy_key(Random& random, const std::string& comment) {
    const auto seed = random_bytes(random, kSeed);
    const auto point = public_of(seed);
    if (!point) return point.error();
    const auto blob = field(kType) + field(*point);
    const auto check = random_bytes(random, 4);  // twice the same: the key was decrypted
    auto hidden = check + check + blob + field(seed + *point) + field(comment);
    for (char pad = 1; hidden.size() % kBlock != 0; ++pad) hidden += pad;
    const std::string magic{"openssh-key-v1\0", 15};
    const auto unencrypted = field("none") + field("none") + field("");
    DeployKey out;
    out.private_half =
        Secret{armour(magic + unencrypted + number(1) + field(blob) + field(hidden))};
    out.public_half = std::string{kType} + ' ' + to_base64(blob) + ' ' + comment;
    return out;
}

}  // namespace triphammer::access
