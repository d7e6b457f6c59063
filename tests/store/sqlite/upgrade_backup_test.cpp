#include "store/sqlite/upgrade_backup.hpp"

#include "store/sqlite/backup.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/migrator.hpp"
#include "support/clock.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <fstream>

using namespace triphammer;
using namespace triphammer::store;
using triphammer::testing::ManualClock;
using triphammer::testing::TempDir;

namespace {

const auto kKnown = static_cast<std::int64_t>(embedded_migrations().size());

struct UpgradeBackupTest : ::testing::Test {
    std::filesystem::path database() const { return folder / "triphammer.db"; }

    std::filesystem::path backups() const { return folder / "backups"; }

    /// A database as a release with so many migrations leaves it, of a fresh or an older one.
    void make(std::int64_t schema) {
        std::ofstream{database(), std::ios::app};
        auto migrations = embedded_migrations();
        migrations.resize(static_cast<std::size_t>(schema));
        auto db = std::move(Connection::open(database(), Connection::Mode::write).value());
        migrate(*db, migrations, clock.now()).value();
    }

    Result<std::optional<UpgradeBackup>> back_up() {
        return back_up_before_upgrade(database(), backups(), clock.now());
    }

    std::set<std::string> names() const {
        std::set<std::string> out;
        for (const auto& entry : std::filesystem::directory_iterator{backups()})
            out.insert(entry.path().filename());
        return out;
    }

    std::int64_t schema_of(const std::filesystem::path& file) const {
        auto db = std::move(Connection::open(file, Connection::Mode::read).value());
        check_whole(*db).value();
        return db->prepare("PRAGMA user_version").find<std::int64_t>().value();
    }

    TempDir folder;
    ManualClock clock;
};

}  // namespace

TEST_F(UpgradeBackupTest, CopiesADatabaseOfAnOlderSchemaAndLeavesItAsItIs) {
    make(kKnown - 1);

    const auto made = back_up().value();

    ASSERT_TRUE(made);
    EXPECT_EQ(made->schema, kKnown - 1);
    const auto name = "20231114-221320-of-schema-" + std::to_string(kKnown - 1) + ".db";
    EXPECT_EQ(names(), std::set<std::string>{name});
    EXPECT_EQ(schema_of(backups() / name), kKnown - 1);
    EXPECT_EQ(schema_of(database()), kKnown - 1);

    struct ::stat facts {};

    ASSERT_EQ(::stat(made->file.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600U);
    EXPECT_EQ(find_readable_backup(backups()), made->file);
}

TEST_F(UpgradeBackupTest, MakesNoneOfAFreshDatabaseNorOfOneThatIsUpToDate) {
    EXPECT_FALSE(back_up().value());
    std::ofstream{database()};
    EXPECT_FALSE(back_up().value());
    make(kKnown);
    EXPECT_FALSE(back_up().value());

    EXPECT_FALSE(std::filesystem::exists(backups()));
}

TEST_F(UpgradeBackupTest, KeepsTheNewestOfEachSchemaAndFiveInAll) {
    for (auto schema = kKnown - 7; schema < kKnown; ++schema) {
        make(schema);
        for (int again = 0; again < 2; ++again) {
            clock.advance(std::chrono::seconds{1});
            ASSERT_TRUE(back_up().value());
        }
    }
    std::ofstream{backups() / "of-a-person.db"} << "stays";
    clock.advance(std::chrono::seconds{1});
    back_up().value();

    EXPECT_EQ(names().size(), 6U);
    EXPECT_EQ(names().count("of-a-person.db"), 1U);
    EXPECT_EQ(names().begin()->substr(15), "-of-schema-" + std::to_string(kKnown - 5) + ".db");
}

TEST_F(UpgradeBackupTest, KeepsWhatItJustMadeWhateverElseLiesThere) {
    make(kKnown - 1);
    const auto of_later = back_up().value()->file;
    const auto of_a_person = backups() / ("kept-of-schema-" + std::to_string(kKnown - 1) + ".db");
    std::filesystem::copy_file(of_later, of_a_person);
    clock.advance(-std::chrono::hours{24});

    const auto made = back_up().value();

    EXPECT_TRUE(std::filesystem::exists(made->file));
    EXPECT_FALSE(std::filesystem::exists(of_later));
    EXPECT_TRUE(std::filesystem::exists(of_a_person));
}

TEST_F(UpgradeBackupTest, SaysWhatToDoWhereNoneCanBeMade) {
    make(kKnown - 1);
    std::ofstream{backups()} << "a file in the way";

    const auto refused = back_up();

    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().code, kDamaged);
    const auto& told = refused.error().message;
    EXPECT_NE(told.find("from " + std::to_string(kKnown - 1)), std::string::npos) << told;
    EXPECT_NE(told.find("Make room in " + backups().string()), std::string::npos) << told;
}

TEST_F(UpgradeBackupTest, RefusesADatabaseThatIsDamaged) {
    make(kKnown - 1);
    std::fstream file{database(), std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(3 * 4096);
    file << std::string(4096, 'x');
    file.close();

    const auto refused = back_up();

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, kDamaged) << refused.error().message;
    EXPECT_TRUE(names().empty());
}

TEST_F(UpgradeBackupTest, TakesAwayWhatADeathLeftUnfinished) {
    make(kKnown - 1);
    std::filesystem::create_directory(backups());
    std::ofstream{backups() / "unfinished"} << "half of it";

    back_up().value();

    EXPECT_EQ(names().size(), 1U);
    EXPECT_EQ(names().count("unfinished"), 0U);
}

TEST_F(UpgradeBackupTest, FindsTheNewestBackupThatThisReleaseReads) {
    make(kKnown - 2);
    const auto older = back_up().value();
    clock.advance(std::chrono::seconds{1});
    make(kKnown - 1);
    const auto newer = back_up().value();
    std::ofstream{backups() / "foreign.db"} << std::string(200, 'x');
    ASSERT_EQ(find_readable_backup(backups()), newer->file);
    auto db = std::move(Connection::open(newer->file, Connection::Mode::write).value());
    db->execute("PRAGMA user_version = 9000");
    db.reset();

    EXPECT_EQ(find_readable_backup(backups()), older->file);
    EXPECT_EQ(find_readable_backup(folder / "nothing"), std::nullopt);
}
