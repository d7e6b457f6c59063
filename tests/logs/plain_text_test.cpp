#include "logs/plain_text.hpp"

#include <gtest/gtest.h>

using namespace triphammer::logs;

namespace {

std::string plain(std::string_view bytes) {
    PlainText text;
    auto out = text.feed(bytes);
    return out + text.finish();
}

}  // namespace

TEST(PlainText, LeavesTextAsItIs) {
    EXPECT_EQ(plain("one\n\ttwo 2 ä\nthree"), "one\n\ttwo 2 ä\nthree");
}

TEST(PlainText, LosesColoursLinksAndOtherSequences) {
    EXPECT_EQ(plain("\x1b[1;31mred\x1b[0m and \x1b(Bplain\n"), "red and plain\n");
    EXPECT_EQ(plain("\x1b]8;;https://x\x1b\\link\x1b]8;;\a!\n"), "link!\n");
    EXPECT_EQ(plain("\x1bPq#0\x1b\\after\x1b[?25l\n"), "after\n");
}

TEST(PlainText, KeepsTheLastDrawingOfALine) {
    EXPECT_EQ(plain("10%\r50%\r100%\nnext\n"), "100%\nnext\n");
    EXPECT_EQ(plain("from Windows\r\nnext\r\n"), "from Windows\nnext\n");
    EXPECT_EQ(plain("ab\bc\x01\x7f\n"), "ac\n");
    EXPECT_EQ(plain("⠋\b⠙\bdone ä\b\n"), "done \n");
}

TEST(PlainText, LosesNoLineToASequenceThatNobodyFinished) {
    EXPECT_EQ(plain("\x1b]0;title\nnext\n\x1b[3\nlast"), "\nnext\n\nlast");
}

TEST(PlainText, ReadsTheSameInChunksAndOfABoundedLine) {
    const std::string bytes = "a\x1b[31mb\r\x1b]8;;u\x1b\\c\n" + std::string(200'000, 'x') + "\n";
    PlainText text;
    std::string out;
    for (const char c : bytes) out += text.feed({&c, 1});

    EXPECT_EQ(out + text.finish(), "c\n" + std::string(200'000, 'x') + "\n");
}
