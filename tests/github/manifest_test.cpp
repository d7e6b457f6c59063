#include "github/manifest.hpp"

#include "github/hooks.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace triphammer::github {

TEST(MakeManifest, SaysWhereEventsAndPeopleGo) {
    const ManifestWish wish{
        "ci", "https://ci.example.com", "https://ci.example.com/webhooks/github"};

    const auto manifest = nlohmann::json::parse(make_manifest(wish));

    EXPECT_EQ(manifest["hook_attributes"]["url"], "https://ci.example.com/webhooks/github");
    EXPECT_EQ(manifest["hook_attributes"]["active"], true);
    EXPECT_EQ(manifest["redirect_url"], "https://ci.example.com/connect/github");
    EXPECT_EQ(manifest["setup_url"], "https://ci.example.com/connect/github");
    EXPECT_EQ(manifest["public"], false);
    EXPECT_EQ(manifest["default_events"].size(), hook_events().size() + 2);
    EXPECT_EQ(manifest["default_permissions"]["statuses"], "write");
}

TEST(AppPermissions, LetJobsWriteContentsOnlyWhereAskedFor) {
    EXPECT_EQ(app_permissions(false).at("contents"), "read");
    EXPECT_EQ(app_permissions(true).at("contents"), "write");
}

TEST(SuggestAppName, FitsGithubsLimit) {
    EXPECT_EQ(suggest_app_name("https://ci.example.com:8443"), "triphammer ci.example.com");
    EXPECT_EQ(suggest_app_name("https://" + std::string(60, 'a')).size(), 34U);
}

TEST(ManifestTarget, IsThePersonsOrTheOrganizationsPage) {
    EXPECT_EQ(
        manifest_target("https://github.com", "", "s").value(),
        "https://github.com/settings/apps/new?state=s"
    );
    EXPECT_EQ(
        manifest_target("https://ghe.example", "acme", "s").value(),
        "https://ghe.example/organizations/acme/settings/apps/new?state=s"
    );
    EXPECT_FALSE(manifest_target("https://github.com", "a/b", "s"));
}

}  // namespace triphammer::github
