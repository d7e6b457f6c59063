#include "aws/client.hpp"

#include "aws/sts.hpp"
#include "http/listener.hpp"
#include "support/clock.hpp"
#include "support/random.hpp"
#include "support/run_task.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <poll.h>
#include <sys/socket.h>

#include <thread>

namespace triphammer::aws {

using ::testing::HasSubstr;
using triphammer::testing::ManualClock;
using triphammer::testing::run_task;
using triphammer::testing::SeededRandom;

namespace {

std::string answer(int status, const std::string& body, const std::string& fields = "") {
    return "HTTP/1.1 " + std::to_string(status) +
           " Said\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + fields +
           "Connection: close\r\n\r\n" + body;
}

/// Gives one answer to each connection; an empty one closes it without a word.
class Script {
  public:
    explicit Script(std::vector<std::string> answers) {
        listener_ = http::open_tcp_listener("127.0.0.1", 0).value();
        thread_ = std::thread{[this, answers = std::move(answers)] {
            for (const auto& one : answers) serve(one);
        }};
    }

    ~Script() { thread_.join(); }

    http::Url url() const {
        const auto port = http::port_of(listener_.get()).value();
        return http::parse_url("http://127.0.0.1:" + std::to_string(port)).value();
    }

    /// After the last one was served.
    const std::vector<std::string>& requests() {
        thread_.join();
        thread_ = std::thread{[] {}};
        return requests_;
    }

  private:
    void serve(const std::string& text) {
        pollfd waiting{listener_.get(), POLLIN, 0};
        if (::poll(&waiting, 1, 10'000) != 1) return;
        const FileDescriptor client{::accept(listener_.get(), nullptr, nullptr)};
        char buffer[8192];
        std::string request;
        while (request.find("\r\n\r\n") == std::string::npos) {
            const auto count = ::recv(client.get(), buffer, sizeof buffer, 0);
            if (count <= 0) break;
            request.append(buffer, static_cast<std::size_t>(count));
        }
        requests_.push_back(request);
        ::send(client.get(), text.data(), text.size(), MSG_NOSIGNAL);
    }

    FileDescriptor listener_;
    std::vector<std::string> requests_;
    std::thread thread_;
};

struct Fixture {
    ManualClock clock;
    SeededRandom random{1};

    Client client(const Script& script, const Service& service = kEcs) {
        ClientSettings settings;
        settings.service = service;
        settings.region = "us-east-1";
        settings.endpoint = script.url();
        settings.credentials = Credentials{"AKID", Secret{"secret"}, {}};
        settings.first_pause = Milliseconds{0};
        return Client{settings, clock, random};
    }

    Result<nlohmann::json> call(const Script& script) {
        const auto ecs = client(script);
        return run_task<Result<nlohmann::json>>([&](Executor) {
            return ecs.call("DescribeServices", nlohmann::json::object());
        });
    }
};

}  // namespace

TEST(Client, NamesTheOperationAndSignsTheCall) {
    Script script{{answer(200, R"({"services":[]})")}};
    Fixture with;

    const auto said = with.call(script);

    ASSERT_TRUE(said);
    EXPECT_TRUE(said->contains("services"));
    const auto request = script.requests().at(0);
    EXPECT_THAT(
        request, HasSubstr("X-Amz-Target: AmazonEC2ContainerServiceV20141113.DescribeServices\r\n")
    );
    EXPECT_THAT(request, HasSubstr("Content-Type: application/x-amz-json-1.1\r\n"));
    EXPECT_THAT(
        request,
        HasSubstr("Credential=AKID/20231114/us-east-1/ecs/aws4_request, SignedHeaders="
                  "content-type;host;x-amz-date;x-amz-target, Signature=")
    );
}

TEST(Client, RepeatsWhatMayWorkAMomentLater) {
    Script script{
        {answer(400, R"({"__type":"ThrottlingException","message":"slow"})"),
         "",
         answer(200, "{}")}};
    Fixture with;

    EXPECT_TRUE(with.call(script));
    EXPECT_EQ(script.requests().size(), 3U);
}

TEST(Client, GivesUpAfterThreeAttempts) {
    const auto away = answer(503, "{}");
    Script script{{away, away, away}};
    Fixture with;

    const auto said = with.call(script);

    EXPECT_EQ(said.error().code, Code::unavailable);
    EXPECT_EQ(said.error().message, "ECS DescribeServices: HTTP 503");
}

TEST(Client, DoesNotRepeatWhatWasRefused) {
    Script script{{answer(400, R"({"__type":"ClusterNotFoundException","message":"none"})")}};
    Fixture with;

    const auto said = with.call(script);

    EXPECT_EQ(said.error().code, Code::not_found);
    EXPECT_EQ(said.error().message, "ECS DescribeServices: ClusterNotFoundException: none");
}

TEST(Client, CorrectsOnceForAClockThatIsWrong) {
    const auto refusal = answer(
        400,
        R"({"__type":"InvalidSignatureException","message":"Signature expired"})",
        "Date: Sat, 21 Nov 2026 08:15:30 GMT\r\n"
    );
    Script script{{refusal, answer(200, "{}")}};
    Fixture with;

    EXPECT_TRUE(with.call(script));
    EXPECT_THAT(script.requests().at(1), HasSubstr("X-Amz-Date: 20261121T081530Z\r\n"));
}

TEST(Client, TakesAWrongKeyForWhatItIs) {
    const auto refusal = answer(403, R"({"__type":"InvalidSignatureException","message":"no"})");
    Script script{{refusal}};
    Fixture with;

    EXPECT_EQ(with.call(script).error().code, Code::unauthorized);
}

TEST(Sts, ReadsWhoOneIsAndARolesKeys) {
    Script script{
        {answer(
             200,
             "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/u</Arn>"
             "<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
         ),
         answer(
             200,
             "<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>AROA:s"
             "</AssumedRoleId></AssumedRoleUser><Credentials><AccessKeyId>ASIA</AccessKeyId>"
             "<SecretAccessKey>sec</SecretAccessKey><SessionToken>tok</SessionToken>"
             "<Expiration>2026-11-21T09:00:00Z</Expiration></Credentials></AssumeRoleResult>"
             "</AssumeRoleResponse>"
         )}};
    Fixture with;
    const auto sts = with.client(script, kSts);

    const auto identity = run_task<Result<Identity>>([&](Executor) { return get_identity(sts); });
    const auto role = run_task<Result<AssumedRole>>([&](Executor) {
        RoleWish wish;
        wish.role = "arn:aws:iam::1:role/r";
        wish.session = "s";
        return assume_role(sts, wish);
    });

    EXPECT_EQ(identity->account, "123456789012");
    EXPECT_EQ(role->credentials.secret_key.reveal(), "sec");
    EXPECT_EQ(role->role_id, "AROA:s");
    EXPECT_EQ(role->expiration, "2026-11-21T09:00:00Z");
}

TEST(Pause, GrowsToTwentySeconds) {
    SeededRandom random{3};
    for (int next = 2; next < 12; ++next) {
        EXPECT_LE(pause_before(next, Milliseconds{1000}, random), Milliseconds{20'000});
    }
    EXPECT_EQ(pause_before(2, Milliseconds{0}, random), Milliseconds{0});
}

}  // namespace triphammer::aws
