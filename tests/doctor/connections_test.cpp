#include "doctor/connections.hpp"

#include <gtest/gtest.h>

#include <functional>

using namespace triphammer;
using namespace triphammer::doctor;
using namespace std::chrono_literals;

namespace {

const auto kNow = from_unix_ms(1'790'000'000'000);

ConnectionQuestion question() {
    ConnectionQuestion out;
    out.api.base = http::parse_url("https://api.github.com").value();
    out.api.token = Secret{"a-token"};
    out.listen = "127.0.0.1:7707";
    out.public_url = "https://ci.example.com";
    out.has_proxies = true;
    return out;
}

Connections well() {
    Connections out;
    out.now = kNow;
    out.api.status = 200;
    out.api.ahead = 1s;
    out.api.scopes = "repo, workflow";
    out.api.remaining = 4990;
    out.public_answer = "ok";
    return out;
}

void use_app(Connections& facts, ConnectionQuestion& asked) {
    asked.app.emplace();
    asked.app->id = "123";
    facts.app_status = 200;
}

struct Plant {
    const char* what;
    std::function<void(Connections&, ConnectionQuestion&)> plant;
    const char* name;
    State state;
    const char* remedy;
};

void PrintTo(const Plant& plant, std::ostream* out) {
    *out << plant.what;
}

const Plant kPlants[] = {
    {"a firewall lets nothing out",
     [](auto& facts, auto&) {
         facts.api = {};
         facts.api.error = {Code::timed_out, "the deadline passed"};
     },
     "github",
     State::error,
     "curl -v https://api.github.com"},
    {"the certificates of the system are missing",
     [](auto& facts, auto&) {
         facts.api = {};
         facts.api.error = {Code::protocol, "certificate verify failed"};
     },
     "github",
     State::error,
     "ca-certificates"},
    {"GitHub is down",
     [](auto& facts, auto&) { facts.api.status = 503; },
     "github",
     State::warning,
     "githubstatus"},
    {"others use up the rate limit",
     [](auto& facts, auto&) { facts.api.remaining = 3; },
     "github",
     State::warning,
     "github.app_id"},
    {"names do not resolve",
     [](auto& facts, auto&) {
         facts.api = {};
         facts.api.name_failure = "Temporary failure in name resolution";
     },
     "names",
     State::error,
     "resolv.conf"},
    {"the clock is half a minute off",
     [](auto& facts, auto&) { facts.api.ahead = -45s; },
     "clock",
     State::warning,
     "set-ntp true"},
    {"the clock is an hour off",
     [](auto& facts, auto&) { facts.api.ahead = 3600s; },
     "clock",
     State::error,
     "set-ntp true"},
    {"there is no token",
     [](auto&, auto& asked) { asked.api.token = {}; },
     "token",
     State::warning,
     "github.token_file"},
    {"the token was revoked",
     [](auto& facts, auto&) { facts.api.status = 401; },
     "token",
     State::error,
     "github.token_file"},
    {"the organization has not approved the token",
     [](auto& facts, auto&) { facts.api.status = 403; },
     "token",
     State::error,
     "settings/tokens"},
    {"the token may not set statuses",
     [](auto& facts, auto&) { facts.api.scopes = "gist, read:org"; },
     "token",
     State::error,
     "`repo`"},
    {"the token may not clone private repositories",
     [](auto& facts, auto&) { facts.api.scopes = "repo:status"; },
     "token",
     State::warning,
     "`repo`"},
    {"the token ends in a week",
     [](auto& facts, auto&) { facts.api.expires_at = kNow + 24h * 7; },
     "token",
     State::warning,
     "github.token_file"},
    {"the App's key is another App's",
     [](auto& facts, auto& asked) {
         use_app(facts, asked);
         facts.app_status = 401;
     },
     "app",
     State::error,
     "github.private_key_file"},
    {"there is no public address",
     [](auto& facts, auto& asked) {
         asked.public_url.clear();
         facts.public_answer.clear();
     },
     "address",
     State::warning,
     "public_url"},
    {"the public address is no address",
     [](auto&, auto& asked) { asked.public_url = "ci.example.com"; },
     "address",
     State::error,
     "public_url"},
    {"the proxy leads elsewhere",
     [](auto& facts, auto&) { facts.public_answer = "the answer to GET /healthz is 502"; },
     "address",
     State::warning,
     "/healthz"},
    {"the proxy is not declared",
     [](auto&, auto& asked) { asked.has_proxies = false; },
     "address",
     State::warning,
     "trusted_proxies"},
    {"the public address is without TLS",
     [](auto&, auto& asked) { asked.public_url = "http://ci.example.com"; },
     "address",
     State::warning,
     "https://HOST"},
};

class PlantedConnections : public testing::TestWithParam<Plant> {};

}  // namespace

TEST(Connections, WhoFetchesDeliveriesNeedsNoAddress) {
    auto asked = question();
    auto facts = well();
    asked.public_url.clear();
    asked.polls = true;
    facts.public_answer.clear();

    const auto found = examine(facts, asked);

    EXPECT_TRUE(std::all_of(found.begin(), found.end(), [](const Finding& finding) {
        return finding.state == State::ok;
    }));
}

TEST(Connections, WhatIsWellHasNothingToMend) {
    for (const auto& finding : examine(well(), question())) {
        EXPECT_EQ(finding.state, State::ok) << finding.name << ": " << finding.text;
    }
}

TEST_P(PlantedConnections, AreFoundAloneWithTheirRemedy) {
    auto facts = well();
    auto asked = question();
    GetParam().plant(facts, asked);

    bool is_found = false;
    for (const auto& finding : examine(facts, asked)) {
        if (finding.state == State::ok) continue;
        EXPECT_EQ(finding.name, GetParam().name) << finding.text;
        EXPECT_EQ(finding.state, GetParam().state) << finding.text;
        EXPECT_NE(finding.remedy.find(GetParam().remedy), std::string::npos) << finding.remedy;
        is_found = true;
    }

    EXPECT_TRUE(is_found);
}

INSTANTIATE_TEST_SUITE_P(All, PlantedConnections, testing::ValuesIn(kPlants));

TEST(Connections, AnAppMakesATokenUnnecessary) {
    auto facts = well();
    auto asked = question();
    asked.api.token = {};
    use_app(facts, asked);

    for (const auto& finding : examine(facts, asked)) {
        EXPECT_EQ(finding.state, State::ok) << finding.name << ": " << finding.text;
    }
}

TEST(Connections, AFineGrainedTokenNamesNoScopes) {
    auto facts = well();
    facts.api.scopes.reset();

    EXPECT_TRUE(is_well(examine(facts, question())));
}
