#include "github/jwt.hpp"

#include "base/text.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace triphammer::github {
namespace {

using nlohmann::json;

/// A key of each test run's own.
struct Key {
    Key() : pair{EVP_RSA_gen(2048), EVP_PKEY_free} {
        const std::unique_ptr<BIO, decltype(&BIO_free)> bytes{BIO_new(BIO_s_mem()), BIO_free};
        PEM_write_bio_PrivateKey_traditional(
            bytes.get(), pair.get(), nullptr, nullptr, 0, nullptr, nullptr
        );
        char* text = nullptr;
        const auto size = BIO_get_mem_data(bytes.get(), &text);
        pem = Secret{std::string{text, static_cast<std::size_t>(size)}};
    }

    bool has_signed(const std::string& text, const std::string& signature) const {
        const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{
            EVP_MD_CTX_new(), EVP_MD_CTX_free};
        const auto bytes = [](const std::string& from) {
            return reinterpret_cast<const unsigned char*>(from.data());
        };
        EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, pair.get());
        return EVP_DigestVerify(
                   context.get(), bytes(signature), signature.size(), bytes(text), text.size()
               ) == 1;
    }

    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pair;
    Secret pem;
};

}  // namespace

TEST(AppJwt, IsSignedByTheKeyAndSaysWhoAndHowLong) {
    const Key key;
    const auto now = from_unix_ms(1'700'000'000'999);

    const auto jwt = make_app_jwt("4711", key.pem, now).value().reveal();

    const auto parts = split(jwt, '.');
    ASSERT_EQ(parts.size(), 3U);
    EXPECT_EQ(jwt.find_first_of("=+/"), std::string::npos);
    EXPECT_EQ(json::parse(*from_base64(parts[0])), json({{"alg", "RS256"}, {"typ", "JWT"}}));
    const json claims{{"iss", "4711"}, {"iat", 1'699'999'940}, {"exp", 1'700'000'540}};
    EXPECT_EQ(json::parse(*from_base64(parts[1])), claims);
    EXPECT_TRUE(key.has_signed(jwt.substr(0, jwt.rfind('.')), *from_base64(parts[2])));
    EXPECT_FALSE(key.has_signed(jwt.substr(1, jwt.rfind('.')), *from_base64(parts[2])));
}

TEST(AppJwt, NeedsAnRsaKeyInPem) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> other{
        EVP_EC_gen("P-256"), EVP_PKEY_free};
    const std::unique_ptr<BIO, decltype(&BIO_free)> bytes{BIO_new(BIO_s_mem()), BIO_free};
    PEM_write_bio_PrivateKey(bytes.get(), other.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const auto size = static_cast<std::size_t>(BIO_get_mem_data(bytes.get(), &text));

    for (const auto& key : {std::string{}, std::string{"no key"}, std::string{text, size}}) {
        EXPECT_EQ(make_app_jwt("1", Secret{key}, {}).error().code, Code::invalid) << key.size();
    }
}

}  // namespace triphammer::github
