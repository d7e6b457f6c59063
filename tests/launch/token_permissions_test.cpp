#include "launch/token_permissions.hpp"

#include <gtest/gtest.h>

namespace triphammer::launch {
namespace {

using github::Permissions;
using Scopes = std::vector<std::pair<std::string, std::string>>;

std::optional<model::Permissions> some(const Scopes& scopes) {
    model::Permissions out;
    out.scopes = scopes;
    return out;
}

std::optional<model::Permissions> all(const std::string& access) {
    model::Permissions out;
    out.all = access;
    return out;
}

Permissions make(const PermissionLevels& levels, bool is_read_only = false) {
    return make_token_permissions(levels, is_read_only);
}

}  // namespace

TEST(TokenPermissions, AreGitHubsRestrictedDefaultWhereTheFileSaysNothing) {
    const Permissions expected{{"contents", "read"}, {"metadata", "read"}, {"packages", "read"}};

    EXPECT_EQ(make({{}}), expected);
}

TEST(TokenPermissions, AreWhatIsNamedAndNothingElse) {
    const Permissions expected{
        {"issues", "write"}, {"metadata", "read"}, {"pull_requests", "read"}};

    EXPECT_EQ(
        make({some({{"issues", "write"}, {"pull-requests", "read"}, {"checks", "none"}})}), expected
    );
    EXPECT_EQ(make({some({})}), (Permissions{{"metadata", "read"}}));
}

TEST(TokenPermissions, LeaveOutWhatNoInstallationCanGive) {
    EXPECT_EQ(
        make({some({{"id-token", "write"}, {"models", "read"}})}),
        (Permissions{{"metadata", "read"}})
    );
}

TEST(TokenPermissions, OfAllAreOfEveryScope) {
    const auto written = make({all("write")});

    EXPECT_EQ(written.size(), 16U);
    EXPECT_EQ(written.at("security_events"), "write");
    EXPECT_EQ(written.at("metadata"), "read");
    EXPECT_EQ(make({all("read")}).at("contents"), "read");
}

TEST(TokenPermissions, OnlyShrinkOnTheWayDown) {
    const auto caller = some({{"contents", "read"}, {"issues", "write"}});

    EXPECT_EQ(make({caller, {}}), make({caller}));
    EXPECT_EQ(
        make({caller, some({{"contents", "write"}, {"checks", "write"}})}),
        (Permissions{{"contents", "read"}, {"metadata", "read"}})
    );
    EXPECT_EQ(
        make({{}, some({{"contents", "write"}})}),
        (Permissions{{"contents", "read"}, {"metadata", "read"}})
    );
}

TEST(TokenPermissions, AreToReadOnlyForTheCodeOfStrangers) {
    EXPECT_EQ(
        make({some({{"contents", "write"}})}, true),
        (Permissions{{"contents", "read"}, {"metadata", "read"}})
    );
}

TEST(TokenPermissions, AreSaidAsTheFileSaysThem) {
    EXPECT_EQ(
        describe({{"contents", "read"}, {"pull_requests", "write"}}),
        "contents: read, pull-requests: write"
    );
}

}  // namespace triphammer::launch
