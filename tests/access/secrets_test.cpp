#include "access/secrets.hpp"

#include "base/file.hpp"
#include "store/repository_store.hpp"
#include "store/runs/attempt_store.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/run_store.hpp"
#include "store/sqlite/change_store.hpp"
#include "support/clock.hpp"
#include "support/database.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::access;
using namespace triphammer::testing;

namespace {

struct SecretsTest : ::testing::Test {
    ManualClock clock;
    SystemRandom random;
    Sealer sealer{Secret{std::string(32, 'k')}, random};
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
            return set_secret(tx, sealer, {scope, name, Secret{value}, "ada"});
        });
    }

    std::vector<std::string> resolve(const JobScope& job) {
        const auto found =
            database.read([&](store::Connection& db) { return resolve_secrets(db, sealer, job); });
        std::vector<std::string> texts;
        for (const auto& secret : found.value()) {
            texts.push_back(secret.name + "=" + secret.value.reveal());
        }
        return texts;
    }

    std::vector<store::ChangeRow> changes() {
        return database
            .read([](store::Connection& db) -> Result<std::vector<store::ChangeRow>> {
                return store::list_changes(db, 0, 1000);
            })
            .value();
    }
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_F(SecretsTest, TheNarrowestScopeWins) {
    ASSERT_TRUE(set({}, "KEY", "server"));
    ASSERT_TRUE(set({}, "ONLY", "everywhere"));
    ASSERT_TRUE(set({app, ""}, "KEY", "repository"));
    ASSERT_TRUE(set({app, "production"}, "KEY", "environment"));

    EXPECT_EQ(resolve({app, "production"}), (Texts{"KEY=environment", "ONLY=everywhere"}));
    EXPECT_EQ(resolve({app, "dev"}), (Texts{"KEY=repository", "ONLY=everywhere"}));
    EXPECT_EQ(resolve({app, ""}), (Texts{"KEY=repository", "ONLY=everywhere"}));
    EXPECT_EQ(resolve({other, "production"}), (Texts{"KEY=server", "ONLY=everywhere"}));
}

TEST_F(SecretsTest, AForkGetsNothing) {
    ASSERT_TRUE(set({}, "KEY", "server"));

    EXPECT_EQ(resolve({app, "", true}), Texts{});
}

TEST_F(SecretsTest, RefusesWhatCannotBeMaskedOrNamed) {
    EXPECT_EQ(set({}, "KEY", "abc").error().code, Code::invalid);
    EXPECT_EQ(set({}, "key", "value").error().code, Code::invalid);
    EXPECT_EQ(set({}, "1KEY", "value").error().code, Code::invalid);
    EXPECT_EQ(set({}, "A-B", "value").error().code, Code::invalid);
    EXPECT_EQ(set({}, "", "value").error().code, Code::invalid);
    EXPECT_EQ(set({{}, "production"}, "KEY", "value").error().code, Code::invalid);
}

TEST_F(SecretsTest, SettingAgainReplaces) {
    ASSERT_TRUE(set({app, ""}, "KEY", "first"));
    ASSERT_TRUE(set({app, ""}, "KEY", "second"));

    EXPECT_EQ(resolve({app, ""}), Texts{"KEY=second"});
}

TEST_F(SecretsTest, RemovesExactlyTheScopeThatIsNamed) {
    ASSERT_TRUE(set({}, "KEY", "server"));
    ASSERT_TRUE(set({app, ""}, "KEY", "repository"));
    const auto remove = [&](const SecretScope& scope) {
        return database.write([&](store::Transaction& tx) {
            return remove_secret(tx, scope, "KEY", "ada");
        });
    };

    EXPECT_TRUE(remove({app, ""}));
    EXPECT_EQ(remove({app, ""}).error().code, Code::not_found);
    EXPECT_EQ(resolve({app, ""}), Texts{"KEY=server"});
}

TEST_F(SecretsTest, LeavesATraceOfEveryChangeAndUseWithoutTheValue) {
    ASSERT_TRUE(set({app, ""}, "KEY", "canary-value"));
    const auto used = database.write([&](store::Transaction& tx) -> Result<> {
        record_use(tx, {3}, {9}, {{"KEY", Secret{"canary-value"}}});
        return {};
    });
    ASSERT_TRUE(used);

    const auto rows = changes();

    ASSERT_GE(rows.size(), 3U);
    const auto& use = rows[rows.size() - 2];
    EXPECT_EQ(use.subject, "secret");
    EXPECT_EQ(use.reason, "given to attempt 9: KEY");
    EXPECT_EQ(rows.back().subject, "audit");
    const bool named = std::any_of(rows.begin(), rows.end(), [](const store::ChangeRow& row) {
        return row.subject == "secret" && row.actor == "ada";
    });
    EXPECT_TRUE(named);
    const auto bytes = read_file(database.folder / "t.db", 1 << 24).value() +
                       read_file(database.folder / "t.db-wal", 1 << 24).value();
    EXPECT_EQ(bytes.find("canary-value"), std::string::npos);
}

TEST_F(SecretsTest, ListsNamesScopesAndPeople) {
    ASSERT_TRUE(set({app, "production"}, "KEY", "value"));

    const auto entries =
        database.read([](store::Connection& db) { return list_secrets(db); }).value();

    ASSERT_EQ(entries.size(), 1U);
    EXPECT_EQ(entries[0].scope, (SecretScope{app, "production"}));
    EXPECT_EQ(entries[0].updated_by, "ada");
    EXPECT_EQ(entries[0].updated_at, clock.now());
}

TEST_F(SecretsTest, ListsWhenAJobWasLastGivenEach) {
    ASSERT_TRUE(set({}, "KEY", "server"));
    ASSERT_TRUE(set({app, ""}, "KEY", "repository"));
    ASSERT_TRUE(set({app, ""}, "OTHER", "value"));
    ASSERT_TRUE(set({app, "production"}, "KEY", "deploys"));
    const auto use_in = [&](const std::string& environment) {
        return database.write([&](store::Transaction& tx) -> Result<> {
            store::NewRun run;
            run.repository = app;
            const auto id = store::insert_run(tx, run).value();
            store::NewJob job;
            job.run = id;
            job.repository = app;
            job.key = "build";
            job.environment = environment;
            const auto made = store::insert_job(tx, job);
            const auto fence = store::insert_attempt(tx, made, "sum" + to_text(id), "host");
            record_use(tx, id, fence, {{"KEY", Secret{"value"}}});
            return {};
        });
    };
    const auto used = [&] {
        const auto entries =
            database.read([](store::Connection& db) { return list_secrets(db); }).value();
        std::vector<std::optional<TimePoint>> out;  // by name, then scope
        for (const auto& entry : entries) out.push_back(entry.used_at);
        return out;
    };

    const auto first = clock.now();
    ASSERT_TRUE(use_in("staging"));
    clock.advance(std::chrono::seconds{30});
    ASSERT_TRUE(use_in(""));
    EXPECT_EQ(used(), (std::vector<std::optional<TimePoint>>{{}, first, {}, {}}));

    clock.advance(std::chrono::seconds{30});
    ASSERT_TRUE(use_in(""));
    ASSERT_TRUE(use_in("production"));
    const auto later = clock.now();
    EXPECT_EQ(used(), (std::vector<std::optional<TimePoint>>{{}, later, later, {}}));
}
