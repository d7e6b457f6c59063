#include "store/sqlite/migrator.hpp"

#include "store/sqlite/database.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fstream>

using namespace triphammer;
using namespace triphammer::store;
using triphammer::testing::TempDir;

namespace {

struct MigratorFixture {
    MigratorFixture() {
        std::ofstream{folder / "test.db"};
        db = std::move(Connection::open(folder / "test.db", Connection::Mode::write).value());
    }

    std::int64_t number(const std::string& sql) {
        return db->prepare(sql).find<std::int64_t>().value_or(-1);
    }

    TempDir folder;
    std::unique_ptr<Connection> db;
};

const Migration kOne{1, "0001_one.sql", "CREATE TABLE one (x INTEGER) STRICT;"};
const Migration kTwo{2, "0002_two.sql", "CREATE TABLE two (x INTEGER) STRICT;"};

}  // namespace

TEST(Migrator, RunsEachMigrationOnce) {
    MigratorFixture fixture;

    migrate(*fixture.db, {kOne}, TimePoint{}).value();
    migrate(*fixture.db, {kOne, kTwo}, TimePoint{}).value();
    migrate(*fixture.db, {kOne, kTwo}, TimePoint{}).value();

    EXPECT_EQ(fixture.number("SELECT count(*) FROM migrations"), 2);
    EXPECT_EQ(fixture.number("PRAGMA user_version"), 2);
    EXPECT_EQ(fixture.number("SELECT count(*) FROM two"), 0);
}

TEST(Migrator, LeavesNothingOfAMigrationThatFails) {
    MigratorFixture fixture;
    migrate(*fixture.db, {kOne}, TimePoint{}).value();
    const Migration broken{2, "0002_broken.sql", "CREATE TABLE two (x); CREATE TABLE two (x);"};

    EXPECT_THROW((void)migrate(*fixture.db, {kOne, broken}, TimePoint{}), SqlFailure);
    fixture.db->execute("ROLLBACK");

    EXPECT_EQ(fixture.number("PRAGMA user_version"), 1);
    EXPECT_EQ(fixture.number("SELECT count(*) FROM sqlite_schema WHERE name = 'two'"), 0);
}

TEST(Migrator, RefusesAReleasedMigrationThatWasEdited) {
    MigratorFixture fixture;
    migrate(*fixture.db, {kOne}, TimePoint{}).value();
    const Migration edited{1, "0001_one.sql", "CREATE TABLE one (x INTEGER, y INTEGER) STRICT;"};

    auto refused = migrate(*fixture.db, {edited}, TimePoint{});

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::conflict);
}

TEST(Migrator, CarriesEveryFileOfTheFolder) {
    const auto migrations = embedded_migrations();

    ASSERT_FALSE(migrations.empty());
    EXPECT_EQ(migrations[0].number, 1);
    EXPECT_EQ(migrations[0].name, "0001_create_tables.sql");
    std::ifstream file{
        std::string{TRIPHAMMER_SOURCE_DIR "/migrations/"} + std::string{migrations[0].name}};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    EXPECT_EQ(migrations[0].sql, text);
}
