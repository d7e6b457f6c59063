#include "access/sealing.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace triphammer::access {

namespace {

constexpr char kVersion = 1;
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kKeyIdBytes = 4;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kHeadBytes = 1 + kKeyIdBytes + kNonceBytes;

struct FreeCipher {
    void operator()(EVP_CIPHER_CTX* p) const { EVP_CIPHER_CTX_free(p); }
};

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

int size_of(std::string_view text) {
    return static_cast<int>(text.size());
}

/// OpenSSL refuses here only when it is broken or out of memory.
void require(int answer) {
    if (answer != 1) throw std::runtime_error("AES-256-GCM is not available");
}

/// Each field with its length in front: {"a", "bc"} and {"ab", "c"} are different bindings.
std::string join_binding(std::string_view head, const Binding& binding) {
    std::string out{head};
    for (const auto& field : binding) out += std::to_string(field.size()) + ":" + field;
    return out;
}

std::string make_key_id(const Secret& key) {
    const auto digest = sha256("triphammer key id" + key.reveal());
    return {reinterpret_cast<const char*>(digest.data()), kKeyIdBytes};
}

}  // namespace

Sealer::Sealer(Secret key, Random& random)
    : keys_{std::make_shared<const Keys>(Keys{make_key(std::move(key)), {}})}, random_{random} {}

Sealer::Key Sealer::make_key(Secret bytes) {
    if (bytes.reveal().size() != kKeyBytes) throw std::logic_error("a master key has 32 bytes");
    auto id = make_key_id(bytes);
    return {std::move(bytes), std::move(id)};
}

std::shared_ptr<const Sealer::Keys> Sealer::keys() const {
    const std::lock_guard lock{mutex_};
    return keys_;
}

void Sealer::set_keys(Keys keys) {
    auto made = std::make_shared<const Keys>(std::move(keys));
    const std::lock_guard lock{mutex_};
    keys_ = std::move(made);
}

void Sealer::renew(Secret next) {
    set_keys({make_key(std::move(next)), keys()->current});
}

void Sealer::also_open_with(Secret old) {
    set_keys({keys()->current, make_key(std::move(old))});
}

void Sealer::forget_old() {
    set_keys({keys()->current, {}});
}

Secret Sealer::old_key() const {
    const auto held = keys();
    return held->old ? held->old->bytes : Secret{};
}

std::string Sealer::head() const {
    return kVersion + keys()->current.id;
}

std::string Sealer::seal(std::string_view plain, const Binding& binding) const {
    const auto held = keys();
    const auto& key = held->current;
    const auto nonce = random_bytes(random_, kNonceBytes);
    const std::string head = kVersion + key.id + nonce;
    const auto bound = join_binding(head, binding);
    std::string ciphertext(plain.size(), '\0');
    std::string tag(kTagBytes, '\0');
    const Cipher cipher{EVP_CIPHER_CTX_new()};
    int count = 0;
    require(EVP_EncryptInit_ex(
        cipher.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key.bytes.reveal()), bytes_of(nonce)
    ));
    require(EVP_EncryptUpdate(cipher.get(), nullptr, &count, bytes_of(bound), size_of(bound)));
    require(EVP_EncryptUpdate(
        cipher.get(), bytes_of(ciphertext), &count, bytes_of(plain), size_of(plain)
    ));
    require(EVP_EncryptFinal_ex(cipher.get(), bytes_of(ciphertext) + count, &count));
    require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag.data()));
    return head + ciphertext + tag;
}

Result<Secret> Sealer::open(std::string_view sealed, const Binding& binding) const {
    if (sealed.size() < kHeadBytes + kTagBytes || sealed.front() != kVersion) {
        return invalid("a sealed value is cut short or of an unknown form");
    }
    const auto held = keys();
    const auto id = sealed.substr(1, kKeyIdBytes);
    const bool is_old = held->old && id == held->old->id;
    if (id != held->current.id && !is_old) {
        return invalid("a sealed value needs another master key");
    }
    const auto& key = is_old ? *held->old : held->current;
    const auto bound = join_binding(sealed.substr(0, kHeadBytes), binding);
    const auto nonce = sealed.substr(1 + kKeyIdBytes, kNonceBytes);
    const auto ciphertext = sealed.substr(kHeadBytes, sealed.size() - kHeadBytes - kTagBytes);
    std::string tag{sealed.substr(sealed.size() - kTagBytes)};
    std::string plain(ciphertext.size(), '\0');
    const Cipher cipher{EVP_CIPHER_CTX_new()};
    int count = 0;
    require(EVP_DecryptInit_ex(
        cipher.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key.bytes.reveal()), bytes_of(nonce)
    ));
    require(EVP_DecryptUpdate(cipher.get(), nullptr, &count, bytes_of(bound), size_of(bound)));
    require(EVP_DecryptUpdate(
        cipher.get(), bytes_of(plain), &count, bytes_of(ciphertext), size_of(ciphertext)
    ));
    require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()));
    const bool genuine = EVP_DecryptFinal_ex(cipher.get(), bytes_of(plain) + count, &count) == 1;
    Secret opened{std::move(plain)};
    if (!genuine) return invalid("a sealed value was changed or moved to another place");
    return opened;
}

std::string Sealer::check_value() const {
    const auto digest = hmac_sha256(keys()->current.bytes.reveal(), "triphammer key check");
    return to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace triphammer::access
