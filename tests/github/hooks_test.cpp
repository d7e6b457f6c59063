#include "github/hooks.hpp"

#include <gmock/gmock.h>

using namespace triphammer;
using namespace triphammer::github;
using ::testing::HasSubstr;

namespace {

ApiAnswer answer(int status, http::Headers headers = {}, std::string body = "{}") {
    ApiAnswer out;
    out.status = status;
    out.headers = std::move(headers);
    out.body = std::move(body);
    return out;
}

}  // namespace

TEST(ExplainRefusal, NamesTheScopesThatAClassicTokenLacks) {
    const http::Headers headers{
        {"X-OAuth-Scopes", "repo"}, {"X-Accepted-OAuth-Scopes", "admin:repo_hook"}};

    const auto error = explain_refusal(answer(404, headers), "the hook of o/r", "Webhooks");

    EXPECT_EQ(error.code, Code::not_found);
    EXPECT_THAT(error.message, HasSubstr("has the scopes 'repo', and needs admin:repo_hook"));
}

TEST(ExplainRefusal, NamesThePermissionThatAFineGrainedTokenLacks) {
    const http::Headers headers{{"X-Accepted-GitHub-Permissions", "repository_hooks=write"}};

    const auto error = explain_refusal(answer(403, headers), "it", "Webhooks: read and write");

    EXPECT_EQ(error.code, Code::refused);
    EXPECT_THAT(error.message, HasSubstr("Webhooks: read and write (repository_hooks=write)"));
}

TEST(ExplainRefusal, SaysWhereAnOrganizationLetsTheTokenIn) {
    const http::Headers headers{{"X-GitHub-SSO", "required; url=https://github.com/orgs/o/sso"}};

    const auto error = explain_refusal(answer(403, headers), "it", "Webhooks");

    EXPECT_THAT(error.message, HasSubstr("https://github.com/orgs/o/sso"));
}

TEST(ExplainRefusal, TakesARateLimitForNoLackOfRights) {
    auto limited = answer(403);
    limited.wait_until = from_unix_ms(1'000);

    const auto error = explain_refusal(limited, "it", "Webhooks");

    EXPECT_EQ(error.code, Code::unavailable);
    EXPECT_THAT(error.message, HasSubstr("1970-01-01T00:00:01"));
}

TEST(ExplainRefusal, GivesTheReasonsOfAValidation) {
    const std::string body =
        R"({"message":"Validation Failed","errors":[{"message":"url is local"},"no more hooks"]})";

    const auto error = explain_refusal(answer(422, {}, body), "it", "Webhooks");

    EXPECT_EQ(error.code, Code::invalid);
    EXPECT_THAT(error.message, HasSubstr("Validation Failed: url is local: no more hooks"));
}

TEST(ExplainRefusal, LivesWithABodyThatIsNoJson) {
    const auto error = explain_refusal(answer(502, {}, "<html>"), "it", "Webhooks");

    EXPECT_EQ(error.code, Code::unavailable);
    EXPECT_THAT(error.message, HasSubstr("no reason given"));
}
