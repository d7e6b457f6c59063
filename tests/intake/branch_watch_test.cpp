#include "intake/branch_watch.hpp"

#include "http/server.hpp"
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
using ::testing::IsEmpty;
using triphammer::testing::InlineDatabase;
using triphammer::testing::ManualClock;
using triphammer::testing::run_until_done;

namespace {

const std::string kOne(40, '1');
const std::string kTwo(40, '2');
const std::string kThree(40, '3');

Task<http::Response> answer_soon(http::Response response) {
    co_return response;
}

/// The branches of o/r, with an ETag of how they are.
class BranchForge final : public http::Router {
  public:
    http::RouteDecision route(const http::RequestHead& head) override {
        http::RouteDecision decision;
        decision.handler = [this, head](http::Request) {
            return answer_soon(answer(head.path, head.headers.find("If-None-Match").value_or("")));
        };
        return decision;
    }

    http::Response answer(const std::string& path, std::string_view known) {
        asked.push_back(path);
        if (status != 200) return http::make_json(status, R"({"message": "away"})");
        if (path == "/repos/o/r") return http::make_json(200, R"({"id": 1, "full_name": "o/r"})");
        const auto at = path.find("/commits/");
        if (at != std::string::npos) {
            return http::make_json(200, json{{"sha", path.substr(at + 9)}}.dump());
        }
        auto list = json::array();
        for (const auto& [name, sha] : branches) {
            list.push_back({{"name", name}, {"commit", {{"sha", sha}}}});
        }
        const auto tag = '"' + std::to_string(std::hash<std::string>{}(list.dump())) + '"';
        auto response = http::make_json(known == tag ? 304 : 200, known == tag ? "" : list.dump());
        response.headers.set("ETag", tag);
        return response;
    }

    std::map<std::string, std::string> branches;
    std::vector<std::string> asked;
    int status = 200;
};

struct Source final : BranchSource {
    explicit Source(github::Client client) : client_{std::move(client)} {}

    Task<Result<github::Client>> client_for(store::RepositoryRow) override { co_return client_; }

    github::Client client_;
};

struct Taker final : DeliveryTaker {
    Task<int> take(std::string, github::DeliveryText delivery) override {
        const auto payload = json::parse(delivery.payload);
        got.push_back(payload.value("ref", "") + ' ' + payload.value("after", "").substr(0, 1));
        befores.push_back(payload.value("before", ""));
        co_return status;
    }

    std::vector<std::string> got;
    std::vector<std::string> befores;
    int status = 202;
};

class BranchWatchTest : public ::testing::Test {
  protected:
    BranchWatchTest() {
        store::NewRepository row;
        row.full_name = "o/r";
        row.clone_url = "http://forge.test/o/r.git";
        row.hook = "hook";
        row.hook_secret = "sealed";
        repository_ =
            database_.write([&](store::Transaction& tx) { return store::add_repository(tx, row); }
            ).value();
        forge_.branches["main"] = kOne;
    }

    /// GitHub's delivery of a push comes in after all.
    void deliver(const std::string& branch, const std::string& sha) {
        store::NewDelivery row;
        row.hook = "hook";
        row.guid = branch + sha;
        row.event = "push";
        row.repository = repository_;
        row.facts_json = json{{"ref", "refs/heads/" + branch}, {"sha", sha}}.dump();
        database_
            .write([&](store::Transaction& tx) {
                return Result<store::Appended>{store::append_delivery(tx, row)};
            })
            .value();
    }

    using Step = std::function<void()>;

    /// Passes of one process, half a minute apart; `steps[n]` happens before pass n.
    void watch(const std::vector<Step>& steps) {
        run_until_done([&](Executor executor) { return watch_task(executor, steps); });
    }

    Task<> watch_task(Executor executor, const std::vector<Step>& steps) {
        http::Server server{executor, forge_};
        const auto port = server.listen_tcp("127.0.0.1", 0, "forge").value();
        github::ApiSettings api;
        api.base = http::parse_url("http://127.0.0.1:" + std::to_string(port)).value();
        Source source{github::Client{api, clock_}};
        BranchWatch watch{
            {executor, *database_.database, source, taker_, clock_}, 5min, Milliseconds{20s}};
        for (const auto& step : steps) {
            if (step) step();
            auto passing = watch.pass();
            (co_await std::move(passing)).value();
            clock_.advance(30s);
        }
        found_ = watch.found();
        co_await server.stop(1s);
    }

    ManualClock clock_;
    InlineDatabase database_{clock_};
    BranchForge forge_;
    Taker taker_;
    model::RepositoryId repository_;
    std::uint64_t found_ = 0;
};

}  // namespace

TEST_F(BranchWatchTest, BeginsWithWhatIsThereAndBuildsNothingOfIt) {
    watch({{}, {}, {}});

    EXPECT_THAT(taker_.got, IsEmpty());
}

TEST_F(BranchWatchTest, FindsAPushThatNobodyToldOfOnceItIsLate) {
    watch({{}, [&] { forge_.branches["main"] = kTwo; }});
    EXPECT_THAT(taker_.got, IsEmpty()) << "its delivery may be on its way";

    watch({{}, {}, {}, {}});

    EXPECT_THAT(taker_.got, ElementsAre("refs/heads/main 2"));
    EXPECT_THAT(taker_.befores, ElementsAre(kOne));
    EXPECT_EQ(found_, 1U);
}

TEST_F(BranchWatchTest, ADeliveryThatComesInTimeIsEnough) {
    watch({{}, [&] { forge_.branches["main"] = kTwo; }, [&] { deliver("main", kTwo); }, {}, {}});

    EXPECT_THAT(taker_.got, IsEmpty());
}

TEST_F(BranchWatchTest, ABranchThatIsNewHasNoBeforeAndOneThatIsGoneIsForgotten) {
    watch({{}, [&] { forge_.branches["topic"] = kThree; }, {}, {}});
    EXPECT_THAT(taker_.got, ElementsAre("refs/heads/topic 3"));
    EXPECT_THAT(taker_.befores, ElementsAre(std::string(40, '0')));

    watch(
        {[&] { forge_.branches.erase("topic"); },
         [&] { forge_.branches["topic"] = kThree; },
         {},
         {}}
    );
    EXPECT_THAT(taker_.got, ElementsAre("refs/heads/topic 3", "refs/heads/topic 3"));
}

TEST_F(BranchWatchTest, WhatIsNotKeptIsTriedAgainAndTheForgeInTroubleIsAskedLess) {
    taker_.status = 503;
    watch({{}, [&] { forge_.branches["main"] = kTwo; }, {}, {}});
    EXPECT_EQ(found_, 0U);
    taker_.status = 202;
    watch({{}, {}});
    EXPECT_EQ(found_, 1U) << "it is still missing";

    forge_.status = 502;
    forge_.asked.clear();
    watch({{}, {}, {}, {}});
    EXPECT_EQ(forge_.asked.size(), 1U) << "the pause is longer than these passes";
}
