#include "access/deploy_key.hpp"

#include "base/file.hpp"
#include "support/random.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>

namespace triphammer::access {

using triphammer::testing::SeededRandom;
using triphammer::testing::TempDir;

namespace {

/// What OpenSSH itself says.
std::string ask_openssh(const std::string& arguments) {
    std::array<char, 1024> bytes{};
    auto* pipe = ::popen(("ssh-keygen " + arguments + " 2>&1").c_str(), "r");
    const auto size = std::fread(bytes.data(), 1, bytes.size(), pipe);
    ::pclose(pipe);
    return {bytes.data(), size};
}

}  // namespace

TEST(DeployKey, IsReadByOpenSshWhoFindsTheSamePublicHalf) {
    TempDir folder;
    // Several: the padding depends on the length of the comment.
    for (const std::string comment : {"a", "ab", "triphammer-acme/app", "abcdefgh"}) {
        SeededRandom random{comment.size()};
        const auto key = make_deploy_key(random, comment).value();
        const auto file = folder / ("key-" + std::to_string(comment.size()));
        ASSERT_TRUE(replace_file(file, key.private_half.reveal(), 0600));

        EXPECT_EQ(ask_openssh("-y -f " + file.string()), key.public_half + "\n");
    }
}

TEST(DeployKey, IsAnotherEachTime) {
    SeededRandom random{1};

    const auto one = make_deploy_key(random, "c").value();
    const auto two = make_deploy_key(random, "c").value();

    EXPECT_NE(one.public_half, two.public_half);
}

}  // namespace triphammer::access
