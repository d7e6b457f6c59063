#include "app/restore.hpp"

#include "app/config.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/database.hpp"
#include "support/clock.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fstream>

using namespace triphammer;
using namespace triphammer::app;
using triphammer::testing::ManualClock;
using triphammer::testing::TempDir;

namespace {

namespace fs = std::filesystem;

struct RestoreTest : ::testing::Test {
    RestoreTest() { config.data = folder / "data"; }

    void make(const fs::path& database) { store::Database::open(database, clock, {}).value(); }

    static std::unique_ptr<store::Connection> open(const fs::path& database) {
        return std::move(store::Connection::open(database, store::Connection::Mode::write).value());
    }

    static std::int64_t count_notes(const fs::path& database) {
        auto db = open(database);
        return db->prepare("SELECT count(*) FROM sqlite_master WHERE name = 'note'")
            .find<std::int64_t>()
            .value();
    }

    /// As a daemon that is killed leaves it: what it wrote last is in the log only.
    void leave_log_of(const fs::path& database, const fs::path& copy) {
        auto db = open(database);
        db->execute("CREATE TABLE note (text TEXT)");
        fs::copy_file(database, copy);
        fs::copy_file(database.string() + "-wal", copy.string() + "-wal");
    }

    TempDir folder;
    ManualClock clock;
    Config config;
};

}  // namespace

TEST_F(RestoreTest, TakesWhatIsInTheLogBesideTheFile) {
    make(folder / "killed.db");
    leave_log_of(folder / "killed.db", folder / "copy.db");

    ASSERT_TRUE(restore(config, folder / "copy.db"));

    EXPECT_EQ(count_notes(config.data / "triphammer.db"), 1);
}

TEST_F(RestoreTest, TakesNothingThatAnEarlierAttemptLeft) {
    make(folder / "backup.db");
    make(folder / "other.db");
    fs::create_directory(config.data);
    leave_log_of(folder / "other.db", config.data / "triphammer.db.restoring");

    ASSERT_TRUE(restore(config, folder / "backup.db"));

    EXPECT_EQ(count_notes(config.data / "triphammer.db"), 0);
}

TEST_F(RestoreTest, LeavesAnUnfinishedOneAloneThatIsNamedAsTheBackup) {
    fs::create_directory(config.data);
    const auto left = config.data / "triphammer.db.restoring";
    make(left);

    const auto restored = restore(config, left);

    ASSERT_FALSE(restored);
    EXPECT_NE(restored.error().message.find("name the backup itself"), std::string::npos);
    EXPECT_TRUE(fs::exists(left));
}

TEST_F(RestoreTest, RefusesAnEmptyFile) {
    std::ofstream{folder / "empty.db"};

    const auto checked = check_backup(folder / "empty.db");
    const auto restored = restore(config, folder / "empty.db");

    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().status, StartFailure::damaged);
    EXPECT_NE(checked.error().message.find("is empty"), std::string::npos);
    ASSERT_FALSE(restored);
    EXPECT_FALSE(fs::exists(config.data / "triphammer.db"));
}

TEST_F(RestoreTest, KeepsWhatAnAttemptThatDiedHalfwayHasPutAside) {
    const auto database = config.data / "triphammer.db";
    fs::create_directories(config.data);
    make(database);
    open(database)->execute("CREATE TABLE note (text TEXT)");
    fs::rename(database, database.string() + ".replaced");
    make(folder / "backup.db");

    ASSERT_TRUE(restore(config, folder / "backup.db"));

    EXPECT_EQ(count_notes(database), 0);
    EXPECT_EQ(count_notes(database.string() + ".replaced"), 1);
}
