#include "access/forge_app.hpp"

#include "support/random.hpp"

#include <gtest/gtest.h>

using triphammer::testing::SeededRandom;

namespace triphammer::access {

namespace {

store::ForgeAppRow make_sealed(const Sealer& sealer) {
    store::ForgeAppRow row;
    row.app_id = "7";
    seal_forge_app(sealer, {Secret{"key"}, Secret{"webhook"}, Secret{"client"}, {}}, row);
    return row;
}

}  // namespace

TEST(ForgeApp, OpensWhatWasSealedAndKeepsNothingInClear) {
    SeededRandom random{1};
    const Sealer sealer{Secret{std::string(32, 'k')}, random};
    const auto row = make_sealed(sealer);

    const auto keys = open_forge_app(sealer, row);

    ASSERT_TRUE(keys);
    EXPECT_EQ(keys->private_key.reveal(), "key");
    EXPECT_EQ(keys->webhook_secret.reveal(), "webhook");
    EXPECT_EQ(keys->client_secret.reveal(), "client");
    EXPECT_EQ((row.private_key + row.webhook_secret).find("webhook"), std::string::npos);
}

TEST(ForgeApp, DoesNotOpenUnderAnotherAppOrInAnotherPlace) {
    SeededRandom random{1};
    const Sealer sealer{Secret{std::string(32, 'k')}, random};
    auto other = make_sealed(sealer);
    other.app_id = "8";
    auto swapped = make_sealed(sealer);
    std::swap(swapped.webhook_secret, swapped.client_secret);

    EXPECT_FALSE(open_forge_app(sealer, other));
    EXPECT_FALSE(open_forge_app(sealer, swapped));
}

}  // namespace triphammer::access
