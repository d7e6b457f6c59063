#include "store/forge/delivery_store.hpp"

#include "store/forge/pending_store.hpp"
#include "store/sample_database.hpp"
#include "store/sqlite/change_store.hpp"
#include "store/sqlite/meta_store.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::store;
using model::DeliveryOutcome;
using triphammer::testing::SampleDatabase;

namespace {

struct DeliveryStoreFixture : SampleDatabase {
    Appended append(const std::string& guid, const std::string& content_key = "") {
        return write([&](Transaction& tx) -> Result<Appended> {
            NewDelivery delivery;
            delivery.hook = "hook";
            delivery.guid = guid;
            delivery.event = "push";
            delivery.repository = repository;
            delivery.content_key = content_key;
            delivery.body = "{\"ref\":\"refs/heads/main\"}";
            return append_delivery(tx, delivery);
        });
    }

    /// A push of main to `sha`, as it was delivered, or found.
    Appended push(const std::string& guid, const std::string& sha, bool is_found, TimePoint at) {
        return write([&](Transaction& tx) -> Result<Appended> {
            NewDelivery delivery;
            delivery.hook = "hook";
            delivery.guid = guid;
            delivery.event = "push";
            delivery.repository = repository;
            delivery.content_key =
                "push refs/heads/main 0 " + sha + ' ' + std::to_string(to_unix_ms(at) / 1000);
            delivery.head_key = "head refs/heads/main " + sha;
            delivery.is_found = is_found;
            delivery.facts_json = R"({"ref": "refs/heads/main", "sha": ")" + sha + "\"}";
            return append_delivery(tx, delivery);
        });
    }

    model::DeliveryId refuse(const std::string& guid, std::int64_t keep = 100) {
        return write([&](Transaction& tx) -> Result<model::DeliveryId> {
            NewRefusal refusal;
            refusal.hook = "hook";
            refusal.guid = guid;
            refusal.reason = "wrong signature";
            return append_refusal(tx, refusal, keep);
        });
    }

    Result<> finish(model::DeliveryId id, DeliveryOutcome outcome) {
        return try_write([&](Transaction& tx) {
            DeliveryEnd end;
            end.outcome = outcome;
            end.reason = "because";
            return finish_delivery(tx, id, end);
        });
    }

    DeliveryRow row(model::DeliveryId id) {
        return *read([&](Connection& db) { return find_delivery(db, id); });
    }

    std::optional<model::DeliveryId> next(TimePoint now) {
        return read([&](Connection& db) { return find_next_pending(db, repository, now); });
    }

    model::RepositoryId repository = add_repository("octo/roof");
};

TEST(FoundPush, MakesALateDeliveryOfItADuplicateOnce) {
    DeliveryStoreFixture fixture;
    const auto now = fixture.clock.now();
    const auto found = fixture.push("found-1", "abc", true, now);
    const auto late = fixture.push("real-1", "abc", false, now);
    const auto second_hook = fixture.push("real-2", "abc", false, now);

    EXPECT_EQ(found.kind, Appended::Kind::kept);
    EXPECT_EQ(late.kind, Appended::Kind::same_fact);
    EXPECT_EQ(second_hook.kind, Appended::Kind::same_fact) << "it took over the real one's key";
    const auto again = fixture.push("real-3", "abc", false, now + std::chrono::hours{1});
    EXPECT_EQ(again.kind, Appended::Kind::kept) << "the branch came to that commit once more";
}

TEST(FoundPush, IsNoLaterPushOfTheSameCommit) {
    DeliveryStoreFixture fixture;
    const auto now = fixture.clock.now();
    fixture.push("found-1", "abc", true, now);

    const auto later = fixture.push("real-1", "abc", false, now + std::chrono::hours{1});

    EXPECT_EQ(later.kind, Appended::Kind::kept);
}

TEST(FoundPush, IsNotWrittenWhereADeliveryNamedIt) {
    DeliveryStoreFixture fixture;
    const auto now = fixture.clock.now();
    fixture.push("real-1", "abc", false, now);

    EXPECT_EQ(fixture.push("found-1", "abc", true, now).kind, Appended::Kind::repeated);
    EXPECT_EQ(fixture.push("found-2", "def", true, now).kind, Appended::Kind::kept);
}

}  // namespace

TEST(DeliveryStore, KeepsTheBodyByteForByte) {
    DeliveryStoreFixture fixture;

    const auto kept = fixture.append("g1");

    auto body = fixture.read([&](Connection& db) { return find_delivery_body(db, kept.id); });
    EXPECT_EQ(kept.kind, Appended::Kind::kept);
    EXPECT_EQ(body, "{\"ref\":\"refs/heads/main\"}");
    EXPECT_EQ(fixture.row(kept.id).body_bytes, 25);
    EXPECT_EQ(fixture.row(kept.id).received_at, fixture.clock.now());
}

TEST(DeliveryStore, AnswersARepeatedGuidWithTheFirst) {
    DeliveryStoreFixture fixture;
    const auto first = fixture.append("g1");

    const auto again = fixture.append("g1");

    EXPECT_EQ(again.kind, Appended::Kind::repeated);
    EXPECT_EQ(again.id, first.id);
    EXPECT_EQ(fixture.number("SELECT count(*) FROM deliveries"), 1);
}

TEST(DeliveryStore, LetsOnlyAcceptedDeliveriesMakeADuplicate) {
    DeliveryStoreFixture fixture;
    fixture.refuse("g1");

    const auto redelivered = fixture.append("g1");
    fixture.refuse("g1");

    auto found = fixture.read([&](Connection& db) { return find_delivery_by_guid(db, "g1"); });
    EXPECT_EQ(redelivered.kind, Appended::Kind::kept);
    EXPECT_EQ(found->id, redelivered.id);
}

TEST(DeliveryStore, ListsTheSameFactAsADuplicateOfTheFirst) {
    DeliveryStoreFixture fixture;
    const auto first = fixture.append("g1", "before..after");

    const auto second = fixture.append("g2", "before..after");
    const auto other = fixture.append("g3", "other");

    const auto row = fixture.row(second.id);
    EXPECT_EQ(second.kind, Appended::Kind::same_fact);
    EXPECT_NE(second.id, first.id);
    EXPECT_EQ(row.outcome, DeliveryOutcome::duplicate);
    EXPECT_EQ(row.reason, "same as delivery g1");
    EXPECT_EQ(other.kind, Appended::Kind::kept);
}

TEST(DeliveryStore, DoesNotCallItADuplicateOfOneThatCameToNothing) {
    DeliveryStoreFixture fixture;
    const auto first = fixture.append("g1", "before..after");
    fixture.finish(first.id, DeliveryOutcome::failed).value();

    EXPECT_EQ(fixture.append("g2", "before..after").kind, Appended::Kind::kept);
}

TEST(DeliveryStore, ForgetsTheOldestRefusedOnes) {
    DeliveryStoreFixture fixture;
    for (int i = 0; i < 5; ++i) fixture.refuse("g" + std::to_string(i), 3);

    EXPECT_EQ(fixture.number("SELECT count(*) FROM deliveries"), 3);
    EXPECT_EQ(fixture.number("SELECT count(*) FROM delivery_bodies"), 3);
    EXPECT_EQ(fixture.number("SELECT count(*) FROM deliveries WHERE guid IN ('g0', 'g1')"), 0);
    EXPECT_EQ(fixture.read([](Connection& db) { return counter(db, "deliveries.refused"); }), 3);
}

TEST(DeliveryStore, GivesPendingOnesInOrderWhenTheyAreDue) {
    DeliveryStoreFixture fixture;
    const auto first = fixture.append("g1");
    const auto second = fixture.append("g2");
    const auto later = fixture.clock.now() + Milliseconds{1000};
    fixture
        .try_write([&](Transaction& tx) { return postpone_delivery(tx, first.id, later, "away"); })
        .value();

    EXPECT_EQ(fixture.next(fixture.clock.now()), second.id);
    fixture.finish(second.id, DeliveryOutcome::ignored).value();
    EXPECT_FALSE(fixture.next(fixture.clock.now()));
    EXPECT_EQ(fixture.next(later), first.id);
    EXPECT_EQ(fixture.row(first.id).plan_attempts, 1);
}

TEST(DeliveryStore, FinishesADeliveryOnce) {
    DeliveryStoreFixture fixture;
    const auto kept = fixture.append("g1");

    EXPECT_TRUE(fixture.finish(kept.id, DeliveryOutcome::started));
    EXPECT_EQ(fixture.finish(kept.id, DeliveryOutcome::ignored).error().code, Code::conflict);
    EXPECT_EQ(fixture.row(kept.id).outcome, DeliveryOutcome::started);
}

TEST(DeliveryStore, OpensADeliveryOnceMore) {
    DeliveryStoreFixture fixture;
    const auto kept = fixture.append("g1");
    const auto refused = fixture.refuse("g2");
    const auto reopen = [](model::DeliveryId id) {
        return [id](Transaction& tx) { return reopen_delivery(tx, id, "mona"); };
    };

    EXPECT_EQ(fixture.try_write(reopen(kept.id)).error().code, Code::conflict);
    fixture.finish(kept.id, DeliveryOutcome::ignored).value();
    EXPECT_TRUE(fixture.try_write(reopen(kept.id)));
    EXPECT_EQ(fixture.try_write(reopen(refused)).error().code, Code::conflict);

    EXPECT_EQ(fixture.next(fixture.clock.now()), kept.id);
}

TEST(DeliveryStore, TellsAndCountsEveryOutcome) {
    DeliveryStoreFixture fixture;
    const auto kept = fixture.append("g1");
    fixture.finish(kept.id, DeliveryOutcome::started).value();
    fixture.append("g2");

    auto counters = fixture.read([](Connection& db) { return list_counters(db); });
    auto changes = fixture.read([](Connection& db) { return list_changes(db, 1, 10); });
    EXPECT_EQ(counters["deliveries.pending"], 1);
    EXPECT_EQ(counters["deliveries.started"], 1);
    ASSERT_EQ(changes.size(), 3U);
    EXPECT_EQ(changes[1].subject, "delivery");
    EXPECT_EQ(changes[1].from_state, "pending");
    EXPECT_EQ(changes[1].to_state, "started");
}
