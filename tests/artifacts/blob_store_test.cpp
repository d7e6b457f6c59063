#include "artifacts/blob_store.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace triphammer::artifacts {

namespace fs = std::filesystem;

namespace {

Blob put(const BlobStore& blobs, const std::string& nonce, std::string_view bytes) {
    auto incoming = blobs.create(nonce);
    EXPECT_TRUE(incoming->write(bytes));
    return *incoming->keep();
}

std::size_t files_in(const fs::path& folder) {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator{folder})
        count += entry.is_regular_file() ? 1 : 0;
    return count;
}

}  // namespace

TEST(BlobStore, KeepsAFileThatOnlyTheDaemonMayRead) {
    testing::TempDir folder;
    const auto blobs = *BlobStore::open(folder / "artifacts");
    const auto blob = put(*blobs, "01", "bytes");

    const auto file = blobs->open_blob(blob.name);

    ASSERT_TRUE(file);

    struct stat info {};

    ASSERT_EQ(::fstat(file->get(), &info), 0);
    EXPECT_EQ(info.st_size, 5);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
    ASSERT_EQ(::stat((folder / "artifacts").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0700U);
    EXPECT_EQ(blob.sha256, sha256_hex("bytes"));
}

TEST(BlobStore, ForgetsWhatWasNotKept) {
    testing::TempDir folder;
    const auto blobs = *BlobStore::open(folder / "artifacts");
    {
        auto incoming = blobs->create("01");
        ASSERT_TRUE(incoming->write("half"));
    }

    EXPECT_EQ(files_in(folder / "artifacts"), 0U);
}

TEST(BlobStore, RemovesWhatACrashHasLeft) {
    testing::TempDir folder;
    const auto kept = [&] {
        const auto blobs = *BlobStore::open(folder / "artifacts");
        put(*blobs, "01", "without a row");
        fs::create_directories(folder / "artifacts/incoming");
        EXPECT_TRUE(replace_file(folder / "artifacts/incoming/02", "half"));
        return put(*blobs, "03", "with a row");
    }();

    const auto again = *BlobStore::open(folder / "artifacts");
    const auto swept = again->sweep({kept.name});

    EXPECT_EQ(*swept, 1U);
    EXPECT_EQ(files_in(folder / "artifacts"), 1U);
    EXPECT_TRUE(again->open_blob(kept.name));
}

TEST(BlobStore, RemovesAFileOnceAndTakesItForDoneTheSecondTime) {
    testing::TempDir folder;
    const auto blobs = *BlobStore::open(folder / "artifacts");
    const auto blob = put(*blobs, "01", "x");

    EXPECT_TRUE(blobs->remove(blob.name));
    EXPECT_TRUE(blobs->remove(blob.name));
    EXPECT_EQ(blobs->open_blob(blob.name).error().code, Code::not_found);
}

TEST(BlobStore, OpensNothingByAForeignName) {
    testing::TempDir folder;
    const auto blobs = *BlobStore::open(folder / "artifacts");

    EXPECT_FALSE(blobs->open_blob("../../etc/passwd"));
    EXPECT_FALSE(blobs->remove("../x"));
}

}  // namespace triphammer::artifacts
