#include "queue/queue_fixture.hpp"
#include "store/forge/delivery_store.hpp"
#include "store/retention_store.hpp"
#include "store/sqlite/change_store.hpp"
#include "store/sqlite/meta_store.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using store::RetentionCause;
using triphammer::testing::QueueFixture;

namespace {

using Days = std::chrono::duration<std::int64_t, std::ratio<86'400>>;

struct RetentionTest : ::testing::Test, QueueFixture {
    store::RetentionSettings settings;

    /// A run of one job on `ref` that has ended, with a log of so many bytes.
    model::RunId ended_run(const std::string& ref = "refs/heads/main", std::int64_t bytes = 100) {
        auto plan = make_plan({{"a", {}}});
        plan.runs[0].ref = ref;
        const auto run = create_planned(plan);
        const auto hold = run_next();
        write([&](store::Transaction& tx) -> Result<> {
            tx.prepare(
                  "INSERT INTO steps (attempt, number, name, state, log_bytes) "
                  "VALUES (?, 0, 'set up', 'succeeded', ?)"
            )
                .bind(hold.fence, bytes)
                .run();
            return {};
        });
        finish(hold).value();
        write([&](store::Transaction& tx) -> Result<> {
            store::set_swept(tx, hold.fence);
            return {};
        });
        return run;
    }

    store::RetentionPlan plan(int days_later = 0) {
        return read([&](store::Connection& db) {
            return store::plan_retention(db, settings, clock.now() + Days{days_later}, 100);
        });
    }

    void add_fork_head(model::RunId run, int author) {
        write([&](store::Transaction& tx) -> Result<> {
            tx.prepare(
                  "INSERT INTO fork_heads (run, repository, sha, head_repository, author) "
                  "SELECT id, repository, sha, 1, ? FROM runs WHERE id = ?"
            )
                .bind(author, run)
                .run();
            return {};
        });
    }

    /// What people were asked about it, and what GitHub was told.
    void ask_about(model::RunId run) {
        add_fork_head(run, 2);
        write([&](store::Transaction& tx) -> Result<> {
            for (const auto* text :
                 {"INSERT INTO approvals (kind, repository, run, sha, head_repository, author, "
                  "subject, state, created_at) "
                  "SELECT 'fork', repository, id, sha, 1, 2, 'x', 'pending', 1 FROM runs WHERE id "
                  "= ?",
                  "INSERT INTO approval_votes (approval, actor, approves, comment, at) "
                  "SELECT id, 'user:ada', 1, '', 1 FROM approvals WHERE run = ?",
                  "INSERT INTO check_runs (repository, sha, name, app, run) "
                  "SELECT repository, sha, 'test', '1', id FROM runs WHERE id = ?"}) {
                tx.prepare(text).bind(run).run();
            }
            return {};
        });
    }

    std::optional<std::vector<std::string>> remove(model::RunId run) {
        return write(
            [&](store::Transaction& tx) -> Result<std::optional<std::vector<std::string>>> {
                return store::remove_run(tx, run);
            }
        );
    }
};

std::vector<model::RunId> ids(const store::RetentionPlan& plan) {
    std::vector<model::RunId> out;
    for (const auto& run : plan.runs) out.push_back(run.id);
    return out;
}

}  // namespace

TEST_F(RetentionTest, WhatIsOldGoesButForTheNewestOfItsBranch) {
    settings.repository.run_days = 30;
    const auto first = ended_run();
    ended_run();
    const auto branch = ended_run("refs/heads/topic");
    const auto tag = ended_run("refs/tags/v1");
    ended_run();

    EXPECT_TRUE(plan(29).runs.empty());
    const auto later = plan(31);

    ASSERT_EQ(later.runs.size(), 3U);
    EXPECT_EQ(later.runs[0].id, first);
    EXPECT_EQ(later.runs[2].id, tag);
    EXPECT_EQ(later.runs[0].log_bytes, 100);
    for (const auto& run : later.runs) EXPECT_NE(run.id, branch);
}

TEST_F(RetentionTest, TheNewestSoManyStay) {
    settings.repository.runs = 2;
    const auto first = ended_run();
    const auto second = ended_run();
    ended_run();
    ended_run();

    const auto now = plan();

    EXPECT_EQ(ids(now), (std::vector{first, second}));
    EXPECT_EQ(now.runs[0].cause, RetentionCause::count);
}

TEST_F(RetentionTest, WhatWaitsOrRunsNeverGoes) {
    settings.repository = {.run_days = 1, .runs = 1};
    const auto running = create({{"a", {}}});
    run_next();
    const auto waiting = create({{"a", {}}});
    add_run(repository);

    EXPECT_TRUE(plan(400).runs.empty());
    EXPECT_FALSE(remove(running));
    EXPECT_FALSE(remove(waiting));
}

TEST_F(RetentionTest, ARunThatIsGoneLeavesNoRowAndItsLogsToBeRemoved) {
    const auto run = ended_run();
    ended_run();
    ask_about(run);
    const auto runs = number("SELECT value FROM counters WHERE name = 'runs.succeeded'");

    const auto files = remove(run);

    ASSERT_TRUE(files);
    EXPECT_EQ(number("SELECT count(*) FROM runs"), 1);
    EXPECT_EQ(number("SELECT count(*) FROM jobs"), 1);
    EXPECT_EQ(number("SELECT count(*) FROM attempts"), 1);
    EXPECT_EQ(number("SELECT count(*) FROM steps"), 1);
    EXPECT_EQ(number("SELECT value FROM counters WHERE name = 'runs.succeeded'"), runs - 1);
    EXPECT_EQ(number("SELECT count(*) FROM unwanted_logs"), 1);
    EXPECT_EQ(number("SELECT count(*) FROM definitions"), 1);  // the other run's, too
    for (const auto* table : {"fork_heads", "approvals", "approval_votes", "check_runs"}) {
        EXPECT_EQ(number("SELECT count(*) FROM " + std::string{table}), 0) << table;
    }
    EXPECT_EQ(number("SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

TEST_F(RetentionTest, WhatWasSaidAboutAForksHeadGoesWithTheLastRunOfIt) {
    const auto first = ended_run("refs/tags/v1");
    const auto second = ended_run("refs/tags/v2");
    const auto of_another = ended_run();
    ask_about(first);
    add_fork_head(second, 2);
    add_fork_head(of_another, 3);

    ASSERT_TRUE(remove(first));

    EXPECT_EQ(number("SELECT run FROM approvals"), second.value);
    EXPECT_EQ(number("SELECT count(*) FROM approval_votes"), 1);

    ASSERT_TRUE(remove(second));

    EXPECT_EQ(number("SELECT count(*) FROM approvals"), 0);
    EXPECT_EQ(number("SELECT count(*) FROM approval_votes"), 0);
    EXPECT_EQ(number("SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

TEST_F(RetentionTest, ALargeRunGoesInPieces) {
    const auto large = ended_run("refs/tags/v1");
    ended_run();
    write([&](store::Transaction& tx) -> Result<> {
        tx.prepare(
              "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25) "
              "INSERT INTO tests (id, repository, workflow_path, job_key, suite, name) "
              "SELECT n.i, r.repository, r.workflow_path, 'a', '', n.i FROM n JOIN runs AS r "
              "WHERE r.id = ?"
        )
            .bind(large)
            .run();
        tx.prepare(
              "INSERT INTO test_results (attempt, test, outcome, ms, file, line, message, details) "
              "SELECT a.id, t.id, 'failed', 1, '', 1, '', '' FROM attempts AS a "
              "JOIN jobs AS j ON j.id = a.job JOIN tests AS t"
        )
            .run();
        return {};
    });
    const auto is_large = [&] {
        return read([&](store::Connection& db) { return store::has_many_rows(db, large, 10); });
    };
    const auto thin = [&](model::RunId run) {
        return write([&](store::Transaction& tx) -> Result<bool> {
            return store::thin_run(tx, run, 10);
        });
    };

    EXPECT_TRUE(is_large());
    EXPECT_TRUE(thin(large));
    EXPECT_EQ(number("SELECT count(*) FROM test_results"), 40);
    EXPECT_TRUE(is_large());
    EXPECT_TRUE(thin(large));
    EXPECT_FALSE(is_large());
    EXPECT_TRUE(thin(large));
    EXPECT_TRUE(thin(large));  // the step
    EXPECT_FALSE(thin(large));
    EXPECT_EQ(number("SELECT count(*) FROM test_results"), 25);  // the other run's
    EXPECT_EQ(number("SELECT count(*) FROM steps"), 1);
    EXPECT_TRUE(remove(large));
}

TEST_F(RetentionTest, ARunThatStaysIsNotThinned) {
    ended_run();
    const auto newest = ended_run();

    EXPECT_FALSE(write([&](store::Transaction& tx) -> Result<bool> {
        return store::thin_run(tx, newest, 10);
    }));
    EXPECT_EQ(number("SELECT count(*) FROM steps"), 2);
}

TEST_F(RetentionTest, TheNewestRunOfABranchIsNotRemovedWhoeverAsks) {
    ended_run("refs/heads/topic");
    const auto newest_of_topic = ended_run("refs/heads/topic");
    ended_run();

    EXPECT_FALSE(remove(newest_of_topic));
}

TEST_F(RetentionTest, ARunInTheLedgerStaysAndItsLogsWhileItServes) {
    settings.repository = {.run_days = 1, .runs = 0, .log_days = 1};
    const auto deployed = ended_run("refs/tags/v1");
    ended_run();
    ended_run();
    const auto insert = [&](const std::string& state) {
        write([&](store::Transaction& tx) -> Result<> {
            tx.prepare(
                  "INSERT INTO deployments (repository, environment, target, driver, run, job, "
                  "run_attempt, sha, state, created_at, finished_at) SELECT r.repository, 'p', "
                  "'t', "
                  "'container', r.id, j.id, (SELECT count(*) FROM deployments) + 1, '', ?, 1, 1 "
                  "FROM runs AS r JOIN jobs AS j ON j.run = r.id WHERE r.id = ?"
            )
                .bind(state, deployed)
                .run();
            return {};
        });
    };
    insert("succeeded");

    EXPECT_EQ(plan(9).logs.size(), 0U);
    for (const auto id : ids(plan(9))) EXPECT_NE(id, deployed);
    EXPECT_FALSE(remove(deployed));

    write([&](store::Transaction& tx) -> Result<> {
        tx.prepare("UPDATE deployments SET state = 'rolled_back'").run();
        return {};
    });

    ASSERT_EQ(plan(9).logs.size(), 1U);
    EXPECT_EQ(plan(9).logs[0].run, deployed);
    EXPECT_FALSE(remove(deployed));
}

TEST_F(RetentionTest, TheOldestLogsGoUntilTheRestFits) {
    settings.repository.log_bytes = 250;
    for (int i = 0; i < 4; ++i) ended_run("refs/tags/v" + std::to_string(i));
    ended_run();

    const auto now = plan();

    ASSERT_EQ(now.logs.size(), 3U);
    EXPECT_EQ(now.logs[0].cause, RetentionCause::bytes);
    const auto fence = now.logs[0].fence;
    EXPECT_TRUE(write([&](store::Transaction& tx) -> Result<bool> {
        return store::remove_logs(tx, fence);
    }));
    EXPECT_FALSE(write([&](store::Transaction& tx) -> Result<bool> {
        return store::remove_logs(tx, fence);
    }));
    EXPECT_EQ(plan().logs.size(), 2U);
    EXPECT_TRUE(read([&](store::Connection& db) { return store::logs_removed_at(db, fence); }));
}

TEST_F(RetentionTest, ARepositorysOwnRulesWin) {
    settings.repository.runs = 1;
    ended_run();
    ended_run();
    ended_run();
    ASSERT_EQ(plan().runs.size(), 2U);

    write([&](store::Transaction& tx) -> Result<> {
        store::set_retention(tx, repository, {.runs = 0}, "ada");
        return {};
    });

    EXPECT_TRUE(plan().runs.empty());
}

TEST_F(RetentionTest, DeliveriesWithoutARunGoWhenTheyAreOld) {
    settings.delivery_days = 10;
    for (int i = 0; i < 3; ++i) {
        write([&](store::Transaction& tx) -> Result<> {
            store::NewRefusal refusal;
            refusal.guid = std::to_string(i);
            store::append_refusal(tx, refusal, 100);
            return {};
        });
    }

    EXPECT_TRUE(plan(9).deliveries.empty());
    const auto later = plan(11);

    ASSERT_EQ(later.deliveries.size(), 2U);  // the newest keeps its number
    EXPECT_TRUE(write([&](store::Transaction& tx) -> Result<bool> {
        return store::remove_delivery(tx, later.deliveries[0]);
    }));
    EXPECT_EQ(number("SELECT value FROM counters WHERE name = 'deliveries.refused'"), 2);
}

TEST_F(RetentionTest, ChangesThatEverybodyHasReadAreTrimmedAndWhatPeopleDidStays) {
    ended_run();
    write([&](store::Transaction& tx) -> Result<> {
        store::append_change(tx, {.subject = "run", .id = 1, .reason = "asked", .actor = "ada"});
        store::append_change(tx, {.subject = "secret", .id = 1, .to_state = "set"});
        store::append_change(tx, {.subject = "step", .id = 1});
        store::move_cursor(tx, "reader", 2);
        return {};
    });
    const auto trim = [&](std::int64_t after) {
        return write([&](store::Transaction& tx) -> Result<std::optional<std::int64_t>> {
            return store::trim_changes(tx, tx.now() + Days{1}, after, 100);
        });
    };

    EXPECT_EQ(trim(0), 2);  // no further than the reader
    write([&](store::Transaction& tx) -> Result<> {
        store::move_cursor(tx, "reader", 1'000);
        return {};
    });
    const auto last = trim(2);

    ASSERT_TRUE(last);
    EXPECT_EQ(trim(*last), std::nullopt);
    EXPECT_EQ(number("SELECT count(*) FROM changes WHERE actor = 'ada'"), 1);
    EXPECT_EQ(number("SELECT count(*) FROM changes WHERE subject = 'secret'"), 1);
    EXPECT_EQ(number("SELECT count(*) FROM changes WHERE subject = 'job'"), 0);
}

TEST_F(RetentionTest, FreePagesAreGivenBack) {
    EXPECT_EQ(number("PRAGMA auto_vacuum"), 2);
    write([&](store::Transaction& tx) -> Result<> {
        for (int i = 0; i < 3'000; ++i) {
            store::put_meta(tx, "key" + std::to_string(i), std::string(4'000, 'x'));
        }
        return {};
    });
    write([&](store::Transaction& tx) -> Result<> {
        tx.prepare("DELETE FROM meta WHERE key LIKE 'key%'").run();
        return {};
    });
    const auto before = number("PRAGMA page_count");

    while (write([&](store::Transaction& tx) -> Result<std::int64_t> {
               return store::shrink(tx, 500);
           }) > 0) {
    }

    EXPECT_LT(number("PRAGMA page_count"), before - 1'500);
}
