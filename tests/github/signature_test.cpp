#include "github/signature.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::github;

namespace {

// GitHub's published vector.
const Secret kSecret{"It's a Secret to Everybody"};
constexpr std::string_view kBody = "Hello, World!";
const std::string kSignature =
    "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

}  // namespace

TEST(Signature, AgreesWithGitHubsVector) {
    EXPECT_EQ(make_signature(kSecret, kBody), kSignature);
    EXPECT_TRUE(is_signed(kSecret, kBody, kSignature));
}

TEST(Signature, FailsForEveryOtherDigit) {
    for (std::size_t at = 7; at < kSignature.size(); ++at) {
        auto wrong = kSignature;
        wrong[at] = wrong[at] == '0' ? '1' : '0';
        EXPECT_FALSE(is_signed(kSecret, kBody, wrong)) << at;
    }
}

TEST(Signature, FailsForEveryOtherForm) {
    const auto digits = kSignature.substr(7);
    const std::string forms[] = {
        std::string{},
        digits,
        "sha1=" + digits,
        "SHA256=" + digits,
        "sha256=" + digits.substr(1),
        "sha256=" + digits + "0",
        "sha256=g" + digits.substr(1),
        "sha256= " + digits.substr(1),
        std::string{"sha256="} + std::string(1, '\0') + digits.substr(1),
    };
    for (const auto& text : forms) {
        EXPECT_FALSE(is_signature(text)) << text;
        EXPECT_FALSE(is_signed(kSecret, kBody, text)) << text;
    }
}

TEST(Signature, IsNothingWithoutASecret) {
    const Secret none;

    EXPECT_FALSE(is_signed(none, kBody, make_signature(none, kBody)));
    EXPECT_FALSE(SignatureStream{none}.matches(make_signature(none, "")));
}

TEST(SignatureStream, AgreesWithTheWholeForKeysOfAnyLength) {
    for (const std::size_t size : {1U, 63U, 64U, 65U, 200U}) {
        const Secret secret{std::string(size, 'k')};
        SignatureStream stream{secret};
        stream.update("Hello, ");
        stream.update("World!");

        EXPECT_TRUE(stream.matches(make_signature(secret, kBody))) << size;
        EXPECT_FALSE(stream.matches(kSignature)) << size;
    }
}
