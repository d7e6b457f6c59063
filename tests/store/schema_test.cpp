// The tables refuse what the code must never write: one case for each kind of promise.
#include "store/sample_database.hpp"

#include <gtest/gtest.h>

#include <array>

using namespace triphammer;
using namespace triphammer::store;
using triphammer::testing::SampleDatabase;

namespace {

struct SchemaFixture : SampleDatabase {
    Code refuse(const std::string& sql) {
        auto done = try_write([&](Transaction& tx) -> Result<> {
            tx.prepare(sql).run();
            return {};
        });
        return done ? Code::invalid : done.error().code;
    }

    std::string definition_of(const std::string& table) {
        return read([&](Connection& db) {
            auto query = db.prepare("SELECT sql FROM sqlite_schema WHERE name = ?");
            return query.bind(table).find<std::string>().value();
        });
    }

    model::JobId job = add_job(add_run(add_repository("octo/roof")), "build");
};

template <class State>
std::vector<std::string> names(int count) {
    std::vector<std::string> out;
    for (int i = 0; i < count; ++i) out.emplace_back(name_of(static_cast<State>(i)));
    return out;
}

}  // namespace

TEST(Schema, RefusesAStateThatIsNotInTheModel) {
    SchemaFixture fixture;

    EXPECT_EQ(fixture.refuse("UPDATE jobs SET state = 'runing'"), Code::internal);
    EXPECT_EQ(fixture.refuse("UPDATE runs SET state = 'blocked'"), Code::internal);
}

TEST(Schema, RefusesAnEndWithoutATimeAndATimeWithoutAnEnd) {
    SchemaFixture fixture;

    EXPECT_EQ(fixture.refuse("UPDATE jobs SET state = 'failed'"), Code::internal);
    EXPECT_EQ(fixture.refuse("UPDATE jobs SET finished_at = 1"), Code::internal);
    EXPECT_EQ(fixture.refuse("UPDATE jobs SET state = 'running'"), Code::internal);
    EXPECT_EQ(fixture.refuse("UPDATE runs SET state = 'succeeded'"), Code::internal);
}

TEST(Schema, RefusesARowWithoutItsParent) {
    SchemaFixture fixture;

    EXPECT_EQ(fixture.refuse("UPDATE jobs SET run = 4711"), Code::internal);
    EXPECT_EQ(
        fixture.refuse("INSERT INTO steps (attempt, number, name, state) "
                       "VALUES (4711, 1, 'x', 'running')"),
        Code::internal
    );
}

TEST(Schema, RefusesAnotherType) {
    SchemaFixture fixture;

    EXPECT_EQ(fixture.refuse("UPDATE jobs SET created_at = 'yesterday'"), Code::internal);
}

TEST(Schema, ListsExactlyTheStatesOfTheModel) {
    SchemaFixture fixture;
    const std::array<std::pair<std::string, std::vector<std::string>>, 6> lists{{
        {"runs", names<model::RunState>(6)},
        {"jobs", names<model::JobState>(9)},
        {"attempts", names<model::AttemptState>(4)},
        {"steps", names<model::StepState>(7)},
        {"deliveries", names<model::DeliveryOutcome>(6)},
        {"deployments", names<model::DeploymentState>(6)},
    }};

    for (const auto& [table, wanted] : lists) {
        const auto sql = fixture.definition_of(table);
        const auto column = table == "deliveries" ? "CHECK (outcome IN (" : "CHECK (state IN (";
        const auto begin = sql.find(column);
        ASSERT_NE(begin, std::string::npos) << table;
        const auto list = sql.substr(begin, sql.find("))", begin) - begin);
        for (const auto& name : wanted) EXPECT_NE(list.find("'" + name + "'"), std::string::npos);
        EXPECT_EQ(std::count(list.begin(), list.end(), '\''), 2 * std::ssize(wanted)) << table;
    }
}
