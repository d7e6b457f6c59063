#include "docker/context_source.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <algorithm>

using namespace triphammer;
using namespace triphammer::docker;
namespace fs = std::filesystem;
using Paths = std::vector<std::string>;

namespace {

constexpr std::uint64_t kNoLimit = 1ULL << 40U;

void write(const fs::path& path, std::string_view text) {
    fs::create_directories(path.parent_path());
    ASSERT_TRUE(replace_file(path, text, 0644));
}

std::vector<TarEntry> read_all(FolderTar& source) {
    std::string archive;
    for (;;) {
        auto piece = source.next().value();
        if (piece.empty()) break;
        archive += piece;
    }
    return read_tar(archive).value();
}

Paths paths_of(const std::vector<TarEntry>& entries) {
    Paths out;
    for (const auto& entry : entries) out.push_back(entry.header.path);
    return out;
}

}  // namespace

TEST(Context, HoldsTheTreeSortedWithoutGitAndIgnoredFiles) {
    triphammer::testing::TempDir root;
    write(root / ".git" / "config", "x");
    write(root / "node_modules" / "big.js", "x");
    write(root / "src" / "b.c", "b");
    write(root / "src" / "a.c", "a");
    write(root / ".dockerignore", "node_modules\nDockerfile\n.dockerignore\n");
    write(root / "Dockerfile", "FROM scratch\n");

    auto source = open_context(root.path(), "Dockerfile", kNoLimit).value();
    const auto entries = read_all(source);

    EXPECT_EQ(
        paths_of(entries), (Paths{".dockerignore", "Dockerfile", "src", "src/a.c", "src/b.c"})
    );
    EXPECT_EQ(entries.back().content, "b");
}

TEST(Context, SendsWhatWasLookedAtWhateverIsThereByThen) {
    triphammer::testing::TempDir root;
    write(root / "Dockerfile", "FROM private\n");
    write(root / "a", "a");

    auto source = open_context(root.path(), "Dockerfile", kNoLimit).value();
    source.put("Dockerfile", "FROM scratch\n");
    const auto entries = read_all(source);

    EXPECT_EQ(paths_of(entries), (Paths{"Dockerfile", "a"}));
    EXPECT_EQ(entries[0].content, "FROM scratch\n");
    EXPECT_EQ(entries[1].content, "a");
}

TEST(Context, SendsADockerfileOutOfAnIgnoredFolder) {
    triphammer::testing::TempDir root;
    write(root / "build" / "app.Dockerfile", "FROM scratch\n");
    write(root / "build" / "other", "x");
    write(root / ".dockerignore", "*\n");

    auto source = open_context(root.path(), "build/app.Dockerfile", kNoLimit).value();

    EXPECT_EQ(paths_of(read_all(source)), (Paths{".dockerignore", "build/app.Dockerfile"}));
}

TEST(Context, KeepsLinksAndTheExecutableBitOnly) {
    triphammer::testing::TempDir root;
    write(root / "run", "#!/bin/sh\n");
    write(root / "data", "d");
    fs::permissions(root / "run", static_cast<fs::perms>(0700));
    fs::permissions(root / "data", static_cast<fs::perms>(0600));
    fs::create_symlink("/etc/passwd", root / "link");

    auto source = open_context(root.path(), "Dockerfile", kNoLimit).value();
    const auto entries = read_all(source);

    ASSERT_EQ(entries.size(), 3U);
    EXPECT_EQ(entries[0].header.mode, 0644U);
    EXPECT_EQ(entries[1].header.kind, TarKind::symlink);
    EXPECT_EQ(entries[1].header.link_target, "/etc/passwd");
    EXPECT_EQ(entries[2].header.mode, 0755U);
}

TEST(Context, StreamsLargeFilesInPieces) {
    triphammer::testing::TempDir root;
    const std::string big((3U << 20U) + 7, 'z');
    write(root / "big", big);

    auto source = open_context(root.path(), "Dockerfile", kNoLimit).value();
    std::size_t longest = 0;
    std::string archive;
    for (;;) {
        auto piece = source.next().value();
        if (piece.empty()) break;
        longest = std::max(longest, piece.size());
        archive += piece;
    }

    EXPECT_LE(longest, 300U << 10U);
    EXPECT_EQ(read_tar(archive).value().front().content, big);
}

TEST(Context, HasALimitAndSaysWhatToDo) {
    triphammer::testing::TempDir root;
    write(root / "big", std::string(2000, 'z'));

    const auto refused = open_context(root.path(), "Dockerfile", 1000);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::too_large);
    EXPECT_NE(refused.error().message.find(".dockerignore"), std::string::npos);
}
