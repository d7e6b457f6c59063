#include "intake/catch_up.hpp"

#include "store/forge/delivery_store.hpp"
#include "support/clock.hpp"
#include "support/database.hpp"
#include "support/run_task.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using namespace triphammer;
using namespace triphammer::intake;
using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using triphammer::testing::InlineDatabase;
using triphammer::testing::ManualClock;
using triphammer::testing::run_until_done;

namespace {

const TimePoint kBegin = from_unix_ms(1'700'000'000'000);

struct Logged {
    std::int64_t id;
    std::string guid;
    TimePoint at;
};

/// A forge with one hook, whose log has pages of two.
class Forge final : public FeedSource {
  public:
    Task<Result<std::vector<Feed>>> list() override {
        co_return std::vector<Feed>{Feed{"hook", "/hooks/1", Secret{"t"}}};
    }

    Task<Result<github::ApiAnswer>> get(Feed, std::string path, std::string etag) override {
        asked.push_back(path);
        if (is_away) co_return Error{Code::unavailable, "away"};
        github::ApiAnswer answer;
        answer.wait_until = wait_until;
        answer.status = wait_until ? 403 : 200;
        if (path.find('?') != std::string::npos) {
            list_page(path, etag, answer);
        } else {
            give(path, answer);
        }
        co_return answer;
    }

    void list_page(const std::string& path, const std::string& etag, github::ApiAnswer& answer) {
        const auto tag = "\"" + std::to_string(log.size()) + "\"";
        if (etag == tag) answer.status = 304;
        const auto at = path.find("cursor=");
        const auto begin = at == path.npos ? 0U : std::stoul(path.substr(at + 7));
        auto page = json::array();
        for (auto n = begin; n < std::min(log.size(), begin + 2); ++n) {
            const auto& one = log[log.size() - 1 - n];
            page.push_back(
                {{"id", one.id}, {"guid", one.guid}, {"delivered_at", to_rfc3339(one.at)}}
            );
        }
        answer.headers.add("ETag", tag);
        const auto next = leads_back ? begin : begin + 2;
        if (begin + 2 < log.size()) {
            answer.headers.add(
                "Link", "<https://h/x?cursor=" + std::to_string(next) + ">; rel=\"next\""
            );
        }
        answer.body = page.dump();
    }

    void give(const std::string& path, github::ApiAnswer& answer) {
        const auto id = std::stol(path.substr(path.rfind('/') + 1));
        for (const auto& one : log) {
            if (one.id != id || id == broken) continue;
            answer.body =
                json{
                    {"guid", one.guid}, {"event", "push"}, {"request", {{"payload", {{"id", id}}}}}}
                    .dump();
            return;
        }
        answer.status = id == broken ? 502 : 404;
    }

    std::vector<Logged> log;  // oldest first
    std::vector<std::string> asked;
    std::optional<TimePoint> wait_until;
    bool is_away = false;
    bool leads_back = false;
    std::int64_t broken = 0;
};

/// Keeps what it is given as a delivery, as the door does.
class Door final : public DeliveryTaker {
  public:
    explicit Door(InlineDatabase& database) : database_{database} {}

    Task<int> take(std::string hook, github::DeliveryText delivery) override {
        got.push_back(delivery.guid);
        if (status / 100 != 2) co_return status;
        store::NewDelivery row;
        row.hook = hook;
        row.guid = delivery.guid;
        row.event = delivery.event;
        database_
            .write([&](store::Transaction& tx) {
                return Result<store::Appended>{store::append_delivery(tx, row)};
            })
            .value();
        co_return status;
    }

    std::vector<std::string> got;
    int status = 202;

  private:
    InlineDatabase& database_;
};

class CatchUpTest : public ::testing::Test {
  protected:
    CatchUpTest() {
        database_
            .write([](store::Transaction& tx) {
                store::begin_hook_position(tx, "hook", kBegin);
                return Result<>{};
            })
            .value();
    }

    void log(const std::string& guid, Milliseconds at) {
        const auto id = static_cast<std::int64_t>(forge_.log.size()) + 1;
        forge_.log.push_back({id, guid, kBegin + at});
    }

    /// Passes of one process.
    void pass(int times = 1) {
        run_until_done([&](Executor executor) { return pass_task(executor, times); });
    }

    Task<> pass_task(Executor executor, int times) {
        CatchUp catch_up{{executor, *database_.database, forge_, door_, clock_}, 15s};
        for (int n = 0; n < times; ++n) {
            auto passing = catch_up.pass();
            (co_await std::move(passing)).value();
            problem_ = catch_up.problem("hook");
            clock_.advance(15s);
        }
    }

    TimePoint position() {
        return database_
            .read([](store::Connection& db) {
                return Result<TimePoint>{store::find_hook_position(db, "hook")->read_until};
            })
            .value();
    }

    ManualClock clock_;
    InlineDatabase database_{clock_};
    Forge forge_;
    Door door_{database_};
    std::string problem_;
};

}  // namespace

TEST_F(CatchUpTest, FetchesOverAllPagesTheOldestFirst) {
    for (int n = 1; n <= 5; ++n) log("g" + std::to_string(n), Milliseconds{n * 1000});

    pass(2);

    EXPECT_THAT(door_.got, ElementsAre("g1", "g2", "g3", "g4", "g5"));
    EXPECT_EQ(position(), kBegin + 5s);
}

TEST_F(CatchUpTest, AsksForNothingMoreWhereTheListIsTheKnownOne) {
    log("g1", 1s);
    pass(1);
    forge_.asked.clear();

    pass(3);  // a new process asks once in full

    EXPECT_THAT(door_.got, ElementsAre("g1"));
    EXPECT_EQ(forge_.asked.size(), 3U);
}

TEST_F(CatchUpTest, LeavesWhatWasDeliveredBeforeTheHookWasOurs) {
    log("old", -1s);
    log("new", 1s);

    pass();

    EXPECT_THAT(door_.got, ElementsAre("new"));
}

TEST_F(CatchUpTest, BeginsAnUnknownHookAtItsNewestDelivery) {
    database_
        .write([](store::Transaction& tx) {
            tx.prepare("DELETE FROM hook_positions").run();
            return Result<>{};
        })
        .value();
    log("missed", 1s);
    pass();
    log("later", 2s);

    pass();

    EXPECT_THAT(door_.got, ElementsAre("later"));
}

TEST_F(CatchUpTest, DoesNotMoveOnBeforeEverythingIsKept) {
    log("g1", 1s);
    door_.status = 503;

    pass();

    EXPECT_EQ(position(), kBegin);
    EXPECT_THAT(problem_, HasSubstr("could not be kept"));
    door_.status = 202;
    pass();
    EXPECT_THAT(door_.got, ElementsAre("g1", "g1"));
    EXPECT_EQ(position(), kBegin + 1s);
}

TEST_F(CatchUpTest, FindsWhatIsListedLateUnderAnEarlierTime) {
    log("g1", 60s);
    pass();
    log("slow", 50s);

    pass();

    EXPECT_THAT(door_.got, ElementsAre("g1", "slow"));
}

TEST_F(CatchUpTest, OneThatCannotBeFetchedHoldsUpNoOther) {
    log("g1", 1s);
    log("g2", 2s);
    forge_.broken = 1;

    pass();

    EXPECT_THAT(door_.got, ElementsAre("g2"));
    EXPECT_EQ(position(), kBegin);
    EXPECT_THAT(problem_, HasSubstr("502"));
}

TEST_F(CatchUpTest, AsksOnceForWhatIsRefusedForGood) {
    log("g1", 1s);
    door_.status = 403;

    pass(1);
    log("g2", 2s);
    pass(3);

    EXPECT_THAT(door_.got, ElementsAre("g1", "g1", "g2"));  // each process tries once
}

TEST_F(CatchUpTest, AListThatLeadsBackToItselfIsAnErrorAndNoEndlessLoop) {
    for (int n = 1; n <= 5; ++n) log("g" + std::to_string(n), Milliseconds{n * 1000});
    forge_.leads_back = true;

    pass();

    EXPECT_THAT(problem_, HasSubstr("leads back"));
    EXPECT_EQ(position(), kBegin);
    forge_.leads_back = false;
    pass();
    EXPECT_THAT(door_.got, ElementsAre("g4", "g5", "g1", "g2", "g3"));
}

TEST_F(CatchUpTest, AsksNothingUntilTheLimitIsOver) {
    log("g1", 1s);
    forge_.wait_until = clock_.now() + 40s;

    pass(3);  // at 0, 15 and 30 s

    EXPECT_EQ(forge_.asked.size(), 1U);
    EXPECT_THAT(problem_, HasSubstr("limit lasts until"));
}

TEST_F(CatchUpTest, AsksAHookInTroubleLessAndLessOften) {
    forge_.is_away = true;

    pass(20);

    EXPECT_LT(forge_.asked.size(), 8U);
    EXPECT_EQ(problem_, "away");
}
