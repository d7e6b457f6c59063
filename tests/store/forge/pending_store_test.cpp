#include "store/forge/pending_store.hpp"

#include "store/forge/delivery_store.hpp"
#include "store/repository_store.hpp"
#include "support/clock.hpp"
#include "support/database.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::store;
using namespace triphammer::testing;

namespace {

struct PendingStore : ::testing::Test {
    ManualClock clock;
    InlineDatabase database{clock};
    model::RepositoryId first = add_repository("a/first");
    model::RepositoryId second = add_repository("a/second");

    model::RepositoryId add_repository(const std::string& name) {
        return database
            .write([&](Transaction& tx) {
                NewRepository row;
                row.full_name = name;
                row.hook = name;
                row.clone_url = "https://git.example.com/" + name;
                return store::add_repository(tx, row);
            })
            .value();
    }

    model::DeliveryId add_delivery(model::RepositoryId repository, const std::string& guid) {
        clock.advance(Milliseconds{1});
        return database
            .write([&](Transaction& tx) -> Result<model::DeliveryId> {
                NewDelivery row;
                row.guid = guid;
                row.event = "push";
                row.repository = repository;
                return append_delivery(tx, row).id;
            })
            .value();
    }

    std::vector<model::RepositoryId> list_due() {
        return database
            .read([&](Connection& db) -> Result<std::vector<model::RepositoryId>> {
                return list_due_repositories(db, clock.now());
            })
            .value();
    }

    std::optional<model::DeliveryId> find_next(model::RepositoryId repository) {
        return database
            .read([&](Connection& db) -> Result<std::optional<model::DeliveryId>> {
                return find_next_pending(db, repository, clock.now());
            })
            .value();
    }

    std::optional<TimePoint> find_after() {
        return database
            .read([&](Connection& db) -> Result<std::optional<TimePoint>> {
                return find_next_due_after(db, clock.now());
            })
            .value();
    }

    void put_off(model::DeliveryId id, Milliseconds by) {
        database
            .write([&](Transaction& tx) {
                return postpone_delivery(tx, id, clock.now() + by, "away");
            })
            .value();
    }
};

using Repositories = std::vector<model::RepositoryId>;

}  // namespace

TEST_F(PendingStore, NamesEachRepositoryOnceLongestWaitFirst) {
    EXPECT_TRUE(list_due().empty());
    add_delivery(second, "1");
    add_delivery({}, "2");
    add_delivery(first, "3");
    add_delivery(second, "4");

    EXPECT_EQ(list_due(), (Repositories{second, {}, first}));
}

TEST_F(PendingStore, FindsTheOldestOfARepository) {
    const auto one = add_delivery(first, "1");
    add_delivery(first, "2");
    const auto unknown = add_delivery({}, "3");

    EXPECT_EQ(find_next(first), one);
    EXPECT_EQ(find_next({}), unknown);
    EXPECT_FALSE(find_next(second));
}

TEST_F(PendingStore, WhatWasPutOffIsDueLater) {
    const auto one = add_delivery(first, "1");
    put_off(one, Milliseconds{100});

    EXPECT_TRUE(list_due().empty());
    EXPECT_FALSE(find_next(first));
    EXPECT_EQ(find_after(), clock.now() + Milliseconds{100});

    clock.advance(Milliseconds{100});
    EXPECT_EQ(find_next(first), one);
    EXPECT_FALSE(find_after());
}

TEST_F(PendingStore, HoldsBackOneRepositoryAndKeepsItsOrder) {
    const auto one = add_delivery(first, "1");
    const auto two = add_delivery(first, "2");
    const auto other = add_delivery(second, "3");
    put_off(one, Milliseconds{100});
    database
        .write([&](Transaction& tx) -> Result<> {
            hold_back(tx, first, clock.now() + Milliseconds{100});
            return {};
        })
        .value();

    EXPECT_EQ(list_due(), Repositories{second});
    EXPECT_EQ(find_next(second), other);
    clock.advance(Milliseconds{100});
    EXPECT_EQ(find_next(first), one);
    EXPECT_NE(find_next(first), two);
}

TEST_F(PendingStore, EndedOnesDoNotWait) {
    const auto one = add_delivery(first, "1");
    database.write([&](Transaction& tx) { return finish_delivery(tx, one, {}); }).value();

    EXPECT_TRUE(list_due().empty());
    EXPECT_FALSE(find_after());
}
