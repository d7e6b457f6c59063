// The small nouns: repositories, runs, outbox, secrets, tokens, pipelines, cursors.
#include "store/outbox_store.hpp"
#include "store/people/secret_store.hpp"
#include "store/people/token_store.hpp"
#include "store/pipeline_store.hpp"
#include "store/sample_database.hpp"
#include "store/sqlite/change_store.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::store;
using triphammer::testing::SampleDatabase;

namespace {

struct SmallStoresFixture : SampleDatabase {
    std::int64_t tell(const std::string& subject, const std::string& payload) {
        return write([&](Transaction& tx) -> Result<std::int64_t> {
            return append_message(tx, {"github-status", repository, subject, payload});
        });
    }

    std::vector<MessageRow> due() {
        return read([&](Connection& db) {
            return list_due_messages(db, {"github-status"}, clock.now(), 10);
        });
    }

    Result<PipelineRow> put(const std::string& text, std::int64_t expected) {
        return try_write([&](Transaction& tx) {
            return put_pipeline(tx, {"deploy", text, "mona", "", expected});
        });
    }

    Result<UserId> use_link(const std::string& sum) {
        return try_write([&](Transaction& tx) { return use_setup_link(tx, sum); });
    }

    void add_link(const std::string& sum) {
        write([&](Transaction& tx) -> Result<> {
            add_setup_link(tx, {sum, tx.now() + Milliseconds{1000}, {}}, "mona");
            return {};
        });
    }

    model::RepositoryId repository = add_repository("octo/roof");
};

}  // namespace

TEST(RepositoryStore, FindsByNameWithoutRegardToCaseAndFreesTheNameOfARemovedOne) {
    SmallStoresFixture fixture;
    const auto find = [](Connection& db) { return find_repository_by_name(db, "OCTO/Roof"); };

    EXPECT_EQ(fixture.read(find)->id, fixture.repository);
    fixture.try_write([&](Transaction& tx) { return learn_forge_id(tx, fixture.repository, 99); }
    ).value();
    fixture
        .try_write([&](Transaction& tx) {
            return remove_repository(tx, fixture.repository, "mona");
        })
        .value();
    EXPECT_FALSE(fixture.read(find));
    EXPECT_FALSE(fixture.read([](Connection& db) { return find_repository_by_forge_id(db, 99); }));
    fixture.write([&](Transaction& tx) {
        NewRepository again;
        again.full_name = "octo/roof";
        again.hook = "another";
        again.forge_id = 99;
        return add_repository(tx, again);
    });
    EXPECT_TRUE(fixture.read(find));
}

TEST(RepositoryStore, LearnsANumericIdOnce) {
    SmallStoresFixture fixture;
    const auto learn = [&](std::int64_t id) {
        return fixture.try_write([&, id](Transaction& tx) {
            return learn_forge_id(tx, fixture.repository, id);
        });
    };

    EXPECT_TRUE(learn(99));
    EXPECT_TRUE(learn(99));
    EXPECT_EQ(learn(100).error().code, Code::conflict);
}

TEST(RepositoryStore, KeepsTheFilesThatCountInTheirOrder) {
    SmallStoresFixture fixture;
    const std::vector<std::string> patterns{"*.yml", "!stale.yml"};
    const auto set = [&](model::RepositoryId id) {
        return fixture.try_write([&, id](Transaction& tx) {
            return set_workflow_files(tx, id, patterns);
        });
    };

    EXPECT_TRUE(set(fixture.repository));
    EXPECT_EQ(set(model::RepositoryId{4711}).error().code, Code::not_found);

    const auto find = [&](Connection& db) { return find_repository(db, fixture.repository); };
    EXPECT_EQ(fixture.read(find)->workflow_files, patterns);
}

TEST(RunStore, NumbersTheRunsOfEachRepository) {
    SmallStoresFixture fixture;
    const auto other = fixture.add_repository("octo/cellar");
    const auto number = [&](model::RunId id) {
        return fixture.read([&](Connection& db) { return find_run(db, id); })->number;
    };

    EXPECT_EQ(number(fixture.add_run(fixture.repository)), 1);
    EXPECT_EQ(number(fixture.add_run(other)), 1);
    EXPECT_EQ(number(fixture.add_run(fixture.repository)), 2);
}

TEST(RunStore, KeepsTheTextOfADefinitionOnce) {
    SmallStoresFixture fixture;
    const auto run = fixture.add_run(fixture.repository);
    fixture.add_run(fixture.repository);

    const auto row = fixture.read([&](Connection& db) { return find_run(db, run); });

    EXPECT_EQ(fixture.number("SELECT count(*) FROM definitions"), 1);
    EXPECT_EQ(
        fixture.read([&](Connection& db) { return find_definition(db, row->definition_sha256); }),
        "on: push"
    );
}

TEST(Outbox, LetsTheLastStateWin) {
    SmallStoresFixture fixture;
    const auto first = fixture.tell("sha ci/build", "pending");
    const auto second = fixture.tell("sha ci/build", "success");
    fixture.tell("sha ci/test", "pending");

    const auto due = fixture.due();

    ASSERT_EQ(due.size(), 2U);
    EXPECT_EQ(due[0].id, second);
    auto late = fixture.try_write([&](Transaction& tx) { return finish_message(tx, first); });
    EXPECT_EQ(late.error().code, Code::conflict);
}

TEST(Outbox, WaitsBeforeItTriesAgain) {
    SmallStoresFixture fixture;
    const auto id = fixture.tell("sha ci/build", "success");
    const auto later = fixture.clock.now() + Milliseconds{5000};
    fixture.try_write([&](Transaction& tx) { return postpone_message(tx, id, later, "502"); }
    ).value();

    EXPECT_TRUE(fixture.due().empty());
    EXPECT_EQ(
        fixture.read([](Connection& db) { return next_message_at(db, {"github-status"}); }), later
    );
    fixture.clock.advance(Milliseconds{5000});
    EXPECT_EQ(fixture.due().at(0).error, "502");
    EXPECT_EQ(fixture.due().at(0).tries, 1);
}

TEST(SecretStore, ShowsAJobItsScopesTheWidestFirst) {
    SmallStoresFixture fixture;
    const auto put = [&](const SecretScope& scope, const std::string& sealed) {
        fixture.write([&](Transaction& tx) -> Result<> {
            put_secret(tx, scope, "TOKEN", sealed, "mona");
            return {};
        });
    };
    put({fixture.repository, "production"}, "3");
    put({{}, ""}, "1");
    put({fixture.repository, ""}, "2");
    put({fixture.repository, "staging"}, "x");
    put({fixture.add_repository("octo/cellar"), ""}, "x");

    const auto seen = fixture.read([&](Connection& db) {
        return list_visible_secrets(db, {fixture.repository, "production"});
    });

    ASSERT_EQ(seen.size(), 3U);
    EXPECT_EQ(seen[0].sealed + seen[1].sealed + seen[2].sealed, "123");
    EXPECT_TRUE(fixture.read([&](Connection& db) { return find_secret(db, {}, "token"); }));
}

TEST(TokenStore, KnowsOnlyValidTokens) {
    SmallStoresFixture fixture;
    const auto add = [&](const std::string& name) {
        return fixture.try_write([&](Transaction& tx) {
            return add_token(
                tx, {name, name + "-sum", "viewer", {}, tx.now() + Milliseconds{1000}}, "mona"
            );
        });
    };
    const auto is_valid = [&](const std::string& sum) {
        return fixture
            .read([&](Connection& db) { return find_valid_token(db, sum, fixture.clock.now()); })
            .has_value();
    };
    add("ci").value();
    add("cd").value();

    EXPECT_EQ(add("ci").error().code, Code::conflict);
    EXPECT_TRUE(is_valid("ci-sum"));
    fixture.try_write([](Transaction& tx) { return revoke_token(tx, "ci", "mona"); }).value();
    EXPECT_FALSE(is_valid("ci-sum"));
    EXPECT_TRUE(is_valid("cd-sum"));
    fixture.clock.advance(Milliseconds{1000});
    EXPECT_FALSE(is_valid("cd-sum"));
}

TEST(TokenStore, OpensASetupLinkOnceAndKillsOlderOnes) {
    SmallStoresFixture fixture;
    fixture.add_link("old");
    fixture.add_link("new");

    EXPECT_EQ(fixture.use_link("old").error().code, Code::unauthorized);
    EXPECT_TRUE(fixture.use_link("new"));
    EXPECT_EQ(fixture.use_link("new").error().code, Code::unauthorized);
    fixture.add_link("late");
    fixture.clock.advance(Milliseconds{1000});
    EXPECT_EQ(fixture.use_link("late").error().code, Code::unauthorized);
}

TEST(PipelineStore, SavesOnlyOverTheVersionThatWasEdited) {
    SmallStoresFixture fixture;

    EXPECT_EQ(fixture.put("one", 7).error().code, Code::conflict);
    EXPECT_EQ(fixture.put("one", 0).value().version, 1);
    EXPECT_EQ(fixture.put("two", 0).error().code, Code::conflict);
    const auto second = fixture.put("two", 1).value();
    EXPECT_EQ(second.version, 2);
    fixture.try_write([](Transaction& tx) { return activate_version(tx, "deploy", 1, "mona"); }
    ).value();
    EXPECT_EQ(fixture.put("three", 1).value().version, 3);

    const auto versions =
        fixture.read([&](Connection& db) { return list_versions(db, second.id); });
    ASSERT_EQ(versions.size(), 3U);
    EXPECT_EQ(versions[0].text, "three");
}

TEST(PipelineStore, GivesARepositoryTheActiveTexts) {
    SmallStoresFixture fixture;
    const auto id = fixture.put("one", 0).value().id;
    const auto bind = [&](Transaction& tx) -> Result<bool> {
        return bind_pipeline(tx, id, fixture.repository, "mona");
    };

    EXPECT_TRUE(fixture.write(bind));
    EXPECT_FALSE(fixture.write(bind));
    fixture.put("two", 1).value();

    const auto bound =
        fixture.read([&](Connection& db) { return list_bound_pipelines(db, fixture.repository); });
    ASSERT_EQ(bound.size(), 1U);
    EXPECT_EQ(bound[0].text, "two");
    EXPECT_EQ(bound[0].version, 2);
}

TEST(ChangeStore, RemembersHowFarAReaderCame) {
    SmallStoresFixture fixture;
    const auto move = [](std::int64_t seq) {
        return [seq](Transaction& tx) -> Result<> {
            move_cursor(tx, "report", seq);
            return {};
        };
    };

    EXPECT_EQ(fixture.read([](Connection& db) { return cursor_of(db, "report"); }), 0);
    fixture.write(move(3));
    fixture.write(move(5));
    EXPECT_EQ(fixture.read([](Connection& db) { return cursor_of(db, "report"); }), 5);
}
