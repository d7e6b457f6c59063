#include "access/github_accounts.hpp"

#include "access/setup.hpp"
#include "access/users.hpp"
#include "support/clock.hpp"
#include "support/database.hpp"
#include "support/random.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::access;
using namespace triphammer::testing;

namespace {

const github::Person kMember{4711, "ada", {{9, "Acme"}}};

struct GithubAccountsTest : ::testing::Test {
    ManualClock clock;
    SeededRandom random{1};
    InlineDatabase database{clock};
    GithubRules rules{{"acme"}, {}, Role::developer};

    /// The account's name, or why not.
    std::string enter(const github::Person& person) {
        const auto entry = database.write([&](store::Transaction& tx) {
            return enter_by_github(tx, random, rules, person);
        });
        return entry ? entry->user.name + " " + entry->user.role : entry.error().message;
    }

    void add(const std::string& name, const std::string& password = "hash") {
        const auto added = database.write([&](store::Transaction& tx) -> Result<> {
            if (auto done = add_user(tx, name, Role::viewer, "test"); !done) return done;
            store::set_password(tx, *store::find_user_by_name(tx, name), password, "test");
            return {};
        });
        ASSERT_TRUE(added);
    }

    Result<> link(const std::string& name, const github::Person& person) {
        return database.write([&](store::Transaction& tx) {
            return link_github(tx, store::find_user_by_name(tx, name)->id, person, "test");
        });
    }

    Result<> unlink(const std::string& name) {
        return database.write([&](store::Transaction& tx) {
            return unlink_github(tx, name, "test");
        });
    }
};

TEST_F(GithubAccountsTest, WhoIsMeantByTheRulesGetsAnAccountThatFollowsTheNumber) {
    EXPECT_EQ(enter(kMember), "ada developer");
    EXPECT_EQ(enter({4711, "lovelace", {{9, "acme"}}}), "ada developer");
    EXPECT_NE(enter({12, "ada", {{9, "acme"}}}).find("called ada"), std::string::npos);
}

TEST_F(GithubAccountsTest, ANameOfAnOrganizationIsTheFirstOnesForEver) {
    enter(kMember);

    EXPECT_NE(enter({5, "eve", {{10, "acme"}}}).find("does not belong"), std::string::npos);
    EXPECT_EQ(enter({4711, "ada", {{9, "acme-inc"}}}), "ada developer") << "it got another name";
    rules.organizations = {"10"};
    EXPECT_EQ(enter({5, "eve", {{10, "acme"}}}), "eve developer");
}

TEST_F(GithubAccountsTest, PeopleMayBeNamedByNumberOrByName) {
    rules = {{}, {"7", "bob"}, Role::none};

    EXPECT_EQ(enter({7, "seven", {}}), "seven none");
    EXPECT_EQ(enter({8, "Bob", {}}), "Bob none");
    EXPECT_NE(enter({9, "7", {}}).find("does not belong"), std::string::npos)
        << "a name like a number";
    rules = {};
    EXPECT_NE(enter({10, "eve", {}}).find("no account here is linked"), std::string::npos);
}

TEST_F(GithubAccountsTest, ALinkedAccountComesInWhoeverTheRulesMean) {
    add("bob");
    ASSERT_TRUE(link("bob", {12, "rob", {}}));

    EXPECT_EQ(enter({12, "rob", {}}), "bob viewer");
    EXPECT_EQ(link("bob", {13, "other", {}}).error().code, Code::conflict);
    add("eve");
    EXPECT_EQ(link("eve", {12, "rob", {}}).error().code, Code::conflict);
    ASSERT_TRUE(unlink("bob"));
    EXPECT_NE(enter({12, "rob", {}}).find("does not belong"), std::string::npos);
    EXPECT_EQ(unlink("bob").error().code, Code::not_found);
}

TEST_F(GithubAccountsTest, WhoLeftAndWhoIsDisabledStaysOutside) {
    enter(kMember);
    EXPECT_NE(enter({4711, "ada", {}}).find("does not belong"), std::string::npos);
    EXPECT_EQ(unlink("ada").error().code, Code::conflict) << "it has no other way in";

    const auto disabled = database.write([](store::Transaction& tx) {
        return change_user(tx, {"ada", {}, true, "test"});
    });
    ASSERT_TRUE(disabled);
    EXPECT_NE(enter(kMember).find("disabled"), std::string::npos);
}

}  // namespace
