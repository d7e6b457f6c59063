#include "queue/queue_fixture.hpp"
#include "store/runs/test_name_store.hpp"

#include <gtest/gtest.h>

namespace triphammer::queue {

namespace {

struct TestNames : ::testing::Test, triphammer::testing::QueueFixture {
    std::optional<std::int64_t> trim(std::int64_t after) {
        return write([&](store::Transaction& tx) -> Result<std::optional<std::int64_t>> {
            return store::trim_tests(tx, after, 15);
        });
    }

    std::int64_t number(const std::string& text) {
        return read([&](store::Connection& db) {
            return db.prepare(text).find<std::int64_t>().value();
        });
    }
};

}  // namespace

TEST_F(TestNames, GoOnceNoReportHasAResultOfThem) {
    create({{"a", {}}});
    finish(run_next()).value();
    write([&](store::Transaction& tx) -> Result<> {
        tx.prepare(
              "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25) "
              "INSERT INTO tests (id, repository, workflow_path, job_key, suite, name) "
              "SELECT n.i, r.repository, r.workflow_path, 'a', '', n.i FROM n, runs AS r"
        )
            .run();
        tx.prepare(
              "INSERT INTO test_results "
              "(attempt, test, outcome, ms, file, line, message, details) "
              "SELECT a.id, t.id, 'failed', 1, '', 1, '', '' FROM attempts AS a, tests AS t "
              "WHERE t.id % 10 = 0"
        )
            .run();
        return {};
    });

    EXPECT_EQ(trim(0), 15);
    EXPECT_EQ(number("SELECT count(*) FROM tests"), 11) << "the tenth, and those not looked at";
    EXPECT_EQ(trim(15), 25);
    EXPECT_EQ(trim(25), std::nullopt);

    EXPECT_EQ(number("SELECT sum(id) FROM tests"), 30);
    EXPECT_EQ(number("SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

}  // namespace triphammer::queue
