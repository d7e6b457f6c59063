#include "logs/log_store.hpp"

#include "base/digest.hpp"
#include "support/clock.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>

using namespace triphammer;
using namespace triphammer::logs;
using triphammer::testing::TempDir;

namespace {

constexpr LogId kLog{1234, 2};

struct Fixture {
    void restart() { logs = std::move(LogStore::open(folder / "logs", clock).value()); }

    std::filesystem::path file(const char* suffix) const {
        return folder / "logs" / "1" / "1234" / (std::string{"2"} + suffix);
    }

    TempDir folder;
    triphammer::testing::ManualClock clock;
    std::unique_ptr<LogStore> logs = std::move(LogStore::open(folder / "logs", clock).value());
};

std::string numbered_lines(int from, int to) {
    std::string text;
    for (int i = from; i < to; ++i) text += "line " + std::to_string(i) + "\n";
    return text;
}

}  // namespace

TEST(LogStore, KeepsBytesInFilesThatOnlyTheOwnerReads) {
    Fixture fixture;

    fixture.logs->append(kLog, 0, "one\n").value();
    fixture.logs->append(kLog, 4, "two\n").value();

    struct ::stat facts {};

    ASSERT_EQ(::stat(fixture.file(".log").c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600U);
    EXPECT_EQ(fixture.logs->length(kLog).value(), 8U);
    EXPECT_EQ(fixture.logs->lines(kLog, {0, 10}).value().bytes, "one\ntwo\n");
}

TEST(LogStore, MakesAnAttemptsFolderAhead) {
    Fixture fixture;
    fixture.logs->prepare(kLog.fence).value();

    EXPECT_TRUE(std::filesystem::is_empty(fixture.file(".log").parent_path()));
    fixture.logs->append(kLog, 0, "one\n").value();
    EXPECT_EQ(fixture.logs->length(kLog).value(), 4U);
}

TEST(LogStore, RefusesAGap) {
    Fixture fixture;
    fixture.logs->append(kLog, 0, "one\n").value();

    auto gap = fixture.logs->append(kLog, 5, "two\n");

    EXPECT_EQ(gap.error().code, Code::protocol);
    EXPECT_EQ(fixture.logs->length(kLog).value(), 4U);
}

TEST(LogStore, SkipsBytesThatAreThereAndRefusesOthers) {
    Fixture fixture;
    fixture.logs->append(kLog, 0, "one\ntwo\n").value();

    EXPECT_TRUE(fixture.logs->append(kLog, 0, "one\n"));
    EXPECT_TRUE(fixture.logs->append(kLog, 4, "two\nthree\n"));
    EXPECT_EQ(fixture.logs->append(kLog, 4, "2\n").error().code, Code::protocol);
    EXPECT_EQ(fixture.logs->lines(kLog, {0, 10}).value().bytes, "one\ntwo\nthree\n");
}

TEST(LogStore, GivesAnyRangeOfLines) {
    Fixture fixture;
    fixture.logs->append(kLog, 0, numbered_lines(0, 100'000)).value();

    auto middle = fixture.logs->lines(kLog, {70'001, 3}).value();
    auto end = fixture.logs->lines(kLog, {99'999, 10}).value();
    auto beyond = fixture.logs->lines(kLog, {100'000, 10}).value();

    EXPECT_EQ(middle.bytes, numbered_lines(70'001, 70'004));
    EXPECT_EQ(middle.first, 70'001U);
    EXPECT_EQ(middle.count, 3U);
    EXPECT_EQ(middle.total, 100'000U);
    EXPECT_EQ(end.bytes, "line 99999\n");
    EXPECT_EQ(beyond.bytes, "");
    EXPECT_EQ(beyond.count, 0U);
}

TEST(LogStore, GivesAnUnfinishedLastLine) {
    Fixture fixture;
    fixture.logs->append(kLog, 0, "one\ntw").value();

    auto last = fixture.logs->lines(kLog, {1, 5}).value();

    EXPECT_EQ(last.bytes, "tw");
    EXPECT_EQ(last.count, 1U);
    EXPECT_EQ(last.total, 2U);
}

TEST(LogStore, BoundsOneAnswer) {
    Fixture fixture;
    std::string text;
    for (int i = 0; i < 50'000; ++i) text += std::string(199, 'x') + "\n";
    fixture.logs->append(kLog, 0, text).value();

    auto answer = fixture.logs->lines(kLog, {0, 50'000}).value();

    EXPECT_LE(answer.bytes.size(), kMaxAnswerBytes);
    EXPECT_GT(answer.count, 10'000U);
    EXPECT_EQ(answer.bytes.size(), answer.count * 200);
}

TEST(LogStore, FindsTextInTheWholeLog) {
    Fixture fixture;
    fixture.logs->append(kLog, 0, numbered_lines(0, 100'000) + "LINE the last").value();

    auto found = fixture.logs->search(kLog, "Line 777", 2).value();
    auto last = fixture.logs->search(kLog, "line THE", 10).value();
    auto none = fixture.logs->search(kLog, "nowhere", 10).value();

    EXPECT_EQ(found.lines, (std::vector<std::uint64_t>{777, 7770}));
    EXPECT_EQ(found.total, 111U);
    EXPECT_EQ(found.searched, 100'001U);
    EXPECT_EQ(last.lines, std::vector<std::uint64_t>{100'000});
    EXPECT_EQ(none.total, 0U);
    EXPECT_EQ(fixture.logs->search(kLog, "", 10).error().code, Code::invalid);
}

TEST(LogStore, GoesOnAfterARestartWithOrWithoutItsIndex) {
    Fixture fixture;
    fixture.logs->append(kLog, 0, numbered_lines(0, 10'000)).value();
    fixture.logs->sync(kLog).value();
    const auto synced = fixture.logs->length(kLog).value();
    fixture.logs->append(kLog, synced, numbered_lines(10'000, 20'000)).value();

    fixture.restart();
    EXPECT_EQ(fixture.logs->line_count(kLog).value(), 20'000U);
    EXPECT_EQ(fixture.logs->lines(kLog, {15'000, 1}).value().bytes, "line 15000\n");

    ASSERT_TRUE(std::filesystem::remove(fixture.file(".idx")));
    fixture.restart();
    EXPECT_EQ(fixture.logs->lines(kLog, {9'999, 2}).value().bytes, "line 9999\nline 10000\n");

    std::ofstream{fixture.file(".idx")} << "damaged";
    fixture.restart();
    EXPECT_EQ(fixture.logs->line_count(kLog).value(), 20'000U);
}

TEST(LogStore, KeepsNoIndexOfAShortLog) {
    Fixture fixture;
    fixture.logs->append(kLog, 0, numbered_lines(0, 1000)).value();
    fixture.logs->close(kLog).value();

    EXPECT_FALSE(std::filesystem::exists(fixture.file(".idx")));
    fixture.restart();
    EXPECT_EQ(fixture.logs->lines(kLog, {999, 1}).value().bytes, "line 999\n");
}

TEST(LogStore, SumsTheWholeLog) {
    Fixture fixture;
    const auto text = numbered_lines(0, 100'000);
    fixture.logs->append(kLog, 0, text).value();

    EXPECT_EQ(fixture.logs->sha256(kLog).value(), sha256_hex(text));
    EXPECT_EQ(fixture.logs->sha256({9, 9}).value(), sha256_hex(""));
}

TEST(LogStore, SaysNothingOfALogThatNobodyWrote) {
    Fixture fixture;

    EXPECT_EQ(fixture.logs->length(kLog).value(), 0U);
    EXPECT_EQ(fixture.logs->lines(kLog, {0, 10}).value().total, 0U);
    EXPECT_TRUE(fixture.logs->search(kLog, "x", 1).value().lines.empty());
    EXPECT_EQ(fixture.logs->open_raw(kLog).error().code, Code::not_found);
    EXPECT_FALSE(std::filesystem::exists(fixture.file(".log")));
}

TEST(LogStore, HoldsManyLogsWithFewDescriptors) {
    Fixture fixture;
    for (std::int64_t step = 0; step < 200; ++step) {
        fixture.logs->append({7, step}, 0, "hello\n").value();
    }
    for (std::int64_t step = 0; step < 200; ++step) {
        fixture.logs->append({7, step}, 6, "again\n").value();
    }

    std::ptrdiff_t open = 0;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"}) {
        std::error_code none;
        const auto target = std::filesystem::read_symlink(entry.path(), none).string();
        if (target.find(fixture.folder.path().string()) == 0) ++open;
    }
    EXPECT_LE(open, 64);
    EXPECT_EQ(fixture.logs->lines({7, 3}, {0, 9}).value().bytes, "hello\nagain\n");
}

TEST(LogStore, ClosesItsFilesToOtherProgramsAndRemovesThemWhenAsked) {
    Fixture fixture;
    fixture.logs->append(kLog, 0, "hello\n").value();

    auto raw = fixture.logs->open_raw(kLog).value().release();
    EXPECT_NE(::fcntl(raw, F_GETFD) & FD_CLOEXEC, 0);
    FileDescriptor{raw}.close();
    fixture.logs->close(kLog).value();
    fixture.logs->remove(kLog.fence).value();

    EXPECT_FALSE(std::filesystem::exists(fixture.file(".log")));
    EXPECT_EQ(fixture.logs->length(kLog).value(), 0U);
}

TEST(LogStore, SaysWhenLinesCame) {
    Fixture fixture;
    const auto begin = fixture.clock.now();
    fixture.logs->append(kLog, 0, "one\ntw").value();
    fixture.clock.advance(Milliseconds{2'000});
    fixture.logs->append(kLog, 6, "o\nthree\n").value();
    fixture.logs->append(kLog, 8, "three\n").value();
    fixture.clock.advance(Milliseconds{2'000});
    fixture.logs->append(kLog, 14, "four\nfive\n").value();
    fixture.logs->sync(kLog).value();
    fixture.restart();
    fixture.clock.advance(Milliseconds{2'000});
    fixture.logs->append(kLog, 24, "six\n").value();

    const auto all = fixture.logs->times(kLog, {0, 100}).value();
    const auto last = fixture.logs->times(kLog, {4, 1}).value();

    EXPECT_EQ(all.total, 6U);
    EXPECT_EQ(
        all.moments,
        (std::vector<LineMoment>{
            {0, begin},
            {2, begin + Milliseconds{2'000}},
            {3, begin + Milliseconds{4'000}},
            {5, begin + Milliseconds{6'000}}})
    );
    EXPECT_EQ(last.moments, (std::vector<LineMoment>{{3, begin + Milliseconds{4'000}}}));
}

TEST(LogStore, KnowsNoTimesOfALogWithoutThem) {
    Fixture fixture;
    fixture.logs->append(kLog, 0, "one\n").value();
    fixture.logs->close(kLog).value();
    std::filesystem::remove(fixture.file(".times"));

    EXPECT_TRUE(fixture.logs->times(kLog, {0, 1}).value().moments.empty());
    EXPECT_TRUE(fixture.logs->times(LogId{9, 9}, {0, 1}).value().moments.empty());
}

TEST(LogStore, IsSyncedWithoutRoomForTimes) {
    Fixture fixture;
    fixture.logs->append(kLog, 0, "one\n").value();
    std::filesystem::create_directory(fixture.file(".times"));  // what cannot be written

    EXPECT_TRUE(fixture.logs->sync(kLog));
    EXPECT_EQ(fixture.logs->times(kLog, {0, 1}).value().moments.size(), 1U);
}
