#include "store/forge/forge_app_store.hpp"

#include "support/clock.hpp"
#include "support/database.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::store;
using namespace std::chrono_literals;
using triphammer::testing::InlineDatabase;
using triphammer::testing::ManualClock;

namespace {

ForgeAppRow make_app(const std::string& id) {
    ForgeAppRow row;
    row.app_id = id;
    row.name = "App " + id;
    row.private_key = std::string{"\0sealed", 7};
    row.created_by = "ada";
    return row;
}

struct AppDatabase : InlineDatabase {
    using InlineDatabase::InlineDatabase;

    Result<> add(const ForgeAppRow& app) {
        return write([&](Transaction& tx) { return add_forge_app(tx, app); });
    }

    std::optional<ForgeAppRow> find() {
        return *read([](Connection& db) {
            return Result<std::optional<ForgeAppRow>>{find_forge_app(db)};
        });
    }

    bool knows(const std::string& state, TimePoint now) {
        return *read([&](Connection& db) {
            return Result<bool>{find_forge_app_request(db, state, now).has_value()};
        });
    }
};

}  // namespace

TEST(ForgeApps, AreOneAtATime) {
    ManualClock clock;
    AppDatabase db{clock};

    const auto first = db.add(make_app("1"));
    const auto second = db.add(make_app("2"));

    ASSERT_TRUE(first);
    EXPECT_EQ(second.error().code, Code::conflict);
    EXPECT_EQ(db.find()->app_id, "1");
    EXPECT_EQ(db.find()->private_key, (std::string{"\0sealed", 7}));
}

TEST(ForgeApps, AreRemovedOnce) {
    ManualClock clock;
    AppDatabase db{clock};
    db.add(make_app("1")).value();
    const auto remove = [&] {
        return db.write([](Transaction& tx) { return remove_forge_app(tx, "ada"); });
    };

    EXPECT_TRUE(remove());
    EXPECT_FALSE(db.find());
    EXPECT_EQ(remove().error().code, Code::not_found);
}

TEST(ForgeAppRequests, AreFoundUntilTheyExpireOrAreUsed) {
    ManualClock clock;
    AppDatabase db{clock};
    const auto end = clock.now() + 1h;
    db.write([&](Transaction& tx) -> Result<> {
          add_forge_app_request(tx, {"used", "session", end});
          add_forge_app_request(tx, {"open", "session", end});
          remove_forge_app_request(tx, "used");
          return {};
      }).value();

    EXPECT_FALSE(db.knows("used", clock.now()));
    EXPECT_TRUE(db.knows("open", end - 1ms));
    EXPECT_FALSE(db.knows("open", end));
}
