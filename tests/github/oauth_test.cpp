#include "github/oauth.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::github;

namespace {

TEST(OAuthTest, TheChallengeIsThatOfTheStandard) {
    // RFC 7636, appendix B.
    EXPECT_EQ(
        make_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
}

TEST(OAuthTest, TheBrowserIsSentWithStateChallengeAndNothingMore) {
    const OAuthClient client{
        "Iv1.a", Secret{"hidden"}, "https://github.com", "https://ci.example.com/sign-in/github"};
    const auto url =
        authorize_url(client, {"st&te", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"});

    EXPECT_EQ(
        url,
        "https://github.com/login/oauth/authorize?client_id=Iv1.a&redirect_uri=https%3A%2F%2F"
        "ci.example.com%2Fsign-in%2Fgithub&state=st%26te&code_challenge="
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
    );
    auto asking = client;
    asking.asks_organizations = true;
    EXPECT_TRUE(authorize_url(asking, {"s", "v"}).ends_with("&scope=read%3Aorg"));
}

}  // namespace
