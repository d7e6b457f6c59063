#include "git/modules.hpp"

#include <gtest/gtest.h>

namespace triphammer::git {
namespace {

using namespace std::string_literals;

const std::string kParent = "https://github.com/acme/app.git";
const std::string kCommit(40, 'a');

std::string resolve(const std::string& text) {
    const auto url = resolve_module_url(kParent, text);
    return url ? *url : "error: " + url.error().message;
}

/// Of one link at `path`, with what `git config --list -z` says of .gitmodules.
Result<std::vector<Module>> match(const std::string& path, const std::string& config) {
    return match_modules(config, {{path, kCommit}}, kParent);
}

std::string entry(const std::string& name, const std::string& path, const std::string& url) {
    return "submodule." + name + ".path\n" + path + "\0submodule."s + name + ".url\n" + url + "\0"s;
}

}  // namespace

TEST(ModuleUrl, StandsBesideItsRepositoryOrForItself) {
    EXPECT_EQ(resolve("../lib.git"), "https://github.com/acme/lib.git");
    EXPECT_EQ(resolve("../../tools/lib"), "https://github.com/tools/lib");
    EXPECT_EQ(resolve("./sub"), kParent + "/sub");
    EXPECT_EQ(resolve("https://example.com/a/b.git"), "https://example.com/a/b.git");
    EXPECT_EQ(resolve_module_url("https://h/a/b/", "../c").value(), "https://h/a/c");
    EXPECT_EQ(resolve_module_url("git@h:a/b.git", "../c.git").value(), "ssh://git@h/a/c.git");
}

TEST(ModuleUrl, ForSshIsSpelledOutAndHasATwinThatNeedsNoKey) {
    EXPECT_EQ(resolve("git@github.com:acme/lib.git"), "ssh://git@github.com/acme/lib.git");
    EXPECT_EQ(as_https("ssh://git@github.com/acme/lib.git"), "https://github.com/acme/lib.git");
    EXPECT_EQ(as_https("ssh://git@h:2222/acme/lib"), "https://h/acme/lib");
    EXPECT_EQ(as_https("http://127.0.0.1:80/a/b"), "http://127.0.0.1:80/a/b");
}

TEST(ModuleUrl, LeadsNotOutOfItsHostNorToTheDiskNorToAProgram) {
    EXPECT_EQ(resolve("../../../x"), "error: its url leads out of its host");
    EXPECT_FALSE(resolve_module_url("", "../lib"));
    EXPECT_FALSE(resolve_module_url("/srv/app.git", "../lib"));
    for (const auto* text :
         {"/srv/lib.git",
          "file:///srv/lib.git",
          "ext::sh -c touch% /tmp/x",
          "ext::https://h/x",
          "-u./payload",
          "--upload-pack=x",
          "-oProxyCommand=x:y",
          "ssh://-oProxyCommand=x/y",
          "git://h/a/b",
          "https://h/a\nb",
          "..",
          ""}) {
        EXPECT_EQ(resolve_module_url(kParent, text).error().code, Code::invalid) << text;
    }
}

TEST(Modules, AreTheLinksOfTheTreeThatTheFileNames) {
    const auto config = entry("third party/x.y", "libs/x", "../x.git") +
                        "submodule.unused.path\nnowhere\0core.hookspath\n/x\0submodule.novalue\0"s;

    const auto modules = match("libs/x", config).value();

    const std::vector<Module> expected{
        {"third party/x.y", "libs/x", "https://github.com/acme/x.git", kCommit}};
    EXPECT_EQ(modules, expected);
}

TEST(Modules, NameALinkWithoutAnAddress) {
    EXPECT_EQ(
        match("libs/x", "").error().message,
        ".gitmodules, submodule at 'libs/x': there is no url for it"
    );
}

TEST(Modules, WithANameThatLeadsElsewhereAreRefused) {
    for (const auto* name : {"../../evil", "a/../b", "a\\..\\b", "..", "-x", "a\rb", ""}) {
        EXPECT_EQ(match("x", entry(name, "x", "../x")).error().code, Code::invalid) << name;
    }
    EXPECT_TRUE(match("x", entry("a..b", "x", "../x")));
}

TEST(Modules, AtAPathThatGitWouldNotUnpackAreRefused) {
    for (const auto* path :
         {"../x",
          "a/../x",
          ".git/modules/x",
          "a/.GIT/x",
          "/x",
          "a//x",
          "./x",
          "-x",
          "x\r",
          "x\ny"}) {
        EXPECT_EQ(match(path, entry("n", path, "../x")).error().code, Code::invalid) << path;
    }
}

TEST(SameRepository, IsHostAndPathWhateverTheRest) {
    const auto* const home = "https://GitHub.com/Acme/lib.git";
    EXPECT_TRUE(is_same_repository(home, "ssh://git@github.com/acme/lib/"));
    EXPECT_TRUE(is_same_repository(home, "ssh://git@github.com:22/acme/lib"));
    EXPECT_FALSE(is_same_repository(home, "https://example.com/acme/lib"));
    EXPECT_FALSE(is_same_repository(home, "https://github.com/acme/lib2"));
    EXPECT_FALSE(is_same_repository(home, "https://github.com@example.com/acme/lib"));
    EXPECT_FALSE(is_same_repository("http://h:1/a/b", "http://h:2/a/b"));
}

}  // namespace triphammer::git
