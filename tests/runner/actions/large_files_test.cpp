#include "runner/actions/large_files.hpp"

#include <gtest/gtest.h>

namespace triphammer::runner {
namespace {

const std::string kOid(64, 'a');
const std::string kVersion = "version https://git-lfs.github.com/spec/v1\n";

}  // namespace

TEST(LfsPointer, SaysWhichObjectAndHowLarge) {
    const LargeFile expected{kOid, 12};

    EXPECT_EQ(read_pointer(kVersion + "oid sha256:" + kOid + "\nsize 12\n"), expected);
    EXPECT_EQ(
        read_pointer(kVersion + "ext-0-x sha256:1\noid sha256:" + kOid + "\nsize 12\n"), expected
    );
}

TEST(LfsPointer, IsNothingElse) {
    for (const auto& text :
         {std::string{},
          kVersion,
          "oid sha256:" + kOid + "\nsize 12\n",
          kVersion + "oid sha256:../../" + kOid + "\nsize 12\n",
          kVersion + "oid sha256:" + kOid + "\nsize -1\n",
          kVersion + "oid sha256:" + kOid + "\n",
          kVersion + "oid md5:" + kOid + "\nsize 12\n",
          kVersion + "oid sha256:" + kOid + "\nsize 12"}) {
        EXPECT_FALSE(read_pointer(text)) << text;
    }
}

}  // namespace triphammer::runner
