#include "github/clients.hpp"

#include "support/clock.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

namespace triphammer::github {
namespace {

using namespace std::chrono_literals;
using triphammer::testing::run_task;

Task<Result<Secret>> own_token(std::string repository) {
    if (repository == "acme/broken") co_return invalid("another master key");
    co_return Secret{repository == "acme/own" ? "own" : ""};
}

class ClientsTest : public ::testing::Test {
  protected:
    Clients with_token(const char* token) {
        ApiSettings api;
        api.token = Secret{token};
        Clients clients{api, app_, clock_};
        clients.use(own_token);
        return clients;
    }

    /// The token, or why there is none.
    static std::string token_of(Clients& clients, const std::string& repository) {
        const auto found = run_task<Result<Secret>>([&](Executor) {
            return clients.find_token(repository, {{"statuses", "write"}});
        });
        return found ? found->reveal() : found.error().message;
    }

    triphammer::testing::ManualClock clock_;
    App app_{ApiSettings{}, clock_};
};

TEST_F(ClientsTest, TakeARepositorysOwnTokenBeforeTheServers) {
    auto clients = with_token("server");

    EXPECT_EQ(token_of(clients, "acme/own"), "own");
    EXPECT_EQ(token_of(clients, "acme/other"), "server");
    EXPECT_EQ(token_of(clients, "acme/broken"), "another master key");
}

TEST_F(ClientsTest, NeedNoTokenOfTheServers) {
    auto clients = with_token("");

    EXPECT_EQ(token_of(clients, "acme/own"), "own");
    EXPECT_EQ(token_of(clients, "acme/other"), "");
    EXPECT_FALSE(clients.pass_over("acme/own")) << "there is nobody else";
}

TEST_F(ClientsTest, PassARefusedTokenOverForAnHour) {
    auto clients = with_token("server");

    EXPECT_EQ(token_of(clients, "acme/own") + token_of(clients, "acme/other"), "ownserver");
    EXPECT_TRUE(clients.pass_over("acme/own"));
    EXPECT_FALSE(clients.pass_over("acme/other")) << "it has none of its own";

    EXPECT_EQ(token_of(clients, "acme/own"), "server");
    EXPECT_FALSE(clients.pass_over("acme/own")) << "the server's was refused, too";
    clock_.advance(1h);
    EXPECT_EQ(token_of(clients, "acme/own"), "own");
}

TEST(IsRefusal, IsNoLimit) {
    ApiAnswer answer;
    answer.status = 403;
    EXPECT_TRUE(is_refusal(answer));
    answer.wait_until = TimePoint{};
    EXPECT_FALSE(is_refusal(answer));
    answer.status = 422;
    EXPECT_FALSE(is_refusal(answer));
}

}  // namespace
}  // namespace triphammer::github
