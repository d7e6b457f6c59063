#include "store/people/audit_store.hpp"

#include "store/sample_database.hpp"
#include "store/sqlite/change_store.hpp"

#include <gtest/gtest.h>

#include <random>

using namespace triphammer;
using namespace triphammer::store;

namespace {

const AuditActor kAda{"user:3", "user:ada", "192.0.2.7"};

class AuditStore : public ::testing::Test {
  protected:
    void append(const NewAudit& entry, const AuditActor& who = kAda) {
        sample.write([&](Transaction& tx) -> Result<> {
            append_audit(tx, who, entry);
            return {};
        });
    }

    void append_some(int count) {
        for (int i = 1; i <= count; ++i) append({"secret.set", "KEY_" + std::to_string(i)});
    }

    /// As somebody with the file in hand would.
    void tamper(const std::string& sql) {
        sample.write([&](Transaction& tx) -> Result<> {
            tx.prepare("DROP TRIGGER IF EXISTS audit_stays").run();
            tx.prepare("DROP TRIGGER IF EXISTS audit_keeps").run();
            tx.prepare(sql).run();
            return {};
        });
    }

    std::int64_t first_broken(const std::optional<AuditHead>& kept = {}) {
        return sample.read([&](Connection& db) { return first_broken_in(db, kept); });
    }

    static std::int64_t first_broken_in(Connection& db, const std::optional<AuditHead>& kept) {
        AuditHead head;
        for (std::int64_t from = -1; from != head.seq;) {
            from = head.seq;
            if (const auto broken = check_audit(db, head, 3)) return broken->seq;
        }
        const auto broken = check_audit_end(db, head, kept);
        return broken ? broken->seq : 0;
    }

    /// The first broken row after these statements, which are undone.
    std::int64_t tried(const std::vector<std::string>& acts, const AuditHead& kept) {
        std::int64_t found = 0;
        const auto undone = sample.try_write([&](Transaction& tx) -> Result<> {
            tx.prepare("DROP TRIGGER IF EXISTS audit_stays").run();
            tx.prepare("DROP TRIGGER IF EXISTS audit_keeps").run();
            for (const auto& sql : acts) tx.prepare(sql).run();
            found = first_broken_in(tx, kept);
            return refused("undo this");
        });
        EXPECT_FALSE(undone);
        return found;
    }

    AuditHead head() {
        return sample.read([](Connection& db) { return audit_head(db); });
    }

    std::vector<std::string> objects(const AuditQuery& query) {
        return sample.read([&](Connection& db) {
            std::vector<std::string> out;
            for (const auto& row : list_audit(db, query, {}).rows) out.push_back(row.object);
            return out;
        });
    }

    triphammer::testing::SampleDatabase sample;
};

}  // namespace

TEST_F(AuditStore, KeepsWhoDidWhatFromWhere) {
    append({"user.change", "bob", {7}, R"({"role":"viewer"})", R"({"role":"admin"})", "", {}});

    const auto rows = sample.read([](Connection& db) { return read_audit(db, 0, 10); });
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].seq, 1);
    EXPECT_EQ(rows[0].actor.id, "user:3");
    EXPECT_EQ(rows[0].actor.name, "user:ada");
    EXPECT_EQ(rows[0].actor.address, "192.0.2.7");
    EXPECT_EQ(rows[0].action, "user.change");
    EXPECT_EQ(rows[0].object, "bob");
    EXPECT_EQ(rows[0].repository.value, 7);
    EXPECT_EQ(rows[0].outcome, "done");
    EXPECT_EQ(rows[0].before, R"({"role":"viewer"})");
    EXPECT_EQ(rows[0].after, R"({"role":"admin"})");
    EXPECT_EQ(rows[0].hash, audit_hash(std::string(64, '0'), rows[0]));
}

TEST_F(AuditStore, AChainThatNobodyTouchedIsWhole) {
    EXPECT_EQ(first_broken(), 0);
    append_some(10);
    EXPECT_EQ(first_broken(), 0);
    EXPECT_EQ(first_broken(head()), 0);
}

TEST_F(AuditStore, EveryFieldIsHeldByTheChain) {
    for (const auto* change :
         {"at = at + 1",
          "actor_id = 'user:4'",
          "actor = 'user:eve'",
          "address = ''",
          "action = 'secret.use'",
          "object = 'KEY_5'",
          "repository = 1",
          "outcome = 'refused'",
          "reason = 'x'",
          "before = '{}'",
          "after = '{}'",
          "hash = lower(hex(zeroblob(32)))"}) {
        triphammer::testing::SampleDatabase fresh;
        std::swap(sample.database, fresh.database);
        append_some(6);
        tamper("UPDATE audit SET " + std::string{change} + " WHERE seq = 4");
        EXPECT_EQ(first_broken(), 4) << change;
        std::swap(sample.database, fresh.database);
    }
}

TEST_F(AuditStore, FieldsCannotFlowIntoEachOther) {
    AuditRow one;
    one.action = "secret.set";
    one.object = "KEY";
    auto other = one;
    other.action = "secret.setK";
    other.object = "EY";
    EXPECT_NE(audit_hash("", one), audit_hash("", other));
}

TEST_F(AuditStore, ADroppedRowIsMissed) {
    append_some(6);
    tamper("DELETE FROM audit WHERE seq = 3");
    EXPECT_EQ(first_broken(), 3);
}

TEST_F(AuditStore, RowsThatChangedPlacesAreFound) {
    append_some(6);
    tamper("UPDATE audit SET seq = -seq WHERE seq IN (2, 3)");
    tamper("UPDATE audit SET seq = 5 + seq WHERE seq < 0");
    EXPECT_EQ(first_broken(), 2);
}

TEST_F(AuditStore, ARowThatWasPutInIsFound) {
    append_some(3);
    tamper(
        "INSERT INTO audit SELECT 4, at, actor_id, actor, address, action, object, repository, "
        "outcome, reason, before, after, hash FROM audit WHERE seq = 3"
    );
    EXPECT_EQ(first_broken(), 4);
}

TEST_F(AuditStore, AnyOneRowThatIsChangedDroppedPutInOrMovedIsFoundInAThousandTrials) {
    constexpr std::size_t kRows = 12;
    append_some(kRows);
    const auto kept = head();
    std::mt19937 dice{7};
    const auto any = [&](std::size_t most) { return dice() % most + 1; };
    const std::vector<std::string> changes{
        "at = at + 1",
        "actor_id = actor_id || 'x'",
        "actor = ''",
        "address = address || '1'",
        "action = 'secret.use'",
        "object = object || ' '",
        "repository = 1",
        "outcome = 'failed'",
        "reason = 'x'",
        "before = '{}'",
        "after = '{}'",
        "hash = lower(hex(randomblob(32)))"};
    const auto make_room = [](const std::string& at) {
        return std::vector<std::string>{
            "UPDATE audit SET seq = -seq - 1 WHERE seq >= " + at,
            "UPDATE audit SET seq = -seq WHERE seq < 0"};
    };

    for (int trial = 0; trial < 1'000; ++trial) {
        const auto row = std::to_string(any(kRows));
        const auto other = std::to_string((std::stoul(row) + any(kRows - 1) - 1) % kRows + 1);
        std::vector<std::string> acts;
        if (trial % 4 == 0) {
            const auto& change = changes[any(changes.size()) - 1];
            acts = {"UPDATE audit SET " + change + " WHERE seq = " + row};
        } else if (trial % 4 == 1) {
            acts = {"DELETE FROM audit WHERE seq = " + row};
        } else if (trial % 4 == 2) {
            acts = make_room(row);
            acts.push_back(
                "CREATE TEMP TABLE copy AS SELECT * FROM audit WHERE seq <> " + row +
                " ORDER BY random() LIMIT 1"
            );
            acts.push_back("UPDATE copy SET seq = " + row);
            acts.push_back("INSERT INTO audit SELECT * FROM copy");
        } else {
            acts = {
                "UPDATE audit SET seq = -seq WHERE seq IN (" + row + ", " + other + ")",
                "UPDATE audit SET seq = " + row + " + " + other + " + seq WHERE seq < 0"};
        }
        const auto found = tried(acts, kept);
        EXPECT_GT(found, 0) << "trial " << trial << ": " << acts.front();
    }
    EXPECT_EQ(first_broken(kept), 0) << "each trial was undone";
}

TEST_F(AuditStore, RowsCutOffAtTheEndAreMissed) {
    append_some(6);
    const auto kept = head();
    tamper("DELETE FROM audit WHERE seq > 4");
    EXPECT_EQ(first_broken(), 5);

    tamper("UPDATE sqlite_sequence SET seq = 4 WHERE name = 'audit'");
    EXPECT_EQ(first_broken(), 0);  // the database alone does not know any more
    EXPECT_EQ(first_broken(kept), 5);
}

TEST_F(AuditStore, AnEndThatWasWrittenAnewIsNotTheOneThatWasKept) {
    append_some(4);
    const auto kept = head();
    tamper("DELETE FROM audit WHERE seq > 2");
    tamper("UPDATE sqlite_sequence SET seq = 2 WHERE name = 'audit'");
    append({"secret.set", "OTHER"});
    append({"secret.set", "OTHER"});
    EXPECT_EQ(first_broken(), 0);
    EXPECT_EQ(first_broken(kept), 4);
}

TEST_F(AuditStore, OurOwnStatementsChangeNoRow) {
    append_some(1);
    for (const auto* sql : {"UPDATE audit SET actor = 'x'", "DELETE FROM audit"}) {
        const auto done = sample.try_write([&](Transaction& tx) -> Result<> {
            tx.prepare(sql).run();
            return {};
        });
        EXPECT_FALSE(done) << sql;
    }
}

TEST_F(AuditStore, APieceThatIsUndoneLeavesNoRowAndNoGap) {
    append_some(1);
    const auto undone = sample.try_write([&](Transaction& tx) -> Result<> {
        append_audit(tx, kAda, {"secret.set", "KEY"});
        return invalid("no");
    });
    EXPECT_FALSE(undone);
    append_some(1);
    EXPECT_EQ(head().seq, 2);
    EXPECT_EQ(first_broken(), 0);
}

TEST_F(AuditStore, WhoFollowsChangesHearsOfIt) {
    append_some(1);
    const auto changes = sample.read([](Connection& db) { return list_changes(db, 0, 10); });
    ASSERT_FALSE(changes.empty());
    EXPECT_EQ(changes.back().subject, "audit");
    EXPECT_EQ(changes.back().id, 1);
    EXPECT_EQ(changes.back().to_state, "");  // who may not read the audit is told nothing of it
}

TEST_F(AuditStore, IsListedByActorActionObjectOutcomeRepositoryAndTime) {
    append({"secret.set", "A", {1}});
    append({"secret.use", "B", {2}}, audit_server());
    append({"secrets.x", "C", {1}, "", "", "no", AuditOutcome::refused});

    using Objects = std::vector<std::string>;
    EXPECT_EQ(objects({}), (Objects{"C", "B", "A"}));
    EXPECT_EQ(objects({.actor = "server"}), (Objects{"B"}));
    EXPECT_EQ(objects({.action = "secret"}), (Objects{"B", "A"}));
    EXPECT_EQ(objects({.action = "secret.set"}), (Objects{"A"}));
    EXPECT_EQ(objects({.object = "C"}), (Objects{"C"}));
    EXPECT_EQ(objects({.outcome = "refused"}), (Objects{"C"}));
    EXPECT_EQ(objects({.repository = {1}}), (Objects{"C", "A"}));
    EXPECT_EQ(objects({.actor = "server", .repository = {1}}), Objects{});
    const auto at = sample.read([](Connection& db) { return read_audit(db, 0, 1)[0].at; });
    EXPECT_EQ(objects({.from = at + Milliseconds{1}}), Objects{});
    EXPECT_EQ(objects({.until = at + Milliseconds{1}}).size(), 3U);
}
