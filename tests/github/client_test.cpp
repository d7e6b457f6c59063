#include "github/client.hpp"

#include "http/server.hpp"
#include "support/clock.hpp"
#include "support/run_task.hpp"

#include <gmock/gmock.h>

using namespace triphammer;
using namespace triphammer::github;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using triphammer::testing::ManualClock;
using triphammer::testing::run_until_done;

namespace {

Task<http::Response> give(http::Response response) {
    co_return response;
}

/// Plays the forge: answers by path and keeps what it was asked.
class StandIn final : public http::Router {
  public:
    http::RouteDecision route(const http::RequestHead& head) override {
        http::RouteDecision decision;
        decision.handler = [this, path = head.path](http::Request request) {
            requests.push_back(std::move(request));
            return give(answers.count(path) > 0 ? answers.at(path) : http::make_json(404, "{}"));
        };
        return decision;
    }

    std::map<std::string, http::Response> answers;
    std::vector<http::Request> requests;
};

http::Response redirect(int status, std::string location) {
    http::Response response{status};
    response.headers.add("Location", std::move(location));
    return response;
}

class GitHubClient : public ::testing::Test {
  protected:
    /// One call against the stand-in.
    Result<ApiAnswer> post(const std::string& path) {
        Result<ApiAnswer> out = invalid("not called");
        run_until_done([&](Executor executor) { return talk(executor, path, out); });
        return out;
    }

    Task<> talk(Executor executor, std::string path, Result<ApiAnswer>& out) {
        http::Server server{executor, forge_};
        const auto port = server.listen_tcp("127.0.0.1", 0, "forge").value();
        ApiSettings settings;
        settings.base =
            http::parse_url("http://127.0.0.1:" + std::to_string(port) + "/api/").value();
        settings.token = Secret{"token"};
        const Client client{settings, clock_};
        CommitStatus status{"abc", "c", "success", "d", "http://t/"};
        auto calling = path.empty() ? client.create_status("o/r", status) : client.post(path, "{}");
        out = co_await std::move(calling);
        co_await server.stop(1s);
    }

    ManualClock clock_;
    StandIn forge_;
};

}  // namespace

TEST_F(GitHubClient, PostsAStatus) {
    forge_.answers["/api/repos/o/r/statuses/abc"] = http::make_json(201, "{}");

    const auto answer = post("");

    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 201);
    EXPECT_FALSE(answer->wait_until);
    const auto& request = forge_.requests.at(0);
    EXPECT_EQ(request.headers.find("Authorization"), "Bearer token");
    EXPECT_EQ(
        request.body,
        R"({"context":"c","description":"d","state":"success","target_url":"http://t/"})"
    );
}

TEST_F(GitHubClient, FollowsARenamedRepositoryOnTheSameHost) {
    forge_.answers["/api/old"] = redirect(307, "/api/new");
    forge_.answers["/api/new"] = http::make_json(201, "{}");

    EXPECT_EQ(post("/old")->status, 201);
    EXPECT_EQ(forge_.requests.at(1).method, http::Method::post);
    EXPECT_EQ(forge_.requests.at(1).body, "{}");
}

TEST_F(GitHubClient, TakesItsTokenToNoOtherHost) {
    forge_.answers["/api/away"] = redirect(307, "http://192.0.2.1/api/away");
    forge_.answers["/api/round"] = redirect(301, "/api/round");

    EXPECT_THAT(post("/away").error().message, HasSubstr("another host"));
    EXPECT_THAT(post("/round").error().message, HasSubstr("without end"));
}

TEST_F(GitHubClient, SaysUntilWhenARateLimitHolds) {
    forge_.answers["/api/limited"] = http::make_json(403, "{}");
    forge_.answers["/api/limited"].headers.add("Retry-After", "30");

    EXPECT_EQ(post("/limited")->wait_until, clock_.now() + 30s);
}

TEST(RateLimit, IsReadFromEitherHeader) {
    const auto now = from_unix_ms(1'700'000'000'000);
    const http::Headers reset{{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "1700000100"}};
    const http::Headers left{{"X-RateLimit-Remaining", "5"}, {"X-RateLimit-Reset", "1700000100"}};
    const http::Headers absurd{{"Retry-After", "999999999999"}};

    EXPECT_EQ(find_wait(403, reset, now), now + 101s);
    EXPECT_EQ(find_wait(403, left, now), std::nullopt);
    EXPECT_EQ(find_wait(429, {}, now), now + 60s);
    EXPECT_EQ(find_wait(429, absurd, now), now + 2h);
    EXPECT_EQ(find_wait(200, reset, now), std::nullopt);
}
