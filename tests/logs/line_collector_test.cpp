#include "logs/line_collector.hpp"

#include <gtest/gtest.h>

using namespace triphammer::logs;

namespace {

struct Collected {
    std::string bytes;
    std::uint64_t count = 0;

    friend bool operator==(const Collected&, const Collected&) = default;
};

/// Fed in pieces of `step` bytes.
Collected collect(const std::string& text, const LineRange& range, std::size_t step = 1000) {
    LineCollector collector{range, 0};
    for (std::size_t i = 0; i < text.size(); i += step) {
        if (!collector.feed(std::string_view{text}.substr(i, step))) break;
    }
    collector.finish();
    const auto count = collector.count();
    return {collector.take(), count};
}

}  // namespace

TEST(LineCollector, PicksTheLinesThatWereAskedFor) {
    const std::string text = "zero\none\n\nthree\nfo";

    EXPECT_EQ(collect(text, {1, 2}), (Collected{"one\n\n", 2}));
    EXPECT_EQ(collect(text, {3, 9}), (Collected{"three\nfo", 2}));
    EXPECT_EQ(collect(text, {9, 9}), (Collected{"", 0}));
}

TEST(LineCollector, AnswersTheSameHoweverTheBytesArrive) {
    const std::string text = "zero\none is long\n\nthree\nfo";

    for (std::size_t step = 1; step < text.size(); ++step) {
        EXPECT_EQ(collect(text, {1, 3}, step), (Collected{"one is long\n\nthree\n", 3}));
        EXPECT_EQ(collect(text, {1, 3, 6}, step), (Collected{"one is…\n\nthree\n", 3}));
    }
}

TEST(LineCollector, CutsALongLineAtACharacter) {
    EXPECT_EQ(collect("aäöü\nb\n", {0, 2, 4}, 1).bytes, "aä…\nb\n");
    EXPECT_EQ(collect("aäöü", {0, 2, 5}, 2).bytes, "aäö…\n");
}

TEST(LineCollector, GivesOneLineHoweverLongAndNoMoreThanFit) {
    const std::string longest(2 * kMaxAnswerBytes, 'x');

    const auto one = collect(longest + "\nnext\n", {0, 10}, 1U << 18U);
    const auto before = collect("short\n" + longest + "\n", {0, 10}, 1U << 18U);

    EXPECT_EQ(one.bytes.size(), kMaxAnswerBytes + 4);
    EXPECT_EQ(one.count, 1U);
    EXPECT_EQ(before, (Collected{"short\n", 1}));
}
