#include "logs/group_scanner.hpp"

#include <gtest/gtest.h>

using namespace triphammer::logs;

namespace {

using Marks = std::vector<GroupMark>;

constexpr std::string_view kLog =
    "first\n##[group]one\nsays ##[endgroup]\n##[endgroup]\n##[Group]no\n##[group]two";

}  // namespace

TEST(GroupScanner, FindsMarksAtTheBeginningOfLines) {
    GroupScanner scanner{10};
    scanner.feed(kLog);
    scanner.finish();

    EXPECT_EQ(scanner.marks(), (Marks{{1, true}, {3, false}, {5, true}}));
    EXPECT_EQ(scanner.lines(), 6U);
}

TEST(GroupScanner, FindsTheSameInChunks) {
    GroupScanner scanner{10};
    for (const char c : kLog) scanner.feed({&c, 1});
    scanner.finish();

    EXPECT_EQ(scanner.marks(), (Marks{{1, true}, {3, false}, {5, true}}));
}

TEST(GroupScanner, SaysHowFarItLookedWhereThereAreTooMany) {
    GroupScanner scanner{2};
    scanner.feed(kLog);
    scanner.finish();

    EXPECT_EQ(scanner.marks(), (Marks{{1, true}, {3, false}}));
    EXPECT_EQ(scanner.lines(), 5U);
}

TEST(GroupScanner, LeavesALineOutThatMayBecomeAMark) {
    const auto lines_of = [](std::string_view log) {
        GroupScanner scanner{10};
        scanner.feed(log);
        scanner.finish();
        return scanner.lines();
    };

    EXPECT_EQ(lines_of("first\n##[endgr"), 1U);
    EXPECT_EQ(lines_of("first\n#"), 1U);
    EXPECT_EQ(lines_of("first\n##[endgroup]"), 2U);
    EXPECT_EQ(lines_of("first\n##[error]"), 2U);
}

TEST(GroupScanner, SaysThatItNeedsNoMoreBytes) {
    GroupScanner scanner{1};
    scanner.feed("##[group]one\n");
    EXPECT_FALSE(scanner.is_full());
    scanner.feed("##[endgroup]\n");

    EXPECT_TRUE(scanner.is_full());
}
