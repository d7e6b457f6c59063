#include "docker/frames.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::docker;

namespace {

std::string frame(char stream, const std::string& bytes) {
    std::string out{stream, 0, 0, 0, 0, 0, 0, 0};
    out[6] = static_cast<char>(bytes.size() >> 8U);
    out[7] = static_cast<char>(bytes.size());
    return out + bytes;
}

/// "STREAM:bytes;" for each frame that is complete.
std::string drain(FrameReader& reader) {
    std::string out;
    for (;;) {
        auto next = reader.next().value();
        if (!next) return out;
        out += std::to_string(static_cast<int>(next->stream)) + ":" + next->bytes + ";";
    }
}

}  // namespace

TEST(Frames, AreReadHoweverTheyAreSplit) {
    const std::string body(700, 'e');
    const auto stream = frame(1, "out") + frame(2, "") + frame(2, body);
    for (std::size_t piece = 1; piece < stream.size(); ++piece) {
        FrameReader reader;
        std::string seen;
        for (std::size_t at = 0; at < stream.size(); at += piece) {
            reader.feed(std::string_view{stream}.substr(at, piece));
            seen += drain(reader);
        }
        EXPECT_EQ(seen, "1:out;2:;2:" + body + ";") << piece;
        EXPECT_EQ(reader.pending(), 0U);
    }
}

TEST(Frames, RefuseWhatIsNone) {
    FrameReader text;
    text.feed("hello, no frame");
    FrameReader huge;
    huge.feed(std::string_view{"\1\0\0\0\x7f\xff\xff\xff", 8});

    EXPECT_EQ(text.next().error().code, Code::protocol);
    EXPECT_EQ(huge.next().error().code, Code::protocol);
}

TEST(Frames, TellWhatIsMissing) {
    FrameReader reader;
    reader.feed(frame(1, "whole").substr(0, 10));

    const auto next = reader.next();

    ASSERT_TRUE(next);
    EXPECT_FALSE(*next);
    EXPECT_EQ(reader.pending(), 10U);
}
