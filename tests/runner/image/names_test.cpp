#include "runner/image/names.hpp"

#include "base/text.hpp"
#include "runner/image/name_text.hpp"

#include <gtest/gtest.h>

namespace triphammer::runner {
namespace {

const std::string kSha = "0123456789012345678901234567890123456789";

std::string names(ImageOccasion occasion, std::vector<std::string> tags, std::string flavor = "") {
    occasion.sha = kSha;
    occasion.default_branch = "main";
    ImageRules rules;
    rules.images = {"Acme/app"};
    rules.tags = std::move(tags);
    if (!flavor.empty()) rules.flavor = {std::move(flavor)};
    const auto made = make_image_names(occasion, rules);
    return made ? join(made->tags, " ") : made.error().message;
}

const ImageOccasion kBranch{"push", "refs/heads/feature/x", "", "", ""};
const ImageOccasion kMain{"push", "refs/heads/main", "", "", ""};
const ImageOccasion kTag{"push", "refs/tags/v1.2.3", "", "", ""};
const ImageOccasion kPull{"pull_request", "refs/pull/7/merge", "", "", "7"};

TEST(ImageNames, TheUsualRulesNameBranchTagAndPullRequest) {
    EXPECT_EQ(names(kBranch, {}), "acme/app:feature-x");
    EXPECT_EQ(names(kTag, {}), "acme/app:v1.2.3 acme/app:latest");
    EXPECT_EQ(names(kPull, {}), "acme/app:pr-7");
    EXPECT_EQ(
        names({"schedule", "refs/heads/main", "", "", ""}, {"type=schedule"}), "acme/app:nightly"
    );
}

TEST(ImageNames, AVersionTagHasItsParts) {
    EXPECT_EQ(
        names(kTag, {"type=semver,pattern={{version}}", "type=semver,pattern={{major}}.{{minor}}"}),
        "acme/app:1.2.3 acme/app:1.2 acme/app:latest"
    );
    EXPECT_EQ(
        names(
            {"push", "refs/tags/v2.0.0-rc.1", "", "", ""},
            {"type=semver,pattern={{version}}", "type=semver,pattern={{major}}"}
        ),
        "acme/app:2.0.0-rc.1"
    );
    EXPECT_EQ(names(kBranch, {"type=semver,pattern={{version}}"}), "");
}

TEST(ImageNames, AVersionIsOneBySemverOrgOrNone) {
    for (const std::string good :
         {"0.0.0",
          "v1.2.3",
          "10.20.30",
          "1.0.0-0.3.7",
          "1.0.0-x-y.z",
          "1.0.0-0a1",
          "1.0.0+001.a"}) {
        EXPECT_TRUE(read_semver(good)) << good;
    }
    for (const std::string bad :
         {"",
          "1.2",
          "1.2.3.4",
          "01.2.3",
          "1.02.3",
          "1.2.00",
          "1..3",
          "1.2.+3",
          "1.0.0-",
          "1.0.0-a..b",
          "1.0.0-01",
          "1.0.0-rc.01",
          "1.0.0-a_b",
          "1.0.0+",
          "1.0.0+a+b",
          "vv1.2.3",
          "1.2.99999999999999999999"}) {
        EXPECT_FALSE(read_semver(bad)) << bad;
    }
}

TEST(ImageNames, RulesCanBeSwitchedSortedAndDecorated) {
    EXPECT_EQ(
        names(
            kMain, {"type=sha", "type=raw,value=edge-x,enable={{is_default_branch}}", "type=edge"}
        ),
        "acme/app:edge acme/app:edge-x acme/app:sha-0123456"
    );
    EXPECT_EQ(names(kBranch, {"type=raw,value=a,enable={{is_default_branch}}", "b"}), "acme/app:b");
    EXPECT_EQ(
        names(kMain, {"type=sha,prefix=,format=long"}, "latest=true"),
        "acme/app:" + kSha + " acme/app:latest"
    );
    EXPECT_EQ(
        names(kTag, {"type=ref,event=tag"}, "latest=false,suffix=-alpine"), "acme/app:v1.2.3-alpine"
    );
}

TEST(ImageNames, ATagIsTakenApartByExpressionsAndByPythonsRules) {
    const ImageOccasion early{"push", "refs/tags/v1.0-alpha.2", "", "", ""};
    EXPECT_EQ(
        names(kTag, {"type=match,pattern=v(\\d+\\.\\d+),group=1"}), "acme/app:1.2 acme/app:latest"
    );
    EXPECT_EQ(names(kTag, {"type=match,pattern=/\\d+/"}), "acme/app:1 acme/app:latest");
    EXPECT_EQ(names(kTag, {"type=match,\"pattern=x{1,2}\""}), "");
    EXPECT_EQ(names(kMain, {"type=match,pattern=x"}), "");
    EXPECT_EQ(
        names(kMain, {"type=semver,pattern={{major}},match=app-(.*),value=app-4.5.6+7"}),
        "acme/app:4 acme/app:latest"
    );
    EXPECT_EQ(
        names(kTag, {"type=pep440,pattern={{version}}", "type=pep440,pattern={{major}}.{{minor}}"}),
        "acme/app:1.2.3 acme/app:1.2 acme/app:latest"
    );
    EXPECT_EQ(names(early, {"type=pep440,pattern={{major}}"}), "acme/app:1.0a2");
    EXPECT_EQ(
        names(kMain, {"type=pep440,pattern={{version}},value=1.post3.dev1"}),
        "acme/app:1.post3.dev1"
    );
    EXPECT_EQ(names(kMain, {"type=pep440,pattern={{version}},value=one"}), "");
}

TEST(ImageNames, ExpressionsStandAnywhere) {
    auto at = kMain;
    at.base_ref = "stable";
    at.now = *parse_rfc3339("2026-03-04T05:06:07.089Z");
    at.committed = *parse_rfc3339("2025-12-31T23:59:58Z");
    EXPECT_EQ(
        names(at, {"type=raw,value={{date 'YYYYMMDD-HHmmss'}},suffix=-{{ sha }}"}),
        "acme/app:20260304-050607-0123456"
    );
    EXPECT_EQ(names(at, {"type=raw,value={{commit_date 'YY.M.D' tz='UTC'}}"}), "acme/app:25.12.31");
    EXPECT_EQ(
        names(at, {"type=raw,value={{date 'D.M.H.m.s.SSS.X'}}"}),
        "acme/app:4.3.5.6.7.089.1772600767"
    );
    EXPECT_EQ(
        names(at, {"{{base_ref}}", "type=raw,value=x,enable={{is_not_default_branch}}"}),
        "acme/app:stable"
    );
    EXPECT_EQ(
        names(
            {"schedule", "refs/heads/main", "", "", "", {}, at.now},
            {"type=schedule,pattern={{date 'YYYY'}}"}
        ),
        "acme/app:2026"
    );
}

TEST(ImageNames, AFlavorYieldsToTheRuleAndIsOnLatestWhereItSaysSo) {
    EXPECT_EQ(
        names(kMain, {"a", "type=sha", "type=raw,value=b,prefix=,suffix=!x"}, "prefix=p-"),
        "acme/app:p-a acme/app:b-x acme/app:sha-0123456"
    );
    EXPECT_EQ(
        names(kTag, {"type=ref,event=tag"}, "suffix=-slim,onlatest=true"),
        "acme/app:v1.2.3-slim acme/app:latest-slim"
    );
    EXPECT_EQ(names(kMain, {"a"}, "colour=red"), "flavor: 'colour=red' is not supported");
}

TEST(ImageNames, ImagesHaveNamesAndMayBeSwitchedOff) {
    auto occasion = kMain;
    occasion.sha = kSha;
    const auto tags = [&](std::vector<std::string> images) {
        const auto made = make_image_names(occasion, {std::move(images), {"a"}, {}});
        return made ? join(made->tags, " ") : made.error().message;
    };
    EXPECT_EQ(tags({"name=one,enable=true", "enable=false,name=two", "Three"}), "one:a three:a");
    EXPECT_EQ(tags({"one,ghcr.io/two"}), "one:a ghcr.io/two:a");
    EXPECT_EQ(tags({}), "a");
    EXPECT_EQ(tags({"enable=true"}), "images: 'enable=true' names no image");
    EXPECT_EQ(
        tags({"name=one,enabled=false"}),
        "images: 'name=one,enabled=false' is not supported: there are name and enable"
    );
}

// A switch that is written wrongly must neither push what is off nor hold back what is on.
TEST(ImageNames, ASwitchIsTrueOrFalse) {
    auto occasion = kMain;
    occasion.sha = kSha;
    const auto images = make_image_names(occasion, {{"name=one,enable=yes"}, {"a"}, {}});

    EXPECT_EQ(
        images.error().message, "images: name=one,enable=yes: 'yes' is neither true nor false"
    );
    EXPECT_EQ(
        names(kMain, {"type=raw,value=a,enable=False"}),
        "tags: type=raw,value=a,enable=False: 'False' is neither true nor false"
    );
    EXPECT_EQ(
        names(kMain, {"a"}, "latest=yes"), "flavor: latest=yes: 'yes' is neither true nor false"
    );
    EXPECT_EQ(
        names(kMain, {"a"}, "prefix=p-,onlatest=1"),
        "flavor: prefix=p-,onlatest=1: '1' is neither true nor false"
    );
}

TEST(ImageNames, WhatIsNotKnownIsNamed) {
    EXPECT_EQ(names(kMain, {"type=other,x=y"}), "tags: 'type=other,x=y' is not supported");
    EXPECT_EQ(
        names(kMain, {"type=raw,value={{nothing}}"}),
        "tags: type=raw,value={{nothing}}: '{{nothing}}' is not supported"
    );
    EXPECT_EQ(
        names(kMain, {"type=raw,value={{date 'QQ'}}"}),
        "tags: type=raw,value={{date 'QQ'}}: the format 'QQ' of a date is not supported"
    );
    EXPECT_EQ(
        names(kMain, {"type=raw,value={{date 'YYYY' tz='Europe/Berlin'}}"}),
        "tags: type=raw,value={{date 'YYYY' tz='Europe/Berlin'}}: '{{date 'YYYY' "
        "tz='Europe/Berlin'}}' is not supported"
    );
}

}  // namespace
}  // namespace triphammer::runner
