#include "access/tokens.hpp"

#include "base/file.hpp"
#include "support/clock.hpp"
#include "support/database.hpp"
#include "support/random.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::access;
using namespace triphammer::testing;

namespace {

struct TokensTest : ::testing::Test {
    ManualClock clock;
    SeededRandom random{1};
    InlineDatabase database{clock};

    Result<Secret> create(const NewToken& token) {
        return database.write([&](store::Transaction& tx) {
            return create_token(tx, random, token);
        });
    }

    Result<Principal> check(const std::string& text) {
        return database.read([&](store::Connection& db) {
            return check_token(db, text, clock.now());
        });
    }
};

}  // namespace

TEST_F(TokensTest, GivesTheRoleItWasMadeWith) {
    const auto text = create({"ci", Role::developer, {}, {}, "ada"}).value();

    const auto who = check(text.reveal()).value();

    EXPECT_EQ(who, (Principal{"token:ci", Role::developer, {}, "token:1", {}}));
    EXPECT_TRUE(text.reveal().starts_with("th_"));
    EXPECT_EQ(text.reveal().size(), 3U + 64U);
}

TEST_F(TokensTest, IsOverWhenItExpiresOrIsRevoked) {
    const auto expiring = create({"a", Role::viewer, {}, clock.now() + Milliseconds{10}, "ada"});
    const auto revoked = create({"b", Role::viewer, {}, {}, "ada"});
    const auto revoke = [&] {
        return database.write([&](store::Transaction& tx) { return revoke_token(tx, "b", "ada"); });
    };
    ASSERT_TRUE(check(expiring->reveal()));
    ASSERT_TRUE(check(revoked->reveal()));

    clock.advance(Milliseconds{11});
    ASSERT_TRUE(revoke());

    EXPECT_EQ(check(expiring->reveal()).error(), check(revoked->reveal()).error());
    EXPECT_EQ(check(expiring->reveal()).error().code, Code::unauthorized);
    EXPECT_EQ(revoke().error().code, Code::not_found);
}

TEST_F(TokensTest, RefusesUnknownTextAndNamesInUse) {
    ASSERT_TRUE(create({"ci", Role::viewer, {}, {}, "ada"}));

    EXPECT_EQ(create({"ci", Role::admin, {}, {}, "ada"}).error().code, Code::conflict);
    EXPECT_EQ(create({"a b", Role::admin, {}, {}, "ada"}).error().code, Code::invalid);
    EXPECT_FALSE(check("th_" + std::string(64, '0')));
    EXPECT_FALSE(check(""));
}

TEST_F(TokensTest, IsStoredAsADigestOnly) {
    const auto text = create({"ci", Role::viewer, {}, {}, "ada"}).value();

    const auto bytes = read_file(database.folder / "t.db", 1 << 24).value() +
                       read_file(database.folder / "t.db-wal", 1 << 24).value();

    EXPECT_EQ(bytes.find(text.reveal()), std::string::npos);
    EXPECT_EQ(bytes.find(text.reveal().substr(3)), std::string::npos);
}
