#include "runner/image/names.hpp"

#include "base/text.hpp"

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

TEST(ImageNames, WhatIsNotKnownIsNamed) {
    EXPECT_EQ(
        names(kMain, {"type=match,pattern=x"}), "tags: 'type=match,pattern=x' is not supported"
    );
    EXPECT_EQ(
        names(kMain, {"type=raw,value={{date 'YYYY'}}"}), "tags: '{{date 'YYYY'}}' is not supported"
    );
}

}  // namespace
}  // namespace triphammer::runner
