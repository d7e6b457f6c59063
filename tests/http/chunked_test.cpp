#include "http/chunked.hpp"

#include <gtest/gtest.h>

using namespace triphammer::http;

namespace {

struct Outcome {
    bool ok = true;
    bool done = false;
    std::string data;
    std::size_t used = 0;
};

Outcome read(std::string_view text, std::size_t piece) {
    ChunkedReader reader;
    Outcome out;
    while (out.used < text.size() && !reader.is_done()) {
        auto used = reader.feed(text.substr(out.used, piece), out.data);
        out.ok = used.has_value();
        if (!out.ok) return out;
        out.used += *used;
    }
    out.done = reader.is_done();
    return out;
}

}  // namespace

TEST(ChunkedReader, GivesTheSameInPiecesOfAnySize) {
    const std::string text = "3\r\nabc\r\nA;name=\"value\"\r\n0123456789\r\n0\r\nX: y\r\n\r\nNEXT";
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        const auto out = read(text, piece);
        EXPECT_TRUE(out.done);
        EXPECT_EQ(out.data, "abc0123456789");
        EXPECT_EQ(text.substr(out.used), "NEXT");
    }
}

TEST(ChunkedReader, RefusesWhatIsNotExact) {
    for (const std::string text : {
             "0x3\r\nabc\r\n0\r\n\r\n",
             "-1\r\n",
             "+3\r\nabc\r\n",
             " 3\r\nabc\r\n",
             "3 \r\nabc\r\n",
             "\r\nabc\r\n",
             "g\r\n",
             ";a\r\n",
             "3\nabc\r\n",
             "3\r\nabc\n0\r\n\r\n",
             "3\r\nabcd\r\n0\r\n\r\n",
             "3\r\nab\r\n0\r\n\r\n",
             "3\rabc",
             "3;a\x01\r\nabc\r\n",
             "1234567890123\r\n",
             "ffffffffffffffff\r\n",
             "10000000000000003\r\nabc\r\n",
             "0\r\nX : y\r\n\r\n",
             "0\r\nX\r\n\r\n",
             "0\r\n y\r\n\r\n",
             "0\r\n\n",
         }) {
        EXPECT_FALSE(read(text, 1).ok) << text;
        EXPECT_FALSE(read(text, text.size()).ok) << text;
    }
}

TEST(ChunkedReader, BoundsExtensionsAndTrailers) {
    EXPECT_FALSE(read("3;" + std::string(300, 'a') + "\r\n", 64).ok);
    std::string trailers = "0\r\n";
    for (int i = 0; i < 100; ++i) trailers += "X: " + std::string(60, 'a') + "\r\n";
    EXPECT_FALSE(read(trailers + "\r\n", 64).ok);
}

TEST(Chunk, IsReadBack) {
    const auto text = to_chunk(std::string(300, 'x')) + to_chunk("");

    EXPECT_EQ(read(text, 7).data, std::string(300, 'x'));
    EXPECT_TRUE(read(text, 7).done);
}
