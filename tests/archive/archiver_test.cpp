#include "archive/archiver.hpp"

#include "archive/links.hpp"
#include "archive/wire.hpp"
#include "base/file.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

namespace triphammer::archive {

namespace fs = std::filesystem;

namespace {

struct Said {
    int status = 0;
    std::string data;
    std::string messages;
    Packed end;
    std::string failure;
};

class Archiver : public ::testing::Test {
  protected:
    void file(const std::string& path, const std::string& text) {
        fs::create_directories((work_ / path).parent_path());
        ASSERT_TRUE(replace_file(work_ / path, text));
    }

    Said say(const std::string& verb, const std::string& request) {
        const auto output = open_file(folder_ / "frames", O_RDWR | O_CREAT | O_TRUNC);
        const char* arguments[] = {verb.c_str(), request.c_str()};
        Said said;
        said.status = run_archiver(2, arguments, output->get());
        FrameReader reader;
        const auto frames = *read_file(folder_ / "frames", 1U << 26U);
        const auto fed = reader.feed(frames, [&](char type, std::string_view payload) -> Result<> {
            if (type == kData) said.data += payload;
            if (type == kMessage) said.messages += payload;
            if (type == kEnd) said.end = *parse_packed(payload);
            if (type == kFailure) said.failure = parse_failure(payload).message;
            return {};
        });
        EXPECT_TRUE(fed);
        return said;
    }

    PackRequest request(const std::string& paths) {
        PackRequest out;
        out.paths = paths;
        out.workspace = work_.string();
        out.home = (folder_ / "home").string();
        return out;
    }

    void unpack(
        const std::string& archive, const std::map<std::string, std::string>& roots, bool is_cache
    ) {
        UnpackRequest out;
        out.archive = (folder_ / "in.zip").string();
        ASSERT_TRUE(replace_file(out.archive, archive));
        out.roots = roots;
        out.is_cache = is_cache;
        out.most_bytes = 1U << 20U;
        const auto said = say("unpack", to_text(out));
        EXPECT_EQ(said.status, 0) << said.failure;
        EXPECT_FALSE(fs::exists(out.archive));
    }

    std::string out(const std::string& path) {
        const auto text = read_file(folder_ / "out" / path, 1U << 20U);
        return text ? *text : "(missing)";
    }

    testing::TempDir folder_;
    fs::path work_ = folder_ / "work";
};

}  // namespace

TEST_F(Archiver, NamesFilesFromTheFolderThatAllPathsShare) {
    file("a/b/x.txt", "x");
    file("a/c/y.txt", "y");
    const auto said = say("pack", to_text(request("a/b\na/c/*.txt")));

    ASSERT_EQ(said.end.files, 2U);
    unpack(said.data, {{"", (folder_ / "out").string()}}, false);

    EXPECT_EQ(out("b/x.txt"), "x");
    EXPECT_EQ(out("c/y.txt"), "y");
}

TEST_F(Archiver, NamesASingleFileAsItIs) {
    file("deep/report.xml", "r");
    const auto said = say("pack", to_text(request("deep/report.xml")));

    unpack(said.data, {{"", (folder_ / "out").string()}}, false);

    EXPECT_EQ(out("report.xml"), "r");
}

TEST_F(Archiver, LeavesHiddenFilesOutWhereItIsTold) {
    file("a/.env", "secret");
    file("a/.git/config", "token");
    file("a/x", "x");
    auto asked = request("a");
    asked.hidden = false;

    EXPECT_EQ(say("pack", to_text(asked)).end.files, 1U);
}

TEST_F(Archiver, FollowsLinksOfArtifactsButNotInCircles) {
    file("a/x", "x");
    fs::create_directory_symlink(work_ / "a", work_ / "a/again");
    fs::create_symlink("x", work_ / "a/y");
    const auto said = say("pack", to_text(request("a")));

    unpack(said.data, {{"", (folder_ / "out").string()}}, false);

    EXPECT_EQ(out("y"), "x");
    EXPECT_EQ(said.end.files, 2U);
}

TEST_F(Archiver, FindsNothingAndSaysSo) {
    fs::create_directories(work_);
    const auto said = say("pack", to_text(request("none/**")));

    EXPECT_EQ(said.status, 0);
    EXPECT_EQ(said.end.files, 0U);
    EXPECT_TRUE(said.data.empty());
}

TEST_F(Archiver, CarriesACacheToOtherRoots) {
    file("node_modules/a/index.js", "a");
    fs::create_directories(work_ / "node_modules/.bin");
    fs::create_symlink(work_ / "node_modules/a/index.js", work_ / "node_modules/.bin/a");
    fs::create_symlink("/root/elsewhere", work_ / "node_modules/away");
    fs::create_directories(folder_ / "home/.npm");
    ASSERT_TRUE(replace_file(folder_ / "home/.npm/x", "home"));
    auto asked = request("node_modules\n~/.npm");
    asked.roots = {{"workspace", asked.workspace}, {"home", asked.home}};
    asked.method = Method::zstd;
    const auto said = say("pack", to_text(asked));
    EXPECT_NE(said.messages.find("node_modules/away"), std::string::npos);

    unpack(
        said.data,
        {{"workspace", (folder_ / "out").string()}, {"home", (folder_ / "out/h").string()}},
        true
    );

    EXPECT_EQ(out("node_modules/.bin/a"), "a");
    EXPECT_EQ(fs::read_symlink(folder_ / "out/node_modules/.bin/a"), "../a/index.js");
    EXPECT_EQ(out("h/.npm/x"), "home");
    EXPECT_FALSE(fs::is_symlink(folder_ / "out/node_modules/away"));
}

TEST_F(Archiver, SaysWhatItCannotDo) {
    EXPECT_EQ(say("pack", "no json").status, 1);
    EXPECT_EQ(say("unpack", R"({"archive": "/nowhere"})").status, 1);
}

TEST(PortableTarget, KeepsWhatHoldsElsewhereToo) {
    EXPECT_EQ(portable_target("/w/a/l", "../b", "/w"), "../b");
    EXPECT_EQ(portable_target("/w/a/l", "/w/b", "/w"), "../b");
    EXPECT_EQ(portable_target("/w/a/l", "/usr/bin/python3", "/w"), "/usr/bin/python3");
    EXPECT_FALSE(portable_target("/w/a/l", "../../x", "/w"));
    EXPECT_FALSE(portable_target("/w/a/l", "/home/x", "/w"));
}

}  // namespace triphammer::archive
