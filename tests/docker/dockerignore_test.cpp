#include "docker/dockerignore.hpp"

#include <gtest/gtest.h>

using triphammer::docker::DockerIgnore;

namespace {

bool ignores(const char* rules, const char* path) {
    return DockerIgnore::parse(rules).value().ignores(path);
}

}  // namespace

TEST(DockerIgnore, MatchesAsTheDocumentationSays) {
    struct Case {
        const char* rules;
        const char* path;
        bool ignored;
    };

    const Case cases[] = {
        {"# comment", "# comment", false},
        {"*/temp*", "somedir/temporary.txt", true},
        {"*/temp*", "somedir/temp/inside", true},
        {"*/temp*", "temp", false},
        {"*/*/temp*", "somedir/sub/temporary.txt", true},
        {"*/*/temp*", "somedir/temporary.txt", false},
        {"temp?", "tempa", true},
        {"temp?", "temp", false},
        {"**/*.go", "main.go", true},
        {"**/*.go", "a/b/c/main.go", true},
        {"**/*.go", "a/b/c/main.got", false},
        {"*.md\n!README.md", "README.md", false},
        {"*.md\n!README.md", "OTHER.md", true},
        {"*.md\n!README*.md\nREADME-secret.md", "README-secret.md", true},
        {"*.md\nREADME-secret.md\n!README*.md", "README-secret.md", false},
        {"/foo/bar", "foo/bar", true},
        {"foo/bar", "x/foo/bar", false},
        {"./foo/../bar/", "bar/x", true},
        {"a/**/b", "a/b", true},
        {"a/**/b", "a/x/y/b", true},
        {"a/**", "a/x", true},
        {"[a-c]x", "bx", true},
        {"[a-c]x", "dx", false},
        {"[^a-c]x", "dx", true},
        {"\\*x", "*x", true},
        {"\\*x", "ax", false},
        {"a*b*c", "aXbYbZc", true},
        {"a*b*c", "aXbYbZ", false},
        {"node_modules", "node_modules/a/b.js", true},
        {"node_modules", "web/node_modules", false},
        {"  spaced  ", "spaced", true},
        {"", "x", false},
        {"*", "x/y", true},
    };
    for (const auto& one : cases) {
        EXPECT_EQ(ignores(one.rules, one.path), one.ignored) << one.rules << " on " << one.path;
    }
}

TEST(DockerIgnore, NamesTheLineThatItCannotRead) {
    const auto broken = DockerIgnore::parse("ok\nbad[\n");

    ASSERT_FALSE(broken);
    EXPECT_NE(broken.error().message.find(".dockerignore:2"), std::string::npos);
}

TEST(DockerIgnore, EntersAnIgnoredFolderOnlyForARuleThatTakesBack) {
    const auto rules = DockerIgnore::parse("*\n!src/**/*.c\n!docs").value();

    EXPECT_TRUE(rules.may_reinclude_inside("src"));
    EXPECT_TRUE(rules.may_reinclude_inside("src/deep"));
    EXPECT_TRUE(rules.may_reinclude_inside("docs"));
    EXPECT_FALSE(rules.may_reinclude_inside("node_modules"));
}

TEST(DockerIgnore, TakesTimeThatGrowsWithTheLengthOnly) {
    std::string pattern;
    for (int i = 0; i < 200; ++i) pattern += "*a";
    const auto rules = DockerIgnore::parse(pattern + "b").value();

    EXPECT_FALSE(rules.ignores(std::string(5000, 'a')));
}
