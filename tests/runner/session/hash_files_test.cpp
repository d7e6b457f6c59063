#include "runner/session/hash_files.hpp"

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>

using namespace triphammer;
using namespace triphammer::runner;

namespace {

class HashFilesOf : public ::testing::Test {
  protected:
    HashFilesOf() {
        std::filesystem::create_directories(root_ / "sub");
        EXPECT_TRUE(replace_file(root_ / "lock", "one"));
        EXPECT_TRUE(replace_file(root_ / "sub/lock", "two"));
    }

    std::string hash(const std::string& pattern) { return hashes_.hash_files({pattern}).value(); }

    static std::string digest_of_both() {
        return sha256_hex(*from_hex(sha256_hex("one")) + *from_hex(sha256_hex("two")));
    }

    triphammer::testing::TempDir root_;
    HashFiles hashes_{root_.path()};
};

}  // namespace

TEST_F(HashFilesOf, AWorkspaceIsOverTheDigestsOfItsFilesInOrder) {
    EXPECT_EQ(hash("**/lock"), digest_of_both());
    EXPECT_EQ(hash("sub"), hash("sub/*"));
    EXPECT_EQ(hash("**/lock\n!sub"), hash("lock"));
    EXPECT_EQ(hash("nothing"), "");
}

TEST_F(HashFilesOf, AWorkspaceTakeItsNameInsideForTheWorkspace) {
    hashes_.set_inside("/__w/shop/shop");

    EXPECT_EQ(hash("/__w/shop/shop/**/lock"), digest_of_both());
    EXPECT_EQ(hash(root_.path().string() + "/lock"), hash("lock"));
    EXPECT_EQ(hash("/__w/other/lock"), "");
}

TEST_F(HashFilesOf, AWorkspaceThatIsElsewhereAreAnError) {
    hashes_.hide();

    const auto asked = hashes_.hash_files({"lock"});

    ASSERT_FALSE(asked);
    EXPECT_NE(asked.error().message.find("only steps may ask"), std::string::npos);
}
