#include "protocol/frame.hpp"

#include "protocol/frame_limits.hpp"

#include <gtest/gtest.h>

namespace triphammer::protocol {

TEST(Frame, IsFoundAgainByteByByte) {
    const auto stream = make_frame(FrameType::ping, "{}") + make_frame(FrameType::log, "abc");
    FrameDecoder decoder;
    std::vector<std::string> seen;

    for (const char c : stream) {
        decoder.feed({&c, 1});
        const auto frame = decoder.next();
        ASSERT_TRUE(frame);
        if (*frame) seen.emplace_back((*frame)->payload);
    }

    EXPECT_EQ(seen, (std::vector<std::string>{"{}", "abc"}));
    EXPECT_EQ(decoder.held_bytes(), 0U);
}

TEST(Frame, ComesOutOfWhatWasReadInPlace) {
    std::string stream;
    for (std::size_t size = 1; size < 40; ++size) {
        append_frame(stream, FrameType::log, std::string(size * 5'000, static_cast<char>(size)));
    }
    FrameDecoder decoder;
    std::string again;

    for (std::size_t at = 0, piece = 1; at < stream.size(); piece = piece * 3 % 99'991) {
        const auto room = decoder.room();
        const auto count = stream.copy(room.data(), std::min(room.size(), piece), at);
        decoder.filled(count);
        at += count;
        while (const auto frame = *decoder.next()) append_frame(again, frame->type, frame->payload);
    }

    EXPECT_EQ(again, stream);
    EXPECT_EQ(decoder.held_bytes(), 0U);
}

TEST(Frame, EveryFlippedBitIsNoticed) {
    const auto good = make_frame(FrameType::started, "payload");
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        auto bad = good;
        bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));

        const auto frame = read_frame(bad);

        // A longer length is not whole yet; anything else is an error.
        EXPECT_TRUE(!frame || !*frame) << bit;
    }
}

TEST(Frame, LengthsOutOfBoundsAreErrorsAtOnce) {
    const std::string zero(kHeaderBytes, '\0');
    std::string large = zero + static_cast<char>(FrameType::log);
    large[3] = '\x01';  // 16 MiB
    std::string huge = zero;
    huge[3] = '\x05';  // 80 MiB, whatever its type

    EXPECT_EQ(read_frame(zero).error().code, Code::protocol);
    EXPECT_EQ(read_frame(large).error().code, Code::protocol);
    EXPECT_EQ(read_frame(huge).error().code, Code::protocol);
}

TEST(Frame, UnknownTypesAreErrors) {
    const auto frame = make_frame(static_cast<FrameType>(99), "");

    EXPECT_EQ(read_frame(frame).error().code, Code::protocol);
}

TEST(Frame, TheLargestOfEachTypePassesAndNoneLarger) {
    for (const auto& [type, most] : std::vector<std::pair<FrameType, std::size_t>>{
             {FrameType::summary, kMaxFrameBytes},
             {FrameType::end, kMaxEndBytes},
             {FrameType::welcome, kMaxWelcomeBytes}}) {
        const auto frame = make_frame(type, std::string(most - 1, 'x'));
        const auto larger = make_frame(type, std::string(most, 'x'));

        const auto read = read_frame(frame);

        ASSERT_TRUE(read && *read);
        EXPECT_EQ((*read)->bytes, kHeaderBytes + most);
        EXPECT_EQ(read_frame(larger).error().code, Code::protocol);
    }
}

TEST(Frame, StaysInErrorAfterAnError) {
    FrameDecoder decoder;
    decoder.feed(std::string(kHeaderBytes, '\0'));
    EXPECT_FALSE(decoder.next());

    decoder.feed(make_frame(FrameType::ping, "{}"));

    EXPECT_FALSE(decoder.next());
}

}  // namespace triphammer::protocol
