#include "access/key_rotation.hpp"

#include "access/secrets.hpp"
#include "base/file.hpp"
#include "store/people/sealed_store.hpp"
#include "store/sqlite/meta_store.hpp"
#include "support/clock.hpp"
#include "support/database.hpp"
#include "support/run_task.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::access;
using namespace triphammer::testing;

namespace {

struct KeyRotationTest : ::testing::Test {
    ManualClock clock;
    SystemRandom random;
    InlineDatabase database{clock};
    KeyFile file{database.folder / "master.key"};
    std::filesystem::path next = file.path.string() + ".next";
    std::unique_ptr<Sealer> sealer;

    /// As a start does.
    Result<> open() {
        auto opened = run_task<Result<std::unique_ptr<Sealer>>>([&](Executor) {
            return KeyRotation::open(file, *database.database, random);
        });
        if (!opened) return opened.error();
        sealer = std::move(*opened);
        return {};
    }

    Result<std::int64_t> rotate() {
        return run_task<Result<std::int64_t>>([&](Executor) { return rotate_here(); });
    }

    Result<std::int64_t> go_on() {
        return run_task<Result<std::int64_t>>([&](Executor) { return go_on_from_here(); });
    }

    void set(const std::string& name, const std::string& value) {
        auto put = [&](store::Transaction& tx) {
            return set_secret(tx, *sealer, {{}, name, Secret{value}, "ada"});
        };
        database.database->write_now(put).value();
    }

    /// What a job would get, by name.
    std::string get(const std::string& name) {
        auto read = [&](store::Connection& db) { return resolve_secrets(db, *sealer, {}); };
        const auto all = database.database->read_now(read);
        if (!all) return all.error().message;
        for (const auto& one : *all) {
            if (one.name == name) return one.value.reveal();
        }
        return "none";
    }

    std::string key() { return read_file(file.path, 64).value(); }

    void put_meta(const std::string& name, const std::string& value) {
        auto put = [&](store::Transaction& tx) -> Result<> {
            store::put_meta(tx, name, value);
            return {};
        };
        database.database->write_now(put).value();
    }

    Result<std::int64_t> rotate_and_go_on() {
        return run_task<Result<std::int64_t>>([&](Executor) { return rotate_and_go_on_here(); });
    }

  private:
    Task<Result<std::int64_t>> rotate_and_go_on_here() {
        KeyRotation rotation{file, *database.database, *sealer, random};
        auto rotating = rotation.rotate("ada");
        const auto rotated = co_await std::move(rotating);
        if (!rotated) co_return rotated;
        auto going_on = rotation.go_on();
        co_return co_await std::move(going_on);
    }

    Task<Result<std::int64_t>> rotate_here() {
        KeyRotation rotation{file, *database.database, *sealer, random};
        auto rotating = rotation.rotate("ada");
        co_return co_await std::move(rotating);
    }

    Task<Result<std::int64_t>> go_on_from_here() {
        KeyRotation rotation{file, *database.database, *sealer, random};
        auto going_on = rotation.go_on();
        co_return co_await std::move(going_on);
    }
};

}  // namespace

TEST_F(KeyRotationTest, EveryPlaceOfASealedValueIsKnown) {
    auto list = [](store::Connection& db) -> Result<std::vector<std::string>> {
        auto query = db.prepare(
            "SELECT t.name || '.' || c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS "
            "c "
            "WHERE t.type = 'table' AND c.type = 'BLOB'"
        );
        return query.list([](store::Statement& row) {
            std::string name;
            row.read(name);
            return name;
        });
    };
    auto columns = database.database->read_now(list).value();
    std::erase(columns, "delivery_bodies.body");  // compressed, not sealed

    EXPECT_THAT(columns, ::testing::UnorderedElementsAreArray(store::list_sealed_columns()));
}

TEST_F(KeyRotationTest, SealsEverythingAnewAndPutsTheNewKeyInPlace) {
    open().value();
    set("ONE", "first value");
    set("TWO", "second value");
    const auto before = key();

    EXPECT_EQ(rotate().value(), 2);

    EXPECT_NE(key(), before);
    EXPECT_FALSE(std::filesystem::exists(next));
    EXPECT_EQ(get("ONE"), "first value");
    open().value();
    EXPECT_EQ(get("TWO"), "second value");
    EXPECT_EQ(rotate().value(), 2);
    EXPECT_EQ(rotate().value(), 2);
    EXPECT_EQ(get("TWO"), "second value");
}

TEST_F(KeyRotationTest, ANewKeyThatWasNeverUsedGoes) {
    open().value();
    replace_file(next, std::string(32, 'n')).value();

    open().value();

    EXPECT_FALSE(std::filesystem::exists(next));
}

TEST_F(KeyRotationTest, ADeathBetweenTwoValuesIsFinishedByTheNextStart) {
    open().value();
    set("OLD", "of the old key");
    const Secret second{std::string(32, 'n')};
    replace_file(next, second.reveal()).value();
    put_meta("key_check_next", Sealer{second, random}.check_value());

    open().value();
    set("NEW", "of the new key");
    EXPECT_EQ(get("OLD"), "of the old key");
    EXPECT_EQ(go_on().value(), 1);

    EXPECT_EQ(key(), second.reveal());
    open().value();
    EXPECT_EQ(get("OLD"), "of the old key");
    EXPECT_EQ(get("NEW"), "of the new key");
}

TEST_F(KeyRotationTest, ADeathBeforeTheFileTookItsPlaceIsFinishedByTheNextStart) {
    open().value();
    set("ONE", "a value");
    const auto before = key();
    rotate().value();
    std::filesystem::rename(file.path, next);
    replace_file(file.path, before).value();

    open().value();

    EXPECT_NE(key(), before);
    EXPECT_EQ(get("ONE"), "a value");
}

TEST_F(KeyRotationTest, WhatWasSealedBeforeAndCameAfterIsOpenedAndCaughtAtTheNextStart) {
    open().value();
    const auto late = sealer->seal("late value", {"secret", "0", "", "LATE"});
    rotate().value();
    auto put = [&](store::Transaction& tx) -> Result<> {
        tx.prepare(
              "INSERT INTO secrets (repository, environment, name, sealed, updated_at, updated_by) "
              "VALUES (0, '', 'LATE', ?, 0, '')"
        )
            .bind(store::Blob{late})
            .run();
        return {};
    };
    database.database->write_now(put).value();

    EXPECT_EQ(get("LATE"), "late value");
    open().value();
    EXPECT_EQ(go_on().value(), 1);
    open().value();
    EXPECT_EQ(get("LATE"), "late value");
    EXPECT_TRUE(sealer->old_key().empty());
}

TEST_F(KeyRotationTest, WithoutTheNewKeyOfAChangeNothingStarts) {
    open().value();
    put_meta("key_check_next", "of a key that is not there");

    EXPECT_EQ(open().error().code, Code::not_found);

    replace_file(next, std::string(32, 'x')).value();
    EXPECT_EQ(open().error().code, Code::refused);
    EXPECT_TRUE(std::filesystem::exists(next));
}

TEST_F(KeyRotationTest, AKeyInUseThatFoundNoPlaceIsNotWrittenOver) {
    open().value();
    set("ONE", "a value");
    rotate().value();
    const auto in_use = key();
    std::filesystem::rename(file.path, next);
    std::filesystem::create_directories(file.path / "in the way");

    EXPECT_EQ(rotate().error().code, Code::io);
    EXPECT_EQ(read_file(next, 64).value(), in_use);
    EXPECT_FALSE(open());
    EXPECT_EQ(read_file(next, 64).value(), in_use);

    std::filesystem::remove_all(file.path);
    EXPECT_EQ(rotate().value(), 1);
    EXPECT_NE(key(), in_use);
    open().value();
    EXPECT_EQ(get("ONE"), "a value");
}

TEST_F(KeyRotationTest, NoChangeBeginsOfAFileThatCannotBeReplaced) {
    open().value();
    set("ONE", "a value");
    const auto before = key();
    const std::filesystem::path in_the_way = file.path.string() + ".new";
    std::filesystem::create_directory(in_the_way);

    const auto refusal = rotate();

    ASSERT_FALSE(refusal);
    EXPECT_NE(refusal.error().message.find("cannot be replaced"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(next));
    EXPECT_FALSE(database.database
                     ->read_now([](store::Connection& db) -> Result<bool> {
                         return is_key_changing(db);
                     })
                     .value());
    EXPECT_EQ(key(), before);
    std::filesystem::remove(in_the_way);
    EXPECT_EQ(rotate().value(), 1);
}

TEST_F(KeyRotationTest, ANextKeyThatCannotBeReadStays) {
    open().value();
    replace_file(next, std::string(32, 'n'), 0644).value();

    EXPECT_EQ(open().error().code, Code::refused);
    EXPECT_TRUE(std::filesystem::exists(next));
    EXPECT_EQ(rotate().error().code, Code::refused);
    EXPECT_TRUE(std::filesystem::exists(next));
}

TEST_F(KeyRotationTest, ANextKeyOfAnotherSizeGoes) {
    open().value();
    replace_file(next, "short").value();

    open().value();

    EXPECT_FALSE(std::filesystem::exists(next));
}

TEST_F(KeyRotationTest, WhatAChangeRetiresIsNotForgottenByTheSameProcess) {
    open().value();
    const auto late = sealer->seal("late value", {"secret", "0", "", "LATE"});

    EXPECT_EQ(rotate_and_go_on().value(), 0);

    EXPECT_FALSE(sealer->old_key().empty());
    EXPECT_EQ(sealer->open(late, {"secret", "0", "", "LATE"}).value().reveal(), "late value");
}

TEST_F(KeyRotationTest, AChangeWhoseNewKeyWasTakenAwayIsNotFinished) {
    open().value();
    set("ONE", "a value");
    const Secret second{std::string(32, 'n')};
    replace_file(next, second.reveal()).value();
    put_meta("key_check_next", Sealer{second, random}.check_value());
    open().value();
    std::filesystem::remove(next);

    EXPECT_EQ(go_on().error().code, Code::not_found);

    replace_file(next, second.reveal()).value();
    EXPECT_TRUE(go_on());
    EXPECT_EQ(key(), second.reveal());
    open().value();
    EXPECT_EQ(get("ONE"), "a value");
}
