#include "store/sqlite/writer.hpp"

#include "store/sqlite/meta_store.hpp"
#include "store/sqlite/migrator.hpp"
#include "support/clock.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <future>

using namespace triphammer;
using namespace triphammer::store;
using triphammer::testing::ManualClock;
using triphammer::testing::TempDir;
using Failure = Database::Failure;

namespace {

constexpr std::uint64_t kWalLimit = 256U << 10U;

std::unique_ptr<Connection> open_migrated(const std::filesystem::path& path) {
    std::ofstream{path, std::ios::app};
    auto connection = std::move(Connection::open(path, Connection::Mode::write).value());
    migrate(*connection, embedded_migrations(), TimePoint{}).value();
    return connection;
}

/// What a power cut at this moment would leave, opened again.
std::vector<std::string> keys_after_crash(const std::filesystem::path& path) {
    TempDir copy;
    for (const std::string suffix : {"", "-wal"}) {
        std::error_code none;
        const auto from = path.string() + suffix;
        std::filesystem::copy_file(from, (copy / "copy.db").string() + suffix, none);
    }
    auto survivor = std::move(Connection::open(copy / "copy.db", Connection::Mode::write).value());
    return survivor->prepare("SELECT key FROM meta ORDER BY key").list([](Statement& row) {
        std::string key;
        row.read(key);
        return key;
    });
}

struct WriterFixture {
    /// Hands all of them over while the writer is busy, so that they are one batch.
    std::vector<Failure> run_together(std::vector<Database::WriteWork> works) {
        std::promise<void> is_busy;
        std::promise<void> all_there;
        const Database::WriteWork wait = [&](Transaction&) {
            is_busy.set_value();
            all_there.get_future().wait();
            return Failure{};
        };
        std::vector<std::promise<Failure>> answers(works.size());
        WriterThread thread{writer};
        thread.put({&wait, [](const Failure&) {}, {}});
        // A thread that wakes late would find some of the others beside it.
        is_busy.get_future().wait();
        for (std::size_t i = 0; i < works.size(); ++i) {
            auto answer = [&answers, i](Failure failure) { answers[i].set_value(failure); };
            thread.put({&works[i], answer, {}});
        }
        all_there.set_value();
        std::vector<Failure> failures;
        for (auto& answer : answers) failures.push_back(answer.get_future().get());
        return failures;
    }

    TempDir folder;
    ManualClock clock;
    std::filesystem::path path = folder / "test.db";
    Writer writer{open_migrated(path), clock, kWalLimit};
};

Database::WriteWork put(const std::string& key, std::vector<int>* logs = nullptr) {
    return [key, logs](Transaction& tx) {
        put_meta(tx, key, "1");
        if (logs != nullptr) logs->push_back(static_cast<Connection&>(tx).wal_pages());
        return Failure{};
    };
}

using Keys = std::vector<std::string>;

}  // namespace

TEST(Writer, CommitsWhatWaitsInOneTransaction) {
    WriterFixture fixture;
    std::vector<int> log_pages;

    auto failures =
        fixture.run_together({put("a", &log_pages), put("b", &log_pages), put("c", &log_pages)});

    EXPECT_EQ(failures, std::vector<Failure>(3));
    EXPECT_EQ(log_pages, std::vector<int>(3, log_pages[0]));
    EXPECT_EQ(keys_after_crash(fixture.path), (Keys{"a", "b", "c"}));
}

TEST(Writer, UndoesOnlyThePieceThatFailed) {
    WriterFixture fixture;
    const Database::WriteWork fail = [](Transaction& tx) -> Failure {
        put_meta(tx, "undone", "1");
        return conflict("no");
    };

    auto failures = fixture.run_together({put("a"), fail, put("b")});

    EXPECT_EQ(failures, (std::vector<Failure>{{}, conflict("no"), {}}));
    EXPECT_EQ(keys_after_crash(fixture.path), (Keys{"a", "b"}));
}

TEST(Writer, AnswersOnlyWhatSurvivesAPowerCut) {
    WriterFixture fixture;
    const auto work = put("kept");
    std::promise<Keys> survivors;
    {
        WriterThread thread{fixture.writer};
        thread.put(
            {&work,
             [&](const Failure&) { survivors.set_value(keys_after_crash(fixture.path)); },
             {}}
        );
    }

    EXPECT_EQ(survivors.get_future().get(), (Keys{"kept"}));
}

TEST(Writer, LeavesNothingOfABatchThatWasNotCommitted) {
    WriterFixture fixture;
    Keys seen;
    const Database::WriteWork look = [&](Transaction&) {
        seen = keys_after_crash(fixture.path);
        return Failure{};
    };

    fixture.run_together({put("a"), look});

    EXPECT_EQ(seen, Keys{});
    EXPECT_EQ(keys_after_crash(fixture.path), (Keys{"a"}));
}

TEST(Writer, FailsTheWholeBatchWhenTheTransactionIsGone) {
    WriterFixture fixture;
    const Database::WriteWork close = [](Transaction& tx) {
        static_cast<Connection&>(tx).execute("ROLLBACK");
        return Failure{};
    };

    auto failures = fixture.run_together({put("a"), close, put("b")});
    auto after = fixture.run_together({put("c")});

    for (const auto& failure : failures) EXPECT_TRUE(failure.has_value());
    EXPECT_EQ(after, std::vector<Failure>(1));
    EXPECT_EQ(keys_after_crash(fixture.path), (Keys{"c"}));
}

TEST(Writer, FinishesWhatWasPutBeforeItStops) {
    WriterFixture fixture;
    std::vector<Database::WriteWork> works;
    for (int i = 0; i < 100; ++i) works.push_back(put("key" + std::to_string(100 + i)));
    int answered = 0;
    {
        WriterThread thread{fixture.writer};
        for (const auto& work : works) thread.put({&work, [&](const Failure&) { ++answered; }, {}});
    }

    EXPECT_EQ(answered, 100);
    EXPECT_EQ(keys_after_crash(fixture.path).size(), 100U);
}

TEST(Writer, TellsThoseWhoWaitForACommitBeforeThoseWhoFollowAll) {
    WriterFixture fixture;
    std::vector<std::string> told;
    fixture.writer.on_changes = [&](const ChangeNews& news) {
        told.push_back("change " + std::to_string(news.last));
    };
    const Database::WriteWork work = [](Transaction& tx) {
        tx.note_change(1, false);
        return Failure{};
    };
    {
        WriterThread thread{fixture.writer};
        thread.put({&work, [&](const Failure&) { told.emplace_back("done"); }, {}});
    }

    EXPECT_EQ(told, (std::vector<std::string>{"done", "change 1"}));
}

TEST(Writer, WritesIntoALogFileThatIsAlreadyAsLongAsItGets) {
    WriterFixture fixture;
    const auto log = fixture.path.string() + "-wal";
    const Database::WriteWork first = put("before");
    const Database::WriteWork second = put("behind");
    std::vector<Piece> batch(1);
    batch[0].work = &first;
    fixture.writer.checkpoint_at_end();  // of what the migrations wrote
    fixture.writer.commit(batch);

    fixture.writer.work_in_quiet();
    const auto lengthened = std::filesystem::file_size(log);
    batch[0].work = &second;
    fixture.writer.commit(batch);

    EXPECT_GE(lengthened, kWalLimit);
    EXPECT_EQ(std::filesystem::file_size(log), lengthened);
    EXPECT_FALSE(fixture.writer.has_quiet_work());
    EXPECT_EQ(keys_after_crash(fixture.path), (Keys{"before", "behind"}));
}

TEST(Writer, KeepsTheLogShort) {
    WriterFixture fixture;
    std::vector<Piece> batch(1);
    const Database::WriteWork work = [](Transaction& tx) {
        put_meta(tx, "large", std::string(50'000, 'x'));
        return Failure{};
    };
    batch[0].work = &work;

    fixture.writer.checkpoint_at_end();  // of what the migrations wrote

    std::uint64_t longest = 0;
    for (int i = 0; i < 50; ++i) {
        fixture.writer.commit(batch);
        longest = std::max(longest, fixture.writer.wal_bytes());
        fixture.writer.checkpoint_if_long();
    }

    EXPECT_GT(longest, 50'000U);
    EXPECT_LT(longest, 2 * kWalLimit);
    EXPECT_LT(std::filesystem::file_size(fixture.path.string() + "-wal"), 2 * kWalLimit);
}
