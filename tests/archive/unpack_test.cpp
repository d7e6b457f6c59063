#include "archive/unpack.hpp"

#include "archive/zip_writer.hpp"
#include "base/file.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>
#include <functional>

namespace triphammer::archive {

namespace fs = std::filesystem;

namespace {

constexpr std::uint32_t kFile = S_IFREG | 0644U;
constexpr std::uint32_t kLink = S_IFLNK | 0777U;

class Unpack : public ::testing::Test {
  protected:
    void write(const std::function<void(ZipWriter&)>& fill, Method method = Method::deflate) {
        std::string bytes;
        ZipWriter zip{
            [&](std::string_view piece) -> Result<> {
                bytes += piece;
                return {};
            },
            method,
            3};
        fill(zip);
        ASSERT_TRUE(zip.finish());
        put(bytes);
    }

    void put(const std::string& bytes) { std::ofstream{folder_ / "a.zip"} << bytes; }

    std::string bytes() { return *read_file(folder_ / "a.zip", 1U << 30U); }

    static void add(
        ZipWriter& zip, const std::string& name, std::string_view text, std::uint32_t mode = kFile
    ) {
        ASSERT_TRUE(zip.begin(name, mode, 1'700'000'000));
        ASSERT_TRUE(zip.write(text));
        ASSERT_TRUE(zip.end());
    }

    Result<Unpacked> run(bool is_cache = false) {
        const auto file = open_file(folder_ / "a.zip", O_RDONLY);
        UnpackOptions options;
        options.roots[""] = (folder_ / "out").string();
        options.limits.links = is_cache;
        options.keep_modes = is_cache;
        options.keep_times = is_cache;
        options.limits.bytes = 1U << 20U;
        options.limits.entries = 100;
        return unpack(file->get(), options);
    }

    std::string text_of(const std::string& name) {
        return *read_file(folder_ / "out" / name, 1U << 20U);
    }

    testing::TempDir folder_;
};

}  // namespace

TEST_F(Unpack, GivesBackWhatWasPackedWithEitherCompression) {
    const std::string large(300'000, 'x');
    for (const auto method : {Method::deflate, Method::zstd}) {
        write(
            [&](ZipWriter& zip) {
                add(zip, "a/b.txt", "hello");
                add(zip, "large", large);
                add(zip, "empty", "");
                add(zip, "run.sh", "#!/bin/sh", S_IFREG | 0755U);
            },
            method
        );

        const auto done = run();

        ASSERT_TRUE(done) << done.error().message;
        EXPECT_EQ(done->files, 4U);
        EXPECT_EQ(text_of("a/b.txt"), "hello");
        EXPECT_EQ(text_of("large"), large);
        EXPECT_EQ(text_of("empty"), "");
        EXPECT_NE(
            fs::status(folder_ / "out/run.sh").permissions() & fs::perms::owner_exec,
            fs::perms::none
        );
    }
}

TEST_F(Unpack, KeepsLinksModesAndTimesOfCaches) {
    write([](ZipWriter& zip) {
        add(zip, "d/", "", S_IFDIR | 0750U);
        add(zip, "d/f", "x", S_IFREG | 0600U);
        add(zip, "d/l", "f", kLink);
        add(zip, "python", "/usr/bin/python3", kLink);
    });

    const auto done = run(true);

    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(fs::read_symlink(folder_ / "out/d/l"), "f");

    struct stat info {};

    ASSERT_EQ(::stat((folder_ / "out/d/f").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
    EXPECT_EQ(info.st_mtim.tv_sec, 1'700'000'000);
}

TEST_F(Unpack, RefusesNamesThatLeadOut) {
    for (const std::string name : {"../x", "/etc/x", "a/../../x", "a//b", "./a", "a\\b", ".."}) {
        write([&](ZipWriter& zip) { add(zip, name, "evil"); });

        const auto done = run();

        ASSERT_FALSE(done) << name;
        EXPECT_EQ(done.error().code, Code::refused) << name;
    }
    EXPECT_FALSE(fs::exists(folder_ / "x"));
}

TEST_F(Unpack, RefusesLinksInArtifactsAndThoseThatLeadAwayInCaches) {
    write([](ZipWriter& zip) { add(zip, "l", "f", kLink); });
    EXPECT_EQ(run().error().code, Code::refused);

    for (const std::string target : {"../../secret", "/root/.ssh", "/usr/../root", ""}) {
        write([&](ZipWriter& zip) { add(zip, "l", target, kLink); });
        EXPECT_EQ(run(true).error().code, Code::refused) << target;
    }
}

TEST_F(Unpack, WritesThroughNoLink) {
    write([](ZipWriter& zip) {
        add(zip, "d", "/usr", kLink);
        add(zip, "d/evil", "x");
    });
    EXPECT_EQ(run(true).error().code, Code::refused);

    // One that stands there already.
    fs::create_directories(folder_ / "out");
    fs::create_directories(folder_ / "elsewhere");
    fs::create_directory_symlink(folder_ / "elsewhere", folder_ / "out/d");
    write([](ZipWriter& zip) { add(zip, "d/evil", "x"); });

    EXPECT_FALSE(run(true));
    EXPECT_FALSE(fs::exists(folder_ / "elsewhere/evil"));
}

TEST_F(Unpack, ReplacesALinkInAFilesPlace) {
    fs::create_directories(folder_ / "out");
    ASSERT_TRUE(replace_file(folder_ / "victim", "old"));
    fs::create_symlink(folder_ / "victim", folder_ / "out/f");
    write([](ZipWriter& zip) { add(zip, "f", "new"); });

    ASSERT_TRUE(run());

    EXPECT_EQ(*read_file(folder_ / "victim", 100), "old");
    EXPECT_EQ(text_of("f"), "new");
}

TEST_F(Unpack, RefusesDevicesAndNamesThatComeTwice) {
    for (const auto mode : {S_IFCHR | 0666U, S_IFIFO | 0666U, S_IFSOCK | 0666U}) {
        write([&](ZipWriter& zip) { add(zip, "d", "", mode); });
        EXPECT_EQ(run(true).error().code, Code::refused);
    }
    write([](ZipWriter& zip) {
        add(zip, "f", "1");
        add(zip, "f/", "", S_IFDIR | 0755U);
    });
    EXPECT_EQ(run().error().code, Code::refused);
}

TEST_F(Unpack, EndsABombAtItsLimits) {
    const std::string zeros(1U << 20U, '\0');
    write([&](ZipWriter& zip) {
        add(zip, "a", zeros);
        add(zip, "b", "x");
    });
    EXPECT_EQ(run().error().code, Code::too_large);

    write([](ZipWriter& zip) {
        for (int i = 0; i < 101; ++i) add(zip, std::to_string(i), "");
    });
    EXPECT_EQ(run().error().code, Code::too_large);
}

TEST_F(Unpack, BelievesNoLengthThatTheDirectoryUnderstates) {
    write([](ZipWriter& zip) { add(zip, "bomb", std::string(100'000, '\0')); });
    auto archive = bytes();
    // The directory's length of 64 bits: behind "UT" (9 bytes) and the field's head.
    const auto at = archive.rfind(std::string{"bomb"}) + 4 + 9 + 4;
    archive.replace(at, 8, std::string{"\x05\0\0\0\0\0\0\0", 8});
    put(archive);

    EXPECT_EQ(run().error().code, Code::protocol);
}

TEST_F(Unpack, SaysWhereAnArchiveIsDamagedAndNeverCrashes) {
    write([](ZipWriter& zip) {
        add(zip, "a", "some text that is compressed");
        add(zip, "b/c", "more");
    });
    const auto whole = bytes();
    for (std::size_t cut = 0; cut < whole.size(); cut += 3) {
        put(whole.substr(0, cut));
        EXPECT_FALSE(run()) << cut;
    }
    for (std::size_t at = 0; at < whole.size(); ++at) {
        auto broken = whole;
        broken[at] = static_cast<char>(broken[at] ^ 0x5a);
        put(broken);
        (void)run();
    }
    EXPECT_FALSE(fs::exists(folder_ / "evil"));
}

}  // namespace triphammer::archive
