#include "base/digest.hpp"

#include "base/text.hpp"

#include <gtest/gtest.h>

using namespace triphammer;

TEST(Digest, HmacSumsAKeyThatIsLongerThanABlock) {
    // RFC 4231, test case 6.
    const auto mac = hmac_sha256(
        std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"
    );

    EXPECT_EQ(
        to_hex({reinterpret_cast<const char*>(mac.data()), mac.size()}),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    );
}

TEST(Digest, HmacKnowsGitHubsPublishedVector) {
    const auto mac = hmac_sha256("It's a Secret to Everybody", "Hello, World!");

    EXPECT_EQ(
        to_hex({reinterpret_cast<const char*>(mac.data()), mac.size()}),
        "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    );
}

TEST(Digest, StreamEqualsWhole) {
    Sha256Stream stream;
    stream.update("ab");
    stream.update("c");

    EXPECT_EQ(stream.hex(), sha256_hex("abc"));
    EXPECT_EQ(stream.hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, CrcKnowsTheVectorsOfTheRfc) {
    EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aaU);
    EXPECT_EQ(crc32c("123456789"), 0xe3069283U);
    EXPECT_EQ(crc32c("6789", crc32c("12345")), 0xe3069283U);
}
