#include "definitions/pipelines.hpp"

#include "store/pipeline_store.hpp"
#include "store/repository_store.hpp"
#include "support/clock.hpp"
#include "support/database.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::definitions;
using namespace triphammer::testing;

namespace {

const std::string kGood =
    "on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n      - run: echo one\n";
const std::string kBetter =
    "on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n      - run: echo two\n";
const std::string kBad = "on: push\njobs:\n  a:\n    runs-onn: host\n    steps:\n      - run: x\n";

struct PipelinesTest : ::testing::Test {
    ManualClock clock;
    InlineDatabase database{clock};

    Result<std::int64_t> put(const std::string& text, std::int64_t base) {
        return database.write([&](store::Transaction& tx) {
            return put_pipeline(tx, {"deploy-web", text, base, "ada", "note"});
        });
    }

    Result<PipelineVersion> get(std::int64_t version = 0) {
        return database.read([&](store::Connection& db) {
            return get_pipeline(db, "deploy-web", version);
        });
    }

    model::RepositoryId add_repository() {
        return database
            .write([](store::Transaction& tx) {
                store::NewRepository row;
                row.full_name = "acme/app";
                row.hook = "hook";
                row.clone_url = "https://git.example.com/acme/app";
                return store::add_repository(tx, row);
            })
            .value();
    }

    std::vector<store::BoundPipeline> list_bound(model::RepositoryId repository) {
        return database
            .read([&](store::Connection& db) -> Result<std::vector<store::BoundPipeline>> {
                return store::list_bound_pipelines(db, repository);
            })
            .value();
    }
};

}  // namespace

TEST_F(PipelinesTest, KeepsEveryVersionAndTheNewestIsActive) {
    ASSERT_EQ(put(kGood, 0).value(), 1);
    ASSERT_EQ(put(kBetter, 1).value(), 2);

    const auto history =
        database.read([](store::Connection& db) { return list_history(db, "deploy-web"); });

    EXPECT_EQ(get()->text, kBetter);
    EXPECT_EQ(get(1)->text, kGood);
    EXPECT_EQ(get(3).error().code, Code::not_found);
    ASSERT_EQ(history->size(), 2U);
    EXPECT_EQ(history->front().version, 2);
    EXPECT_EQ(history->front().author, "ada");
    EXPECT_EQ(history->front().note, "note");
    EXPECT_TRUE(history->front().text.empty());
}

TEST_F(PipelinesTest, TheSecondOfTwoWhoSaveLearnsOfIt) {
    ASSERT_TRUE(put(kGood, 0));
    ASSERT_TRUE(put(kBetter, 1));

    EXPECT_EQ(put(kGood, 1).error().code, Code::conflict);
    EXPECT_EQ(put(kGood, 0).error().code, Code::conflict);
    EXPECT_EQ(get()->version, 2);
}

TEST_F(PipelinesTest, TextWithErrorsIsNeverActive) {
    ASSERT_TRUE(put(kGood, 0));

    const auto refused = put(kBad, 1);

    EXPECT_EQ(refused.error().code, Code::invalid);
    EXPECT_NE(refused.error().message.find("pipeline:deploy-web:4:5"), std::string::npos)
        << refused.error().message;
    EXPECT_EQ(get()->text, kGood);
    EXPECT_EQ(get()->version, 1);
}

TEST_F(PipelinesTest, RefusesNamesThatArePathsOptionsOrTheApisOwn) {
    for (const auto* name :
         {"", "-x", "../x", "a/b", "A", "a b", ".x", "lint", "preview", "templates"}) {
        const auto done = database.write([&](store::Transaction& tx) {
            return put_pipeline(tx, {name, kGood, 0, "ada", ""});
        });
        EXPECT_EQ(done.error().code, Code::invalid) << name;
    }
}

TEST_F(PipelinesTest, IsPlannedForTheRepositoriesItIsBoundTo) {
    const auto repository = add_repository();
    ASSERT_TRUE(put(kGood, 0));
    const auto bind = [&](const std::string& name) {
        return database.write([&](store::Transaction& tx) {
            return bind_pipeline(tx, name, repository, "ada");
        });
    };

    ASSERT_TRUE(bind("deploy-web"));
    ASSERT_TRUE(bind("deploy-web"));
    ASSERT_TRUE(put(kBetter, 1));

    ASSERT_EQ(list_bound(repository).size(), 1U);
    EXPECT_EQ(list_bound(repository)[0].text, kBetter);
    EXPECT_EQ(bind("none").error().code, Code::not_found);
    const auto entries =
        database.read([](store::Connection& db) { return definitions::list_pipelines(db); }
        ).value();
    EXPECT_EQ(entries.at(0).repositories, std::vector{repository});

    ASSERT_TRUE(database.write([&](store::Transaction& tx) {
        return unbind_pipeline(tx, "deploy-web", repository, "ada");
    }));
    EXPECT_TRUE(list_bound(repository).empty());
}
