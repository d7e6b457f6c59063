#include "store/sqlite/database.hpp"

#include "store/sqlite/meta_store.hpp"
#include "support/clock.hpp"
#include "support/run_task.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <fstream>
#include <thread>

using namespace triphammer;
using namespace triphammer::store;
using triphammer::testing::ManualClock;
using triphammer::testing::run_until_done;
using triphammer::testing::TempDir;

namespace {

struct DatabaseFixture {
    std::filesystem::path path() const { return folder / "triphammer.db"; }

    Result<std::unique_ptr<Database>> open(Options options = {.threads = false}) {
        return Database::open(path(), clock, options);
    }

    TempDir folder;
    ManualClock clock;
};

Result<> put(Transaction& tx, const std::string& key) {
    put_meta(tx, key, "1");
    return {};
}

bool has(Database& database, const std::string& key) {
    auto find = [&](Connection& db) -> Result<bool> { return find_meta(db, key).has_value(); };
    return database.read_now(find).value();
}

void write_file(const std::filesystem::path& path, const std::string& bytes) {
    std::ofstream{path, std::ios::binary} << bytes;
}

}  // namespace

TEST(Database, MakesAFileThatOnlyItsOwnerReads) {
    DatabaseFixture fixture;

    auto database = fixture.open();

    struct ::stat facts {};

    ASSERT_TRUE(database);
    ASSERT_EQ(::stat(fixture.path().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600U);
}

TEST(Database, KeepsWhatWasWrittenAcrossARestart) {
    DatabaseFixture fixture;
    fixture.open().value()->write_now([](Transaction& tx) { return put(tx, "kept"); }).value();

    auto again = std::move(fixture.open().value());

    EXPECT_TRUE(has(*again, "kept"));
    EXPECT_FALSE(has(*again, "other"));
}

TEST(Database, RefusesAFileThatIsNoDatabase) {
    DatabaseFixture fixture;
    write_file(fixture.path(), std::string(5000, 'x'));

    auto opened = fixture.open();

    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, kDamaged) << opened.error().message;
}

TEST(Database, RefusesAFileThatWasCutOff) {
    DatabaseFixture fixture;
    fixture.open().value().reset();
    std::filesystem::resize_file(fixture.path(), std::filesystem::file_size(fixture.path()) / 2);

    auto opened = fixture.open();

    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, kDamaged) << opened.error().message;
}

TEST(Database, RefusesADatabaseOfSomebodyElse) {
    DatabaseFixture fixture;
    write_file(fixture.path(), "");
    {
        auto other = Connection::open(fixture.path(), Connection::Mode::write).value().release();
        std::unique_ptr<Connection> owner{other};
        owner->execute("CREATE TABLE theirs (x); PRAGMA user_version = 1");
    }

    auto opened = fixture.open();

    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, kDamaged) << opened.error().message;
}

TEST(Database, RefusesTheSchemaOfANewerReleaseAndChangesNothing) {
    DatabaseFixture fixture;
    fixture.open()
        .value()
        ->write_now([](Transaction& tx) -> Result<> {
            static_cast<Connection&>(tx).execute("PRAGMA user_version = 9000");
            return {};
        })
        .value();

    auto opened = fixture.open();
    auto again = fixture.open();

    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, kNewerSchema) << opened.error().message;
    EXPECT_EQ(again.error().code, kNewerSchema);
}

TEST(Database, UndoesAPieceThatFails) {
    DatabaseFixture fixture;
    auto database = std::move(fixture.open().value());

    auto failed = database->write_now([](Transaction& tx) -> Result<> {
        put_meta(tx, "half", "1");
        return conflict("changed my mind");
    });

    EXPECT_EQ(failed.error(), conflict("changed my mind"));
    EXPECT_FALSE(has(*database, "half"));
}

TEST(Database, TurnsWhatAPieceThrowsIntoItsError) {
    DatabaseFixture fixture;
    auto database = std::move(fixture.open().value());

    auto bug = database->write_now([](Transaction& tx) -> Result<> {
        put_meta(tx, "half", "1");
        throw std::logic_error("a bug");
    });
    auto broken = database->write_now([](Transaction& tx) -> Result<> {
        tx.prepare("INSERT INTO meta (key) VALUES ('no value')").run();
        return {};
    });

    EXPECT_EQ(bug.error().code, Code::internal);
    EXPECT_EQ(bug.error().message, "a bug");
    EXPECT_EQ(broken.error().code, Code::internal);
    EXPECT_FALSE(has(*database, "half"));
}

TEST(Database, LetsNoReaderWrite) {
    DatabaseFixture fixture;
    auto database = std::move(fixture.open({.threads = true}).value());

    run_until_done([&](Executor) -> Task<> {
        auto work = [](Connection& db) -> Result<> {
            db.prepare("INSERT INTO meta (key, value) VALUES ('a', 'b')").run();
            return {};
        };
        auto done = co_await database->read(work);
        EXPECT_EQ(done.error().code, Code::internal);
    });
}

TEST(Database, ResumesTheWriterOnItsOwnThread) {
    DatabaseFixture fixture;
    auto database = std::move(fixture.open({.threads = true}).value());
    const auto home = std::this_thread::get_id();
    std::thread::id worked_on;

    run_until_done([&](Executor) -> Task<> {
        auto work = [&](Transaction& tx) {
            worked_on = std::this_thread::get_id();
            return put(tx, "a");
        };
        auto done = co_await database->write(work);
        EXPECT_TRUE(done);
        EXPECT_EQ(std::this_thread::get_id(), home);
    });

    EXPECT_NE(worked_on, home);
}

TEST(Database, RefusesInlineWorkBesideAWriterThread) {
    DatabaseFixture fixture;
    auto database = std::move(fixture.open({.threads = true}).value());

    EXPECT_THROW(
        (void)database->write_now([](Transaction& tx) { return put(tx, "a"); }), std::logic_error
    );
}

TEST(Database, TellsOfChangesAfterTheyAreCommitted) {
    DatabaseFixture fixture;
    auto database = std::move(fixture.open().value());
    std::vector<ChangeNews> told;
    database->on_changes([&](const ChangeNews& news) { told.push_back(news); });

    database->write_now([](Transaction& tx) { return put(tx, "silent"); }).value();
    database
        ->write_now([](Transaction& tx) -> Result<> {
            tx.note_change(6, true);
            tx.note_change(7, false);
            return {};
        })
        .value();
    (void)database->write_now([](Transaction& tx) -> Result<> {
        tx.note_change(8, true);
        return conflict("no");
    });

    EXPECT_EQ(told, (std::vector<ChangeNews>{{7, true}}));
}

TEST(Database, SaysThatTheDiskIsFullAndWorksAgainWhenItIsNot) {
    DatabaseFixture fixture;
    auto database = std::move(fixture.open().value());
    auto limit = [&](const std::string& pages) {
        return [pages](Transaction& tx) -> Result<> {
            static_cast<Connection&>(tx).execute("PRAGMA max_page_count = " + pages);
            return {};
        };
    };
    auto large = [](Transaction& tx) -> Result<> {
        put_meta(tx, "large", std::string(1U << 20U, 'x'));
        return {};
    };
    database->write_now(limit("1")).value();

    auto full = database->write_now(large);
    database->write_now(limit("100000")).value();
    auto fits = database->write_now(large);

    EXPECT_EQ(full.error().code, Code::disk_full) << full.error().message;
    EXPECT_TRUE(fits);
    EXPECT_TRUE(has(*database, "large"));
}
