#include "docker/tar.hpp"

#include "base/file.hpp"
#include "base/spawn.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

using namespace triphammer;
using namespace triphammer::docker;

namespace {

/// What the system's own tar makes of the archive: "MODE OWNER SIZE DATE NAME" lines.
std::string list_with_system_tar(const std::string& archive) {
    triphammer::testing::TempDir folder;
    EXPECT_TRUE(replace_file(folder / "a.tar", archive));
    auto pipe = make_pipe().value();
    SpawnRequest request;
    request.arguments = {
        "tar", "--numeric-owner", "--full-time", "--utc", "-tvf", (folder / "a.tar").string()};
    request.environment = {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"};
    request.output = pipe.second.get();
    auto child = SystemSpawner{}.spawn(request).value();
    pipe.second.close();
    std::string out;
    char buffer[4096];
    for (;;) {
        const auto count = ::read(pipe.first.get(), buffer, sizeof buffer);
        if (count <= 0) break;
        out.append(buffer, static_cast<std::size_t>(count));
    }
    EXPECT_TRUE(child.wait().ok());
    return out;
}

}  // namespace

TEST(Tar, GivesFilesToWhomItIsTold) {
    const auto archive_of = [](std::uint32_t owner, std::uint32_t group) {
        TarHeader header;
        header.path = "file";
        header.owner = owner;
        header.group = group;
        return tar_header(header) + tar_end();
    };

    EXPECT_NE(list_with_system_tar(archive_of(1001, 1002)).find("1001/1002"), std::string::npos);
    EXPECT_NE(
        list_with_system_tar(archive_of(2097151, 1000650000)).find("2097151/1000650000"),
        std::string::npos
    );
}

TEST(Tar, WritesWhatTheSystemsTarReads) {
    TarBuilder tar;
    tar.add_directory("bin");
    tar.add_file("bin/run", "echo hello\n", 0755);
    tar.add_symlink("bin/link", "run");

    const auto listed = list_with_system_tar(tar.finish());

    EXPECT_NE(listed.find("drwxr-xr-x 0/0"), std::string::npos) << listed;
    EXPECT_NE(listed.find("-rwxr-xr-x 0/0"), std::string::npos) << listed;
    EXPECT_NE(listed.find("1980-01-01 00:00:00 bin/run\n"), std::string::npos) << listed;
    EXPECT_NE(listed.find("bin/link -> run\n"), std::string::npos) << listed;
}

TEST(Tar, KeepsNamesThatAreTooLongForUstar) {
    const std::string split_name = std::string(120, 'a') + "/" + std::string(90, 'b');
    const std::string long_name = std::string(300, 'c') + "/" + std::string(200, 'd');
    const std::string long_target(150, 't');
    TarBuilder tar;
    tar.add_file(split_name, "1");
    tar.add_file(long_name, "2");
    tar.add_symlink("link", long_target);

    const auto archive = tar.finish();
    const auto read = read_tar(archive);
    const auto listed = list_with_system_tar(archive);

    ASSERT_TRUE(read) << read.error().message;
    ASSERT_EQ(read->size(), 3U);
    EXPECT_EQ((*read)[0].header.path, split_name);
    EXPECT_EQ((*read)[1].header.path, long_name);
    EXPECT_EQ((*read)[1].content, "2");
    EXPECT_EQ((*read)[2].header.link_target, long_target);
    EXPECT_NE(listed.find(" " + long_name + "\n"), std::string::npos);
    EXPECT_NE(listed.find(" -> " + long_target + "\n"), std::string::npos);
}

TEST(Tar, GivesTheSameBytesForTheSameTree) {
    TarBuilder first;
    TarBuilder second;
    first.add_file("a", "text");
    second.add_file("a", "text");

    EXPECT_EQ(first.finish(), second.finish());
}

TEST(Tar, RefusesABrokenChecksumAndACutEnd) {
    TarBuilder tar;
    tar.add_file("a", std::string(1000, 'x'));
    const auto archive = tar.finish();
    auto changed = archive;
    changed[0] = 'b';

    EXPECT_EQ(read_tar(changed).error().code, Code::protocol);
    EXPECT_EQ(read_tar(archive.substr(0, 1000)).error().code, Code::protocol);
    EXPECT_EQ(read_tar(archive.substr(0, 100)).error().code, Code::protocol);
}

TEST(Tar, RefusesSizesThatDoNotFit) {
    TarBuilder tar;
    tar.add_file("a", "x");
    auto archive = tar.finish();
    // Eight gigabytes that are not there; the checksum made to fit.
    archive.replace(124, 11, "77777777777");
    unsigned sum = 0;
    for (std::size_t i = 0; i < kTarBlock; ++i) {
        sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(archive[i]);
    }
    char text[16];
    std::snprintf(text, sizeof text, "%06o", sum);
    archive.replace(148, 6, text, 6);

    const auto read = read_tar(archive);

    ASSERT_FALSE(read);
    EXPECT_NE(read.error().message.find("it ends inside a file"), std::string::npos);
}
