#include "access/users.hpp"

#include "access/setup.hpp"
#include "base/digest.hpp"
#include "store/sqlite/change_store.hpp"
#include "support/clock.hpp"
#include "support/database.hpp"
#include "support/random.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::access;
using namespace triphammer::testing;

namespace {

struct UsersTest : ::testing::Test {
    ManualClock clock;
    SeededRandom random{1};
    InlineDatabase database{clock};

    Result<Secret> add(const std::string& name, Role role = Role::developer) {
        return database.write([&](store::Transaction& tx) -> Result<Secret> {
            if (auto added = add_user(tx, name, role, "test"); !added) return added.error();
            return invite_user(tx, random, name, "test");
        });
    }

    Result<Secret> invite(const std::string& name) {
        return database.write([&](store::Transaction& tx) {
            return invite_user(tx, random, name, "test");
        });
    }

    Result<Secret> accept(const Secret& link, const std::string& name, std::string hash = "h1") {
        return database.write([&](store::Transaction& tx) {
            return accept_invitation(tx, random, link.reveal(), {name, std::move(hash)});
        });
    }

    std::optional<store::UserRow> find(const std::string& name) {
        const auto find_it = [&](store::Connection& db) -> Result<std::optional<store::UserRow>> {
            return store::find_user_by_name(db, name);
        };
        return database.read(find_it).value();
    }

    Result<Secret> enter(const store::UserRow& known, const std::string& renewed = {}) {
        return database.write([&](store::Transaction& tx) {
            return sign_in(tx, random, known, renewed);
        });
    }

    Result<Principal> check(const Secret& cookie) {
        return database.read([&](store::Connection& db) {
            return check_session(db, cookie.reveal(), clock.now());
        });
    }

    Result<std::vector<std::string>> change(const UserChange& wanted) {
        return database.write([&](store::Transaction& tx) { return change_user(tx, wanted); });
    }

    Result<Secret> make_setup_link() {
        return database.write([&](store::Transaction& tx) {
            return create_setup_link(tx, random, "test");
        });
    }
};

}  // namespace

TEST_F(UsersTest, ChooseAPasswordByALinkAndAreIn) {
    const auto link = add("ada").value();

    const auto cookie = accept(link, "ada").value();

    EXPECT_EQ(check(cookie).value(), (Principal{"user:ada", Role::developer, {}, "user:1", {}}));
    EXPECT_EQ(find("ADA")->password, "h1");
    EXPECT_EQ(accept(link, "ada").error().code, Code::unauthorized);
}

TEST_F(UsersTest, ALinkIsForItsUserAloneAndForThreeDays) {
    const auto link = add("ada").value();
    add("bob").value();

    EXPECT_EQ(accept(link, "bob").error().code, Code::unauthorized);
    clock.advance(kInvitationLife + Milliseconds{1});
    EXPECT_EQ(accept(link, "ada").error().code, Code::unauthorized);
    EXPECT_EQ(find("ada")->password, "");
}

TEST_F(UsersTest, ANewLinkEndsTheOldOneThePasswordAndTheSessions) {
    const auto first = add("ada").value();
    const auto cookie = accept(first, "ada").value();
    const auto second = invite("ada").value();

    EXPECT_EQ(check(cookie).error().code, Code::unauthorized);
    EXPECT_EQ(find("ada")->password, "");
    EXPECT_TRUE(accept(second, "ada", "h2"));
    EXPECT_EQ(find("ada")->password, "h2");
}

TEST_F(UsersTest, ALinkOfAnAdminMakesAnAdminsAccount) {
    const auto link = make_setup_link().value();

    const auto cookie = accept(link, "root").value();

    EXPECT_EQ(check(cookie).value(), (Principal{"user:root", Role::admin, {}, "user:1", {}}));
}

TEST_F(UsersTest, ALinkOfAnAdminGivesNobodyElsesAccountAndStaysGood) {
    add("ada").value();
    const auto link = make_setup_link().value();

    EXPECT_EQ(accept(link, "Ada").error().code, Code::conflict);
    EXPECT_EQ(find("ada")->password, "");
    EXPECT_TRUE(accept(link, "root"));
}

TEST_F(UsersTest, AUsersLinkOpensNoAdminsSession) {
    const auto link = add("ada").value();
    const auto used = database.write([&](store::Transaction& tx) {
        return use_setup_link(tx, random, link.reveal());
    });

    EXPECT_EQ(used.error().code, Code::unauthorized);
    EXPECT_TRUE(accept(link, "ada"));
}

TEST_F(UsersTest, AnotherRoleOrADisabledAccountEndsItsSessionsAtOnce) {
    const auto cookie = accept(add("ada").value(), "ada").value();
    ASSERT_TRUE(change({"ada", Role::viewer, {}, "test"}));
    EXPECT_FALSE(check(cookie));

    const auto again = enter(*find("ada")).value();
    EXPECT_EQ(check(again)->role, Role::viewer);
    ASSERT_TRUE(change({"ada", {}, true, "test"}));
    EXPECT_FALSE(check(again));
    EXPECT_EQ(enter(*find("ada")).error().code, Code::unauthorized);
    EXPECT_EQ(invite("ada").error().code, Code::conflict);

    ASSERT_TRUE(change({"ada", {}, false, "test"}));
    EXPECT_TRUE(enter(*find("ada")));
    EXPECT_FALSE(check(again));
}

TEST_F(UsersTest, TheSessionOfADisabledAccountsSetUpLinkEndsAndWhatFollowsByItHears) {
    ASSERT_TRUE(accept(add("eve", Role::admin).value(), "eve"));
    const auto open = [&](store::Transaction& tx) -> Result<Secret> {
        const auto link = create_setup_link(tx, random, "user:eve");
        return use_setup_link(tx, random, link.value().reveal());
    };
    const auto cookie = database.write(open).value();
    const auto principal = check(cookie).value();

    ASSERT_TRUE(change({"eve", {}, true, "test"}));

    EXPECT_FALSE(check(cookie));
    const auto list = [](store::Connection& db) -> Result<std::vector<store::ChangeRow>> {
        return store::list_changes(db, 0, 100);
    };
    const auto changes = database.read(list).value();
    EXPECT_TRUE(std::any_of(changes.begin(), changes.end(), [&](const store::ChangeRow& row) {
        return row.subject == "session" && row.to_state == "ended" && row.actor == principal.actor;
    }));
}

TEST_F(UsersTest, SessionsWithoutAnAccountEndWithTheNextDisablingButTheOneThatAsksForIt) {
    ASSERT_TRUE(accept(add("eve").value(), "eve"));
    const auto open = [&](store::Transaction& tx) -> Result<Secret> {
        const auto link = create_setup_link(tx, random, "socket:root");
        return use_setup_link(tx, random, link.value().reveal());
    };
    const auto asking = database.write(open).value();
    const auto other = database.write(open).value();
    EXPECT_TRUE(is_without_account(check(other).value()));

    ASSERT_TRUE(change({"eve", Role::viewer, {}, "setup-link", asking.reveal()}));
    EXPECT_TRUE(check(other)) << "another role is no disabling";
    ASSERT_TRUE(change({"eve", {}, true, "setup-link", asking.reveal()}));

    EXPECT_TRUE(check(asking));
    EXPECT_FALSE(check(other));
}

TEST_F(UsersTest, APasswordThatChangedWhileItWasCheckedLetsNobodyIn) {
    accept(add("ada").value(), "ada").value();
    const auto before = *find("ada");
    accept(invite("ada").value(), "ada", "h2").value();

    EXPECT_EQ(enter(before).error().code, Code::unauthorized);
}

TEST_F(UsersTest, AnOutdatedHashIsReplacedAtSignIn) {
    accept(add("ada").value(), "ada", "weak").value();

    ASSERT_TRUE(enter(*find("ada"), "strong"));

    EXPECT_EQ(find("ada")->password, "strong");
}

TEST_F(UsersTest, AChangedPasswordEndsTheOtherSessions) {
    const auto here = accept(add("ada").value(), "ada").value();
    const auto there = enter(*find("ada")).value();
    const auto user = *find("ada");
    const auto changed = database.write([&](store::Transaction& tx) {
        return change_password(tx, user, "h2", here.reveal());
    });

    ASSERT_TRUE(changed);
    EXPECT_TRUE(check(here));
    EXPECT_FALSE(check(there));
}

TEST_F(UsersTest, NamesAreTakenWhateverTheirCase) {
    add("ada").value();

    EXPECT_EQ(add("ADA").error().code, Code::conflict);
    EXPECT_EQ(add("").error().code, Code::invalid);
    EXPECT_EQ(add("a b").error().code, Code::invalid);
    EXPECT_EQ(invite("nobody").error().code, Code::not_found);
}
