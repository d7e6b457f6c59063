#include "intake/hook_book.hpp"

#include "access/repository_keys.hpp"
#include "store/repository_store.hpp"
#include "store/sqlite/database.hpp"
#include "support/clock.hpp"
#include "support/random.hpp"
#include "support/run_task.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::intake;
using namespace std::chrono_literals;
using triphammer::testing::ManualClock;
using triphammer::testing::run_task;
using triphammer::testing::SeededRandom;
using triphammer::testing::TempDir;

namespace {

using Found = Result<std::shared_ptr<const Hook>>;

class HookBookTest : public ::testing::Test {
  protected:
    HookBookTest() {
        store::Options inline_mode;
        inline_mode.threads = false;
        database_ = store::Database::open(directory_ / "db", clock_, inline_mode).value();
        store::NewRepository repository;
        repository.full_name = "o/r";
        repository.hook = "hook";
        repository.hook_secret = access::seal_hook_secret(sealer_, "hook", Secret{"first"});
        database_
            ->write_now([&](store::Transaction& tx) {
                return store::add_repository(tx, repository);
            })
            .value();
    }

    void set_secret(const std::string& sealed) {
        database_
            ->write_now([&](store::Transaction& tx) {
                return store::set_hook_secret(tx, {1}, sealed);
            })
            .value();
    }

    Found find(HookBook& book, const std::string& name) {
        return run_task<Found>([&](Executor) { return book.find_hook(name); });
    }

    TempDir directory_;
    ManualClock clock_;
    SeededRandom random_{1};
    access::Sealer sealer_{Secret{std::string(32, 'k')}, random_};
    std::unique_ptr<store::Database> database_;
};

}  // namespace

TEST_F(HookBookTest, SeesAChangedSecretAfterASecond) {
    HookBook book{*database_, sealer_, clock_};
    const auto secret = [&] { return find(book, "hook").value()->secrets.at(0).reveal(); };

    EXPECT_EQ(secret(), "first");
    set_secret(access::seal_hook_secret(sealer_, "hook", Secret{"second"}));
    EXPECT_EQ(secret(), "first");
    clock_.advance(1s);
    EXPECT_EQ(secret(), "second");
}

TEST_F(HookBookTest, TakesTheOldSecretTooUntilItsTimeIsOver) {
    HookBook book{*database_, sealer_, clock_};
    const auto sealed = access::seal_hook_secret(sealer_, "hook", Secret{"second"});
    const auto until = clock_.now() + 1h;
    database_
        ->write_now([&](store::Transaction& tx) {
            return store::rotate_hook_secret(tx, {1}, sealed, until);
        })
        .value();

    const auto both = find(book, "hook").value();
    clock_.advance(1h);
    const auto one = find(book, "hook").value();

    ASSERT_EQ(both->secrets.size(), 2U);
    EXPECT_EQ(both->secrets[0].reveal(), "second");
    EXPECT_EQ(both->secrets[1].reveal(), "first");
    ASSERT_EQ(one->secrets.size(), 1U);
    EXPECT_EQ(one->secrets[0].reveal(), "second");
}

TEST_F(HookBookTest, KnowsNoOtherHooks) {
    HookBook without{*database_, sealer_, clock_};
    HookBook with{*database_, sealer_, clock_};
    with.set_server_secrets({Secret{}, Secret{"server"}});

    EXPECT_EQ(find(without, "other").value(), nullptr);
    EXPECT_EQ(find(without, "").value(), nullptr);
    EXPECT_EQ(find(with, "").value()->secrets.at(0).reveal(), "server");
    EXPECT_FALSE(find(with, "").value()->repository);
}

TEST_F(HookBookTest, TakesTheServersOldSecretUntilItsTime) {
    HookBook book{*database_, sealer_, clock_};
    book.set_server_secrets({Secret{"new"}}, {Secret{"old"}, clock_.now() + 1h});

    const auto both = find(book, "").value();
    clock_.advance(1h);
    const auto one = find(book, "").value();

    ASSERT_EQ(both->secrets.size(), 2U);
    EXPECT_EQ(both->secrets[1].reveal(), "old");
    ASSERT_EQ(one->secrets.size(), 1U);
    EXPECT_EQ(one->secrets[0].reveal(), "new");
}

TEST_F(HookBookTest, FailsForASecretThatDoesNotOpen) {
    HookBook book{*database_, sealer_, clock_};
    set_secret(access::seal_hook_secret(sealer_, "another", Secret{"moved"}));

    EXPECT_FALSE(find(book, "hook"));
}
