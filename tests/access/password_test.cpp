#include "access/password.hpp"

#include "base/text.hpp"
#include "support/random.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::access;

namespace {

const Secret kRight{"correct horse battery"};

std::string hash(const Secret& password, const std::string& salt = "0123456789abcdef") {
    return hash_password(password, salt).value();
}

}  // namespace

TEST(Password, KeepsItsParametersAndTheSaltButNotItself) {
    const auto stored = hash(kRight);

    EXPECT_TRUE(stored.starts_with("scrypt$17$8$1$" + to_hex("0123456789abcdef") + "$"));
    EXPECT_EQ(stored.find(kRight.reveal()), std::string::npos);
    EXPECT_NE(stored, hash(kRight, "fedcba9876543210"));
}

TEST(Password, FitsWhatItMadeAndNothingElse) {
    const auto stored = hash(kRight);

    EXPECT_TRUE(fits_password(kRight, stored));
    EXPECT_FALSE(fits_password(Secret{"correct horse batterz"}, stored));
    EXPECT_FALSE(fits_password(Secret{""}, stored));
    EXPECT_FALSE(fits_password(kRight, ""));
    EXPECT_FALSE(fits_password(kRight, "scrypt$17$8$1$00$"));
}

/// RFC 7914, section 12: N = 16384, r = 8, p = 1.
TEST(Password, AgreesWithTheStandardUnderItsParameters) {
    const std::string stored = "scrypt$14$8$1$" + to_hex("SodiumChloride") +
                               "$7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2";

    EXPECT_TRUE(fits_password(Secret{"pleaseletmein"}, stored));
    EXPECT_TRUE(is_outdated(stored));
    EXPECT_FALSE(is_outdated(hash(kRight)));
}

TEST(Password, RefusesCostsThatAStrangerMadeUp) {
    EXPECT_FALSE(fits_password(kRight, "scrypt$40$8$1$00$" + std::string(64, '0')));
    EXPECT_FALSE(fits_password(kRight, "scrypt$17$9999$1$00$" + std::string(64, '0')));
}

TEST(Password, HasAtLeastTenCharactersAndIsNotTheName) {
    EXPECT_TRUE(check_password_rules("ada", kRight));
    EXPECT_FALSE(check_password_rules("ada", Secret{"short"}));
    EXPECT_FALSE(check_password_rules("ada", Secret{std::string(257, 'x')}));
    EXPECT_FALSE(check_password_rules("ada.lovelace", Secret{"Ada.Lovelace"}));
}
