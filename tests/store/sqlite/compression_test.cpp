#include "store/sqlite/compression.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::store;

TEST(Compression, GivesBackWhatWentIn) {
    const std::string body(100'000, 'x');

    const auto packed = compress(body);

    EXPECT_LT(packed.size(), 1000U);
    EXPECT_EQ(decompress(packed, body.size()).value(), body);
    EXPECT_EQ(decompress(compress(""), 0).value(), "");
}

TEST(Compression, RefusesMoreThanWasAskedFor) {
    const auto packed = compress(std::string(1000, 'x'));

    EXPECT_EQ(decompress(packed, 999).error().code, Code::too_large);
}

TEST(Compression, RefusesBytesThatAreNoFrame) {
    EXPECT_EQ(decompress("no frame at all", 1000).error().code, Code::io);
    auto cut = compress("some text that is long enough to be cut");
    cut.resize(cut.size() - 4);
    EXPECT_EQ(decompress(cut, 1000).error().code, Code::io);
}
