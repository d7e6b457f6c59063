// What runners store and fetch, and people download, over the product's own server and sockets.
#include "access/sealing.hpp"
#include "api/call/services.hpp"
#include "api/live/live_hub.hpp"
#include "api/router.hpp"
#include "artifacts/keeper.hpp"
#include "base/digest.hpp"
#include "base/random.hpp"
#include "http/client.hpp"
#include "logs/log_store.hpp"
#include "store/runs/attempt_store.hpp"
#include "store/sample_database.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace triphammer::api {
namespace {

using nlohmann::json;
using triphammer::testing::run_until_done;
using triphammer::testing::SampleDatabase;

/// Everything that one exchange needs; the tables and files stay from one to the next.
struct House : SampleDatabase {
    House() {
        const auto job = add_job(add_run(add_repository("octo/roof")), "build");
        write([&](store::Transaction& tx) -> Result<model::Fence> {
            return store::insert_attempt(tx, job, sha256_hex("t0ken"), "host");
        });
    }

    http::Answer send(http::Call call, const std::string& token = "t0ken") {
        call.headers.set("Authorization", "Bearer " + token);
        return exchange(std::move(call), kRunnerListener);
    }

    /// Through the socket of administration: whoever tests is the daemon's own user.
    http::Answer ask(
        http::Method method, const std::string& target, const std::string& range = ""
    ) {
        http::Call call{method, target};
        if (!range.empty()) call.headers.set("Range", range);
        return exchange(std::move(call), kAdminListener);
    }

    http::Answer upload(const std::string& name, const std::string& bytes, std::size_t declared) {
        http::Call call{
            http::Method::post,
            "/runner/v1/artifacts?name=" + name + "&sha256=" + sha256_hex(bytes) +
                "&bytes=" + std::to_string(declared)};
        call.upload = pieces(bytes);
        return send(std::move(call));
    }

    static http::Upload pieces(std::string bytes) {
        auto left = std::make_shared<std::string>(std::move(bytes));
        return [left] { return next(left); };
    }

    static Task<Result<std::string>> next(std::shared_ptr<std::string> left) {
        auto piece = left->substr(0, 100'000);
        left->erase(0, piece.size());
        co_return piece;
    }

    http::Answer exchange(http::Call call, std::string_view listener) {
        std::optional<http::Answer> out;
        run_until_done([&](Executor executor) { return serve_one(executor, call, listener, out); });
        return std::move(*out);
    }

    Task<> serve_one(
        Executor executor,
        http::Call& call,
        std::string_view listener,
        std::optional<http::Answer>& out
    ) {
        LiveHub live{executor, *database};
        auto opening = keeper.open();
        (co_await std::move(opening)).value();
        Services services = make(live);
        Router router{services};
        http::Server server{executor, router};
        server.listen_unix(folder / "socket", 0600, std::string{listener}).value();
        const http::Client client{http::unix_endpoint(folder / "socket")};
        auto sending = client.send(std::move(call));
        out = (co_await std::move(sending)).value();
        auto stopping = server.stop(Milliseconds{0});
        co_await std::move(stopping);
    }

    Services make(LiveHub& live) {
        return Services{
            .clock = clock,
            .random = random,
            .database = *database,
            .logs = *logs,
            .log_thread = log_thread,
            .sealer = sealer,
            .live = live,
            .data = folder.path(),
            .server_id = "s1",
            .base_url = "http://server.test",
            .version = "1",
            .url_rules = {},
            .github_url = "",
            .on_delivery = {},
            .on_queue = {},
            .on_outbox = {},
            .measure = {},
            .unready = {},
            .examine = {},
            .touched = {},
            .repository_remote = {},
            .action_remote = {},
            .keeper = &keeper,
        };
    }

    SystemRandom random;
    NamedThread log_thread{"logs"};
    NamedThread disk{"blobs"};
    std::unique_ptr<logs::LogStore> logs = *logs::LogStore::open(folder / "logs", clock);
    access::Sealer sealer{Secret{std::string(32, 'k')}, random};
    artifacts::Keeper keeper{
        {*database, disk, clock, random, folder.path()},
        {{4'000'000, 3'000'000}, {4'000'000, 3'000'000}, 90}};
};

json body_of(const http::Answer& answer) {
    return json::parse(answer.body, nullptr, false);
}

TEST(RunnerArtifacts, AreTakenInPiecesAndHandedOutWholeAndInRanges) {
    House house;
    const std::string bytes = random_bytes(house.random, 2'000'000);

    const auto stored = house.upload("report", bytes, bytes.size());

    ASSERT_EQ(stored.status, 201) << stored.body;
    const auto id = body_of(stored)["id"].get<std::string>();
    http::Call fetch{http::Method::get, "/runner/v1/artifacts/" + id};
    fetch.body_limit = 4'000'000;
    EXPECT_EQ(house.send(std::move(fetch)).body, bytes);
    const auto part =
        house.ask(http::Method::get, "/api/v1/runs/1/artifacts/" + id + "/zip", "bytes=10-19");
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.body, bytes.substr(10, 10));
    EXPECT_EQ(part.headers.find("Content-Disposition"), "attachment; filename=\"report.zip\"");
    EXPECT_EQ(part.headers.find("X-Content-Type-Options"), "nosniff");
}

TEST(RunnerArtifacts, AreAnsweredAlikeWhenTheyComeTwice) {
    House house;

    const auto first = house.upload("report", "bytes", 5);
    const auto again = house.upload("report", "bytes", 5);

    EXPECT_EQ(first.status, 201);
    EXPECT_EQ(first.body, again.body);
}

TEST(RunnerArtifacts, AreRefusedForWhatTheyAre) {
    House house;
    ASSERT_EQ(house.upload("report", "bytes", 5).status, 201);

    EXPECT_EQ(house.upload("report", "other", 5).status, 409);
    EXPECT_EQ(house.upload("short", "bytes", 6).status, 400);
    EXPECT_EQ(house.upload("long", std::string(1'000'000, 'x'), 5).status, 400);
    EXPECT_EQ(house.upload("huge", std::string(3'500'000, 'x'), 3'500'000).status, 413);
    EXPECT_EQ(house.upload("a%2Fb", "bytes", 5).status, 400);
}

TEST(RunnerArtifacts, ListenToTheTokenOfARunningAttemptOnly) {
    House house;
    const http::Call list{http::Method::get, "/runner/v1/artifacts"};

    EXPECT_EQ(house.send(list, "wrong").status, 401);
    EXPECT_EQ(house.send(list).status, 200);
    EXPECT_EQ(house.ask(http::Method::get, "/runner/v1/artifacts").status, 404);
}

TEST(RunArtifacts, AreListedAndRemoved) {
    House house;
    const auto id = body_of(house.upload("report", "bytes", 5))["id"].get<std::string>();

    const auto listed = body_of(house.ask(http::Method::get, "/api/v1/runs/1/artifacts"));
    ASSERT_EQ(listed["items"].size(), 1U);
    EXPECT_EQ(listed["items"][0]["name"], "report");
    EXPECT_EQ(listed["items"][0]["sha256"], sha256_hex("bytes"));

    const auto path = "/api/v1/runs/1/artifacts/" + id;
    EXPECT_EQ(house.ask(http::Method::delete_, path).status, 204);
    EXPECT_EQ(house.ask(http::Method::get, path + "/zip").status, 404);
    EXPECT_EQ(house.ask(http::Method::get, "/api/v1/runs/9/artifacts").status, 404);
}

TEST(RunnerCaches, AreFoundByPrefixAndFetched) {
    House house;
    http::Call save{
        http::Method::post,
        "/runner/v1/caches?key=npm-1&version=v&sha256=" + sha256_hex("cache") + "&bytes=5"};
    save.upload = House::pieces("cache");
    ASSERT_EQ(house.send(std::move(save)).status, 201);

    const auto found = house.send(http::Call{
        http::Method::get, "/runner/v1/caches?key=npm-2&version=v&restore=x&restore=npm-"});

    ASSERT_EQ(found.status, 200) << found.body;
    EXPECT_EQ(body_of(found)["key"], "npm-1");
    const auto id = body_of(found)["id"].get<std::string>();
    EXPECT_EQ(house.send(http::Call{http::Method::get, "/runner/v1/caches/" + id}).body, "cache");
    EXPECT_EQ(
        house.send(http::Call{http::Method::get, "/runner/v1/caches?key=npm-2&version=w"}).status,
        404
    );
}

}  // namespace
}  // namespace triphammer::api
