// What the built-in actions about artifacts and caches understand of their inputs.
#include "runner/actions/artifact.hpp"
#include "runner/actions/cache.hpp"

#include <gtest/gtest.h>

namespace triphammer::runner {

namespace {

using Values = std::map<std::string, std::string>;

const std::vector<ListedArtifact> kListed{
    {"1", "report", 10}, {"2", "site-a", 20}, {"3", "site-b", 30}};

std::string chosen(Values values) {
    const auto out = choose_artifacts(kListed, StoreInputs{std::move(values)});
    if (!out) return name_of(out.error().code);
    std::string ids;
    for (const auto& one : *out) ids += one.id;
    return ids;
}

JobFolders folders_at(const std::string& root) {
    JobFolders out;
    out.workspace = {root + "/work", root + "/work"};
    out.temp = {root + "/temp", root + "/temp"};
    out.home = {root + "/home", root + "/home"};
    return out;
}

}  // namespace

TEST(DownloadArtifact, TakesTheNamedOneOrThoseOfThePatternOrAll) {
    EXPECT_EQ(chosen({{"name", "report"}}), "1");
    EXPECT_EQ(chosen({{"pattern", "site-*"}}), "23");
    EXPECT_EQ(chosen({}), "123");
    EXPECT_EQ(chosen({{"artifact-ids", "3, 1"}}), "31");
}

TEST(DownloadArtifact, MissesWhatIsNamedAndNotThere) {
    EXPECT_EQ(chosen({{"name", "site"}}), "not_found");
    EXPECT_EQ(chosen({{"artifact-ids", "9"}}), "not_found");
    EXPECT_EQ(chosen({{"pattern", "none-*"}}), "");
    EXPECT_EQ(chosen({{"name", "report"}, {"artifact-ids", "1"}}), "invalid");
}

TEST(StoreInputs, ReadFlagsNumbersAndLines) {
    const StoreInputs inputs{{{"a", " True "}, {"b", "yes"}, {"n", "7"}, {"l", "x\n\n  y \n"}}};

    EXPECT_TRUE(*inputs.flag("a"));
    EXPECT_FALSE(*inputs.flag("missing"));
    EXPECT_EQ(inputs.flag("b").error().code, Code::invalid);
    EXPECT_EQ(*inputs.number("n", 1, 0, 9), 7);
    EXPECT_EQ(inputs.number("n", 1, 0, 6).error().code, Code::invalid);
    EXPECT_EQ(*inputs.number("missing", 1, 0, 6), 1);
    EXPECT_EQ(inputs.lines("l"), (std::vector<std::string>{"x", "y"}));
}

TEST(CacheVersion, IsTheSameForTheSamePathsInAnotherJobsFolders) {
    const auto one = cache_version({"~/.npm", "/run/1/work/deps"}, folders_at("/run/1"));
    const auto other = cache_version({"~/.npm", "/run/2/work/deps"}, folders_at("/run/2"));

    EXPECT_EQ(one, other);
    EXPECT_NE(one, cache_version({"~/.npm"}, folders_at("/run/1")));
    EXPECT_NE(one, cache_version({"/run/1/work/deps", "~/.npm"}, folders_at("/run/1")));
}

}  // namespace triphammer::runner
