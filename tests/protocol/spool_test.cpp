#include "protocol/spool.hpp"

#include <gtest/gtest.h>

namespace triphammer::protocol {

namespace {

constexpr const char* kNonce = "00112233445566778899aabbccddeeff";

std::string a_spool() {
    std::string bytes = to_frame(Record{Started{kNonce, "1", 0}});
    bytes += to_frame(Record{StepBegin{1, "", "build", 0}});
    bytes += to_frame(LogChunk{1, 0, "hello "});
    bytes += to_frame(LogChunk{1, 6, "world"});
    bytes += to_frame(Record{End{}});
    return bytes;
}

SpoolSummary scan(std::string_view bytes, std::size_t piece) {
    SpoolScanner scanner;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
        scanner.feed(bytes.substr(0, piece));
    }
    return scanner.summary();
}

}  // namespace

TEST(Spool, TellsAWholeOneFromATornOneAtEveryByte) {
    const auto bytes = a_spool();
    EXPECT_TRUE(scan(bytes, 7).has_end);

    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
        const auto summary = scan(std::string_view{bytes}.substr(0, cut), 64);
        EXPECT_FALSE(summary.has_end);
        EXPECT_LE(summary.whole_bytes, cut);
    }
}

TEST(Spool, KnowsItsRunnerAndItsLogs) {
    const auto summary = scan(a_spool(), 1000);

    ASSERT_TRUE(summary.started);
    EXPECT_EQ(summary.started->nonce, kNonce);
    EXPECT_EQ(summary.log_ends.at(1), 11U);
}

TEST(Spool, BelievesNothingBehindABrokenFrame) {
    auto bytes = a_spool();
    bytes[bytes.size() / 2] ^= 1;

    EXPECT_FALSE(scan(bytes, 10).has_end);
}

TEST(Spool, AnEndThatIsNotLastIsNone) {
    const auto bytes = a_spool() + to_frame(LogChunk{1, 11, "more"});

    EXPECT_FALSE(scan(bytes, 1000).has_end);
}

TEST(Spool, BeginsWithStarted) {
    EXPECT_FALSE(scan(to_frame(Record{End{}}), 1000).has_end);
}

}  // namespace triphammer::protocol
