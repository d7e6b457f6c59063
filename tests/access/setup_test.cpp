#include "access/setup.hpp"

#include "support/clock.hpp"
#include "support/database.hpp"
#include "support/random.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

using namespace triphammer;
using namespace triphammer::access;
using namespace triphammer::testing;

namespace {

struct SetupTest : ::testing::Test {
    ManualClock clock;
    SeededRandom random{1};
    InlineDatabase database{clock};

    std::string create() {
        return database
            .write([&](store::Transaction& tx) { return create_setup_link(tx, random, "start"); })
            ->reveal();
    }

    Result<Secret> use(const std::string& token) {
        return database.write([&](store::Transaction& tx) {
            return use_setup_link(tx, random, token);
        });
    }

    Result<Principal> check(const std::string& cookie) {
        return database.read([&](store::Connection& db) {
            return check_session(db, cookie, clock.now());
        });
    }

    void touch(const std::string& cookie) {
        database.write([&](store::Transaction& tx) { return touch_session(tx, cookie); }).value();
    }
};

constexpr Milliseconds kHour{3600 * 1000};

}  // namespace

TEST_F(SetupTest, OpensTheSessionOfAnAdminOnce) {
    const auto token = create();

    const auto cookie = use(token).value().reveal();

    EXPECT_EQ(check(cookie)->role, Role::admin);
    EXPECT_GE(cookie.size(), 32U);
    EXPECT_EQ(use(token).error().code, Code::unauthorized);
}

TEST_F(SetupTest, IsDeadAfterAQuarterOfAnHourOrANewerLink) {
    const auto first = create();
    const auto second = create();

    EXPECT_FALSE(use(first));
    clock.advance(kSetupLinkLife + Milliseconds{1});
    EXPECT_FALSE(use(second));
    EXPECT_FALSE(use("guess"));
}

TEST_F(SetupTest, ASessionEndsWithLogout) {
    const auto cookie = use(create())->reveal();

    database.write([&](store::Transaction& tx) { return end_session(tx, cookie); }).value();

    EXPECT_EQ(check(cookie).error().code, Code::unauthorized);
}

TEST_F(SetupTest, ASessionEndsWhenIdleAndAtItsAbsoluteLimit) {
    const auto idle = use(create())->reveal();
    const auto busy = use(create())->reveal();

    clock.advance(kSessionIdle);
    touch(busy);
    clock.advance(kHour);

    EXPECT_FALSE(check(idle));
    EXPECT_TRUE(check(busy));
    while (check(busy)) {
        touch(busy);
        clock.advance(kHour);
        ASSERT_LE(clock.now().time_since_epoch().count(), 1'700'000'000'000 + 30 * 24 * 3600'000LL);
    }
    EXPECT_GE(clock.now(), from_unix_ms(1'700'000'000'000) + kSessionLife);
}

TEST_F(SetupTest, WritesTheLinkForItsUserOnly) {
    ASSERT_TRUE(write_setup_link(database.folder.path(), Secret{"http://127.0.0.1/setup?token=x"}));

    struct stat facts {};

    ASSERT_EQ(::stat((database.folder / "setup-link").c_str(), &facts), 0);

    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST(SessionCookie, IsSecureWhereAsked) {
    EXPECT_EQ(
        make_session_cookie(Secret{"abc"}, true),
        "triphammer_session=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800; Secure"
    );
    EXPECT_EQ(make_session_cookie(Secret{"abc"}, false).find("Secure"), std::string::npos);
}
