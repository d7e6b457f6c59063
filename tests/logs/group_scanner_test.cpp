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
