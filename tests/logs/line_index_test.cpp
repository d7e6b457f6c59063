#include "logs/line_index.hpp"

#include <gtest/gtest.h>

using namespace triphammer::logs;

namespace {

LineIndex index_of(std::string_view text) {
    LineIndex index;
    index.add(text);
    return index;
}

std::string numbered_lines(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += std::to_string(i) + "\n";
    return text;
}

}  // namespace

TEST(LineIndex, CountsAnUnfinishedLastLine) {
    EXPECT_EQ(index_of("").lines(), 0U);
    EXPECT_EQ(index_of("a").lines(), 1U);
    EXPECT_EQ(index_of("a\n").lines(), 1U);
    EXPECT_EQ(index_of("a\n\n").lines(), 2U);
    EXPECT_EQ(index_of("a\nb").lines(), 2U);
}

TEST(LineIndex, KnowsWhereEvery256thLineBegins) {
    const auto text = numbered_lines(1000);
    const auto index = index_of(text);

    EXPECT_EQ(index.find(255).offset, 0U);
    EXPECT_EQ(index.find(256).line, 256U);
    EXPECT_EQ(text.substr(index.find(256).offset, 4), "256\n");
    EXPECT_EQ(index.find(900).line, 768U);
    EXPECT_EQ(text.substr(index.find(900).offset, 4), "768\n");
    EXPECT_EQ(index.find(1'000'000).line, 768U);
}

TEST(LineIndex, IsTheSameHoweverTheBytesArrive) {
    const auto text = numbered_lines(600);
    LineIndex pieces;

    for (std::size_t i = 0; i < text.size(); i += 7) pieces.add(text.substr(i, 7));

    EXPECT_EQ(pieces.to_bytes(), index_of(text).to_bytes());
}

TEST(LineIndex, ComesBackFromItsBytes) {
    const auto index = index_of(numbered_lines(600) + "unfinished");

    const auto again = LineIndex::from_bytes(index.to_bytes());

    ASSERT_TRUE(again);
    EXPECT_EQ(again->lines(), 601U);
    EXPECT_EQ(again->to_bytes(), index.to_bytes());
}

TEST(LineIndex, RefusesBytesThatWereDamaged) {
    auto bytes = index_of(numbered_lines(600)).to_bytes();
    auto cut = bytes.substr(0, bytes.size() - 8);
    bytes[30] ^= 1;

    EXPECT_FALSE(LineIndex::from_bytes(bytes));
    EXPECT_FALSE(LineIndex::from_bytes(cut));
    EXPECT_FALSE(LineIndex::from_bytes(""));
}
