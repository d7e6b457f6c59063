// What `image:` refuses before anything runs.
#include "workflow/problems.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::workflow;

namespace {

std::string problems_with(const std::string& keys) {
    return problems_of("on: push\njobs:\n  a:\n    image:\n      tags: app:1\n" + keys);
}

}  // namespace

TEST(ImageRules, TakeLoginsByRegistry) {
    EXPECT_EQ(
        problems_with(
            "      login:\n"
            "        docker.io: { username: me, token: \"${{ secrets.HUB }}\" }\n"
            "        \"r.test:5000\": { username: me, password: \"${{ secrets.R }}\" }\n"
            "        ecr: { region: eu-west-1, create: true, lifecycle: p.json, scan: true }\n"
            "      builder: buildkit\n      keep: { count: 3, days: 30 }\n"
            "      smoke: app --version\n      platforms: linux/arm64\n"
            "      cache-from: [app:cache]\n      no-cache: true\n      pull: true\n"
        ),
        ""
    );
    const auto spec =
        *read(
             "on: push\njobs:\n  a:\n    image:\n      tags: app:1\n      login:\n"
             "        r.test: { token: \"${{ secrets.R }}\" }\n        ecr: { region: x }\n"
        )
             .jobs.front()
             .image;
    ASSERT_EQ(spec.logins.size(), 1U);
    EXPECT_EQ(spec.logins.front().registry, "r.test");
    EXPECT_EQ(spec.ecr->region.text, "x");
}

TEST(ImageRules, RefuseALoginThatIsNone) {
    EXPECT_EQ(
        problems_with("      login: { docker.io: { username: me, password: plain } }\n"),
        "6:53 plain-secret"
    );
    EXPECT_EQ(problems_with("      login: { docker.io: { username: me } }\n"), "6:27 missing-key");
    EXPECT_EQ(problems_with("      login: { ecr: { create: true } }\n"), "6:21 missing-key");
    EXPECT_EQ(problems_with("      builder: kaniko\n"), "6:16 unknown-value");
}

TEST(ImageRules, RefuseSecretsThatWouldStayInTheImage) {
    EXPECT_EQ(
        problems_with("      build-args: { TOKEN: \"${{ secrets.TOKEN }}\" }\n"),
        "6:28 secret-in-image"
    );
}
