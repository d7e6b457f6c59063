#include "git/ssh_access.hpp"

#include "base/file.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cstdio>

namespace triphammer::git {

using ::testing::HasSubstr;
using triphammer::testing::TempDir;

namespace {

std::string output_of(const std::string& command) {
    std::array<char, 4096> bytes{};
    auto* pipe = ::popen((command + " 2>&1").c_str(), "r");
    const auto size = std::fread(bytes.data(), 1, bytes.size(), pipe);
    ::pclose(pipe);
    return {bytes.data(), size};
}

}  // namespace

TEST(GithubHostKeys, HaveTheFingerprintsThatGitHubPublishes) {
    TempDir folder;
    ASSERT_TRUE(replace_file(folder / "known", github_host_keys(), 0600));

    const auto listed = output_of("ssh-keygen -l -f " + (folder / "known").string());

    // docs.github.com: "GitHub's SSH key fingerprints"
    EXPECT_THAT(listed, HasSubstr("SHA256:uNiVztksCsDhcc0u9e8BujQXVUpKZIDTMczCvj3tD2s"));
    EXPECT_THAT(listed, HasSubstr("SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM"));
    EXPECT_THAT(listed, HasSubstr("SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"));
    const auto found = "ssh-keygen -F github.com -f " + (folder / "known").string();
    EXPECT_THAT(output_of(found), HasSubstr("github.com found: line 3"));
}

TEST(SshAccess, GivesSshFilesThatOnlyThisUserReadsAndTakesThemAlong) {
    std::string key_file;
    {
        const auto access = SshAccess::open(Secret{"the key"}, "h ssh-ed25519 AAAA\n").value();
        const auto command = access.command();
        const auto begin = command.find("-i ") + 3;
        key_file = command.substr(begin, command.find(' ', begin) - begin);

        EXPECT_EQ(output_of("cat " + key_file), "the key");
        EXPECT_THAT(output_of("readlink " + key_file), HasSubstr("memfd:deploy-key"));
        EXPECT_EQ(output_of("stat -L -c %a " + key_file), "600\n");
    }
    // The number may be another file's by now.
    const auto now = output_of("readlink " + key_file);
    EXPECT_THAT(now, ::testing::Not(HasSubstr("deploy-key")));
}

}  // namespace triphammer::git
