#include "access/variables.hpp"

#include "store/people/variable_store.hpp"
#include "store/repository_store.hpp"
#include "support/clock.hpp"
#include "support/database.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::access;
using namespace triphammer::testing;

namespace {

struct VariablesTest : ::testing::Test {
    ManualClock clock;
    InlineDatabase database{clock};
    model::RepositoryId app = add_repository("acme/app");
    model::RepositoryId other = add_repository("acme/other");

    model::RepositoryId add_repository(const std::string& name) {
        return database
            .write([&](store::Transaction& tx) {
                store::NewRepository row;
                row.full_name = name;
                row.hook = name;
                row.clone_url = "https://git.example.com/" + name;
                return store::add_repository(tx, row);
            })
            .value();
    }

    Result<> set(const SecretScope& scope, const std::string& name, const std::string& value) {
        return database.write([&](store::Transaction& tx) {
            return set_variable(tx, {scope, name, value, "ada"});
        });
    }

    Variables of_runs(model::RepositoryId repository) {
        return database
            .read([&](store::Connection& db) -> Result<Variables> {
                return list_run_variables(db, repository);
            })
            .value();
    }

    Variables of_environment(const std::string& environment) {
        return database
            .read([&](store::Connection& db) -> Result<Variables> {
                return list_environment_variables(db, app, environment);
            })
            .value();
    }
};

}  // namespace

TEST_F(VariablesTest, OfTheRepositoryStandBeforeThoseOfTheServer) {
    ASSERT_TRUE(set({}, "REGION", "eu"));
    ASSERT_TRUE(set({}, "TIER", "one"));
    ASSERT_TRUE(set({app, ""}, "region", "us"));

    EXPECT_EQ(of_runs(app), (Variables{{"REGION", "us"}, {"TIER", "one"}}));
    EXPECT_EQ(of_runs(other), (Variables{{"REGION", "eu"}, {"TIER", "one"}}));
}

TEST_F(VariablesTest, OfAnEnvironmentAreForItsJobsAlone) {
    ASSERT_TRUE(set({app, "production"}, "REGION", "us"));

    EXPECT_TRUE(of_runs(app).empty());
    EXPECT_EQ(of_environment("production"), (Variables{{"REGION", "us"}}));
    EXPECT_TRUE(of_environment("staging").empty());
    EXPECT_TRUE(of_environment("").empty());
}

TEST_F(VariablesTest, AreSetAnewAndRemoved) {
    ASSERT_TRUE(set({}, "REGION", "eu"));
    ASSERT_TRUE(set({}, "REGION", "us"));
    EXPECT_EQ(of_runs(app), (Variables{{"REGION", "us"}}));

    const auto remove = [](store::Transaction& tx) {
        return store::remove_variable(tx, {}, "region", "ada");
    };
    EXPECT_TRUE(database.write(remove));
    EXPECT_TRUE(of_runs(app).empty());
    EXPECT_EQ(database.write(remove).error().code, Code::not_found);
}

TEST_F(VariablesTest, OfBadNamesOrSizesAreRefused) {
    EXPECT_FALSE(set({}, "", "x"));
    EXPECT_FALSE(set({}, "1ST", "x"));
    EXPECT_FALSE(set({}, "WITH-DASH", "x"));
    EXPECT_FALSE(set({}, "github_ref", "x"));
    EXPECT_FALSE(set({}, "LONG", std::string(49 << 10, 'x')));
    EXPECT_FALSE(set({{}, "production"}, "REGION", "x"));
}
