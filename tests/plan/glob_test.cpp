#include "plan/glob.hpp"

#include <gtest/gtest.h>

using namespace triphammer::plan;

namespace {

struct GlobRow {
    const char* pattern;
    std::vector<const char*> matches;
    std::vector<const char*> others;
};

void expect_globs(const std::vector<GlobRow>& rows) {
    for (const auto& row : rows) {
        const Glob glob{row.pattern};
        for (const auto* text : row.matches)
            EXPECT_TRUE(glob.matches(text)) << row.pattern << " " << text;
        for (const auto* text : row.others)
            EXPECT_FALSE(glob.matches(text)) << row.pattern << " " << text;
    }
}

}  // namespace

// workflow-syntax#patterns-to-match-branches-and-tags
TEST(Glob, KnowsThePagesBranchesAndTags) {
    expect_globs({
        {"feature/*",
         {"feature/my-branch", "feature/your-branch"},
         {"feature/a/b", "feature", "my/feature/a"}},
        {"feature/**",
         {"feature/beta-a/my-branch", "feature/your-branch", "feature/mona/the/octocat"},
         {"features/a"}},
        {"main", {"main"}, {"maine", "my-main", "Main"}},
        {"releases/mona-the-octocat", {"releases/mona-the-octocat"}, {"releases/mona"}},
        {"*", {"main", "releases"}, {"a/b"}},
        {"**", {"all/the/branches", "every/tag", "main"}, {}},
        {"*feature", {"mona-feature", "feature", "ver-10-feature"}, {"features", "a/feature"}},
        {"v2*", {"v2", "v2.0", "v2.9"}, {"v3", "v2/x"}},
        {"v[12].[0-9]+.[0-9]+", {"v1.10.1", "v2.0.0"}, {"v3.0.0", "v1.0", "v1..0", "v1.0.0a"}},
    });
}

// workflow-syntax#patterns-to-match-file-paths
TEST(Glob, KnowsThePagesPaths) {
    expect_globs({
        {"*", {"README.md", "server.rb"}, {"docs/README.md"}},
        {"*.jsx?", {"page.js", "page.jsx"}, {"page.jsxx", "a/page.js"}},
        {"**", {"all/the/files.md"}, {}},
        {"*.js", {"app.js", "index.js"}, {"js/app.js"}},
        {"**.js", {"index.js", "js/index.js", "src/js/app.js"}, {"index.jsx"}},
        {"docs/*", {"docs/README.md", "docs/file.txt"}, {"docs/a/b.md"}},
        {"docs/**", {"docs/README.md", "docs/mona/octocat.txt"}, {"a/docs/x", "docs"}},
        {"docs/**/*.md",
         {"docs/README.md", "docs/mona/hello-world.md", "docs/a/markdown/file.md"},
         {"README.md", "docs/a.txt"}},
        {"**/docs/**",
         {"docs/hello.md", "dir/docs/my-file.txt", "space/docs/plan/space.doc"},
         {"mydocs/a", "docs"}},
        {"**/README.md", {"README.md", "js/README.md"}, {"MYREADME.md", "js/README.mdx"}},
        {"**/*src/**", {"a/src/app.js", "my-src/code/js/app.js"}, {"src.js"}},
        {"**/*-post.md", {"my-post.md", "path/their-post.md"}, {"post.md"}},
        {"**/migrate-*.sql",
         {"migrate-10909.sql", "db/migrate-v1.0.sql", "db/sept/migrate-v1.sql"},
         {"db/migrate.sql"}},
    });
}

// workflow-syntax#filter-pattern-cheat-sheet
TEST(Glob, KnowsItsCharacters) {
    expect_globs({
        {"Octo*", {"Octocat", "Octo"}, {"octocat", "Octo/cat"}},
        {"[0-9a-z]", {"5", "x"}, {"X", "55", ""}},
        {"[CB]at", {"Cat", "Bat"}, {"Rat", "cat"}},
        {"[1-2]00", {"100", "200"}, {"300"}},
        {"a+b", {"ab", "aaab"}, {"b", "a+b"}},
        {"colou?r", {"color", "colour"}, {"colouur"}},
        {"a\\*b", {"a*b"}, {"axb"}},
        {"a[b", {"a[b"}, {"ab"}},
        {"a!b", {"a!b"}, {"ab"}},
        {"1.0", {"1.0"}, {"1x0"}},
        {"a/**/b", {"a/b", "a/x/b", "a/x/y/b"}, {"ab", "a/xb"}},
        {"a**b", {"ab", "a/x/b"}, {"a"}},
    });
}

// workflow-syntax#example-including-and-excluding-branches, and the page's last rows on paths
TEST(Glob, LaterPatternsDecide) {
    EXPECT_TRUE(selects({"releases/**", "!releases/**-alpha"}, "releases/10"));
    EXPECT_TRUE(selects({"releases/**", "!releases/**-alpha"}, "releases/beta/mona"));
    EXPECT_FALSE(selects({"releases/**", "!releases/**-alpha"}, "releases/10-alpha"));
    EXPECT_FALSE(selects({"releases/**", "!releases/**-alpha"}, "releases/beta/3-alpha"));
    EXPECT_FALSE(selects({"*.md", "!README.md"}, "README.md"));
    EXPECT_FALSE(selects({"*.md", "!README.md"}, "docs/hello.md"));
    EXPECT_TRUE(selects({"*.md", "!README.md", "README*"}, "README.md"));
    EXPECT_TRUE(selects({"*.md", "!README.md", "README*"}, "README.doc"));
    EXPECT_TRUE(selects({"!README.md", "*.md"}, "README.md"));
    EXPECT_FALSE(selects({}, "x"));
}

TEST(Glob, StaysLinearOnPatternsThatMakeOthersSlow) {
    std::string pattern;
    for (int i = 0; i < 500; ++i) pattern += "*a";

    EXPECT_FALSE(Glob{pattern}.matches(std::string(2000, 'a') + "b"));
}
