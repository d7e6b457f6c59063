#include "docker/hidden_dockerfile.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <map>

using namespace triphammer;
using namespace triphammer::docker;

namespace {

using Files = std::map<std::string, std::string>;

struct Sent {
    std::string name;  // that the builder is told; empty: nothing could be hidden
    Files files;
};

/// What an engine gets of a folder with these files, with the Dockerfile "new" hidden in it.
Sent sent_of(const Files& files) {
    triphammer::testing::TempDir root;
    for (const auto& [path, text] : files) {
        EXPECT_TRUE(replace_file(root / path, text, 0644));
    }
    auto context = open_context(root.path(), "Dockerfile", 1U << 20U).value();
    Sent out{hide_dockerfile(context, "Dockerfile", "new").value_or(""), {}};
    std::string archive;
    for (auto piece = context.next().value(); !piece.empty(); piece = context.next().value()) {
        archive += piece;
    }
    const auto entries = read_tar(archive).value();
    for (const auto& entry : entries) out.files[entry.header.path] = entry.content;
    return out;
}

}  // namespace

TEST(HiddenDockerfile, StandsBesideItsOwnWhereNothingIsIgnored) {
    const auto sent = sent_of({{"Dockerfile", "old"}, {"a", "1"}});

    const Files expected{
        {"Dockerfile", "old"},
        {"a", "1"},
        {".dockerignore", ".dockerignore\n.triphammer.dockerfile\n"},
        {".triphammer.dockerfile", "new"}};
    EXPECT_EQ(sent.name, ".triphammer.dockerfile");
    EXPECT_EQ(sent.files, expected);
}

TEST(HiddenDockerfile, TakesThePlaceOfOneThatNoCopySees) {
    const auto sent = sent_of({{"Dockerfile", "old"}, {".dockerignore", "Docker*"}});

    EXPECT_EQ(sent.name, "Dockerfile");
    EXPECT_EQ(sent.files.at("Dockerfile"), "new");
    EXPECT_EQ(sent.files.at(".dockerignore"), "Docker*");
}

TEST(HiddenDockerfile, IsNamedLastInAnIgnoreFileThatNoCopySees) {
    const auto sent = sent_of({{"Dockerfile", "old"}, {".dockerignore", "*\n!Dockerfile"}});

    EXPECT_EQ(sent.name, ".triphammer.dockerfile");
    EXPECT_EQ(sent.files.at("Dockerfile"), "old");
    EXPECT_EQ(sent.files.at(".dockerignore"), "*\n!Dockerfile\n.triphammer.dockerfile\n");
}

TEST(HiddenDockerfile, IsNoneWhereACopyMayWantTheIgnoreFile) {
    const Files files{{"Dockerfile", "old"}, {".dockerignore", "secret\n"}};
    const auto sent = sent_of(files);

    EXPECT_EQ(sent.name, "");
    EXPECT_EQ(sent.files, files);
}

TEST(HiddenDockerfile, IsNoneWhereItsNameIsTaken) {
    EXPECT_EQ(sent_of({{"Dockerfile", "old"}, {".triphammer.dockerfile", "mine"}}).name, "");
}

TEST(AppendedInstruction, ComesAfterTheLast) {
    EXPECT_EQ(append_instruction("FROM a\nRUN b", "LABEL c=d"), "FROM a\nRUN b\nLABEL c=d\n");
    EXPECT_TRUE(append_instruction("FROM a\r\nRUN b \\\r\n  c\r\n\r\n# end\r\n", "LABEL c=d"));
}

TEST(AppendedInstruction, IsNoneWhereItMightBelongToAnother) {
    for (const auto* text :
         {"",
          "# nothing\n",
          "FROM a\nRUN b \\\n",
          "FROM a\nRUN b \\  \r\n\n# a comment\n",
          "# escape=`\nFROM a\nRUN b `\n",
          "FROM a\nRUN <<EOF\nb\n"}) {
        EXPECT_EQ(append_instruction(text, "LABEL c=d"), std::nullopt) << text;
    }
}
