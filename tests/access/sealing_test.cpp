#include "access/sealing.hpp"

#include "support/random.hpp"

#include <gtest/gtest.h>

#include <set>

using namespace triphammer;
using namespace triphammer::access;

namespace {

constexpr std::size_t kNonceAt = 5;
constexpr std::size_t kNonceBytes = 12;

Secret key_of(char byte) {
    return Secret{std::string(32, byte)};
}

const Binding kPlace{"secret", "7", "production", "TOKEN"};

}  // namespace

TEST(Sealing, OpensWhatItSealed) {
    SystemRandom random;
    const Sealer sealer{key_of('k'), random};

    for (const auto* plain : {"", "x", "a longer value\nwith lines"}) {
        EXPECT_EQ(sealer.open(sealer.seal(plain, kPlace), kPlace)->reveal(), plain);
    }
    const std::string large(1 << 20, 'z');
    EXPECT_EQ(sealer.open(sealer.seal(large, kPlace), kPlace)->reveal(), large);
}

TEST(Sealing, DoesNotOpenInAnotherPlace) {
    SystemRandom random;
    const Sealer sealer{key_of('k'), random};
    const auto sealed = sealer.seal("value", kPlace);

    EXPECT_FALSE(sealer.open(sealed, {"secret", "8", "production", "TOKEN"}));
    EXPECT_FALSE(sealer.open(sealed, {"secret", "7", "", "productionTOKEN"}));
    EXPECT_FALSE(sealer.open(sealed, {"secret", "7", "production"}));
    EXPECT_FALSE(sealer.open(sealed, {}));
}

TEST(Sealing, DoesNotOpenWithAnotherKey) {
    SystemRandom random;
    const Sealer sealer{key_of('k'), random};
    const Sealer other{key_of('o'), random};

    const auto opened = other.open(sealer.seal("value", kPlace), kPlace);

    EXPECT_NE(opened.error().message.find("another master key"), std::string::npos);
    EXPECT_NE(sealer.check_value(), other.check_value());
}

TEST(Sealing, NoticesEveryChangedBitAndEveryCut) {
    SystemRandom random;
    const Sealer sealer{key_of('k'), random};
    const auto sealed = sealer.seal("value", kPlace);

    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        auto changed = sealed;
        changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
        EXPECT_FALSE(sealer.open(changed, kPlace)) << bit;
    }
    for (std::size_t size = 0; size < sealed.size(); ++size) {
        EXPECT_FALSE(sealer.open(sealed.substr(0, size), kPlace)) << size;
    }
}

TEST(Sealing, UsesEachNonceOnce) {
    SystemRandom random;
    const Sealer sealer{key_of('k'), random};
    std::set<std::string> nonces;

    for (int i = 0; i < 100'000; ++i) {
        nonces.insert(sealer.seal("value", kPlace).substr(kNonceAt, kNonceBytes));
    }

    EXPECT_EQ(nonces.size(), 100'000U);
}

TEST(Sealing, RefusesAKeyOfAnotherLength) {
    SystemRandom random;

    EXPECT_THROW((Sealer{Secret{"short"}, random}), std::logic_error);
}
