#include "launcher/held.hpp"

#include "base/file.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace triphammer::launcher {
namespace {

namespace fs = std::filesystem;
using triphammer::testing::TempDir;

struct Fixture {
    TempDir run;
    TimePoint now = from_unix_ms(1'000'000'000);

    fs::path attempt(std::int64_t fence, std::int64_t holds_ms) {
        const auto folder = run / std::to_string(fence);
        fs::create_directories(folder / "work");
        EXPECT_TRUE(replace_file(folder / "work" / "file", "text"));
        EXPECT_TRUE(replace_file(folder / "spool", "journal"));
        const auto until = std::to_string(to_unix_ms(now) + holds_ms);
        if (holds_ms == 0) return folder;
        EXPECT_TRUE(replace_file(folder / kHoldMark, until));
        return folder;
    }

    bool hold_one(std::int64_t fence, std::int64_t holds_ms) {
        return hold(run.path(), attempt(fence, holds_ms), fence, now).value();
    }

    bool is_held(std::int64_t fence) const { return fs::exists(held_folder(run.path(), fence)); }
};

TEST(Held, KeepsTheFoldersOfAnAttemptThatAsks) {
    Fixture fixture;

    EXPECT_TRUE(fixture.hold_one(7, 5000));
    EXPECT_FALSE(fixture.hold_one(8, 0));
    EXPECT_FALSE(fixture.hold_one(9, -5000));

    EXPECT_FALSE(fs::exists(fixture.run / "7"));
    EXPECT_TRUE(fs::exists(held_folder(fixture.run.path(), 7) / "work" / "file"));
    EXPECT_FALSE(fs::exists(held_folder(fixture.run.path(), 7) / "spool"));
    EXPECT_TRUE(fs::exists(fixture.run / "8"));
}

TEST(Held, KeepsTheFoldersOfAllWhoAskWhereNobodySweeps) {
    Fixture fixture;
    fixture.attempt(7, 5000);
    fixture.attempt(8, 0);
    fixture.attempt(9, 5000);
    fs::create_directory(fixture.run / "ready");

    hold_all(fixture.run.path(), fixture.now);

    EXPECT_TRUE(fixture.is_held(7) && fixture.is_held(9));
    EXPECT_FALSE(fixture.is_held(8));
    EXPECT_TRUE(fs::exists(fixture.run / "8") && fs::exists(fixture.run / "ready"));
}

TEST(Held, ShowsTheCopyOfAWorkspaceThatWasOnAnOverlay) {
    Fixture fixture;
    const auto folder = fixture.attempt(7, 5000);
    fs::remove(folder / "work" / "file");
    fs::create_directories(folder / "kept");
    fs::create_directories(folder / "upper" / "work");
    EXPECT_TRUE(replace_file(folder / "kept" / "copied", "text"));

    EXPECT_TRUE(hold(fixture.run.path(), folder, 7, fixture.now).value());

    const auto held = held_folder(fixture.run.path(), 7);
    EXPECT_TRUE(fs::exists(held / "work" / "copied"));
    EXPECT_FALSE(fs::exists(held / "kept"));
    EXPECT_FALSE(fs::exists(held / "upper"));
    EXPECT_TRUE(fs::exists(fixture.run / "swept" / "7.upper"));
}

TEST(Held, RemovesWhatIsOverItsTime) {
    Fixture fixture;
    fixture.hold_one(7, 5000);
    fixture.hold_one(8, 9000);

    prune_held(fixture.run.path(), fixture.now + Milliseconds{6000});

    EXPECT_FALSE(fixture.is_held(7));
    EXPECT_TRUE(fixture.is_held(8));
}

TEST(Held, KeepsTheNewestOnly) {
    Fixture fixture;
    for (std::int64_t fence = 1; fence <= 22; ++fence) fixture.hold_one(fence, 5000);

    prune_held(fixture.run.path(), fixture.now);

    EXPECT_FALSE(fixture.is_held(2));
    EXPECT_TRUE(fixture.is_held(3));
    EXPECT_TRUE(fixture.is_held(22));
}

TEST(Held, BelievesNobodyWhoWantsToStayForEver) {
    Fixture fixture;
    fixture.hold_one(7, 30LL * 24 * 3600 * 1000);

    prune_held(fixture.run.path(), fixture.now);

    EXPECT_FALSE(fixture.is_held(7));
}

}  // namespace
}  // namespace triphammer::launcher
