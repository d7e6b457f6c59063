#include "logs/line_scanner.hpp"

#include <gtest/gtest.h>

using namespace triphammer::logs;

namespace {

using Lines = std::vector<std::uint64_t>;

LineScanner scan(std::string_view text, std::string_view wanted, std::size_t step) {
    LineScanner scanner{wanted, 100};
    for (std::size_t i = 0; i < text.size(); i += step) scanner.feed(text.substr(i, step));
    scanner.finish();
    return scanner;
}

}  // namespace

TEST(LineScanner, FindsTextHoweverTheBytesArrive) {
    const std::string text = "needle\nno\nnee\ndle\nhay Needle hay needle\nNEEDLE";

    for (std::size_t step = 1; step <= text.size(); ++step) {
        EXPECT_EQ(scan(text, "nEEdle", step).lines(), (Lines{0, 4, 5})) << step;
        EXPECT_EQ(scan(text, "nEEdle", step).searched(), 6U) << step;
    }
}

TEST(LineScanner, CountsBeyondItsLimit) {
    LineScanner scanner{"x", 2};
    scanner.feed("x\nx\nx\nx\n");
    scanner.finish();

    EXPECT_EQ(scanner.lines(), (Lines{0, 1}));
    EXPECT_EQ(scanner.total(), 4U);
    EXPECT_EQ(scanner.searched(), 4U);
}
