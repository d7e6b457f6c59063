#include "github/jwt.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

namespace triphammer::github {

namespace {

using namespace std::chrono_literals;

struct Free {
    void operator()(BIO* bio) const { BIO_free(bio); }

    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }

    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

template <class T>
using Owned = std::unique_ptr<T, Free>;

/// Nobody can type an answer: a key with a password is none.
int give_no_password(char* /*buffer*/, int /*size*/, int /*write*/, void* /*user*/) {
    return 0;
}

Result<Owned<EVP_PKEY>> read_key(const Secret& text) {
    const auto& pem = text.reveal();
    const Owned<BIO> bytes{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    Owned<EVP_PKEY> key{PEM_read_bio_PrivateKey(bytes.get(), nullptr, give_no_password, nullptr)};
    ERR_clear_error();
    if (!key || EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA) {
        return invalid("it is no RSA key in PEM without a password, as GitHub gives it for an App");
    }
    return key;
}

std::string encode(std::string_view bytes) {
    auto text = to_base64url(bytes);
    text.erase(text.find_last_not_of('=') + 1);
    return text;
}

Result<std::string> sign(EVP_PKEY& key, const std::string& text) {
    const Owned<EVP_MD_CTX> context{EVP_MD_CTX_new()};
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    std::string out(static_cast<std::size_t>(EVP_PKEY_size(&key)), '\0');
    auto size = out.size();
    const bool signed_well =
        EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, &key) == 1 &&
        EVP_DigestSign(
            context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, bytes, text.size()
        ) == 1;
    ERR_clear_error();
    if (!signed_well) return Error{Code::internal, "the App's key does not sign"};
    out.resize(size);
    return out;
}

}  // namespace

Result<Secret> make_app_jwt(const std::string& app_id, const Secret& key, TimePoint now) {
    auto pair = read_key(key);
    if (!pair) return pair.error();
    const auto seconds = [](TimePoint at) { return to_unix_ms(at) / 1000; };
    const nlohmann::json claims{
        {"iat", seconds(now - 60s)}, {"exp", seconds(now + 9min)}, {"iss", app_id}};
    const auto text = encode(R"({"alg":"RS256","typ":"JWT"})") + "." + encode(claims.dump());
    const auto signature = sign(**pair, text);
    if (!signature) return signature.error();
    return Secret{text + "." + encode(*signature)};
}

}  // namespace triphammer::github
