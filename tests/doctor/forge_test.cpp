#include "doctor/forge.hpp"

#include "github/manifest.hpp"

#include <gtest/gtest.h>

#include <algorithm>

using namespace triphammer;
using namespace triphammer::doctor;

namespace {

RepositoryHealth make_well() {
    RepositoryHealth one;
    one.name = "o/r";
    one.wanted_url = "https://ci.example/webhooks/github/x";
    one.was_asked = true;
    one.state.default_branch = "main";
    one.is_hook_shown = true;
    github::HookState hook;
    hook.url = one.wanted_url;
    hook.is_active = true;
    for (const auto event : github::hook_events()) hook.events.emplace_back(event);
    hook.last.code = 202;
    one.hook = hook;
    return one;
}

/// What is not fine.
Findings faults_of(RepositoryHealth one, bool polls = false) {
    ForgeHealth health;
    health.github_url = "https://github.com";
    health.polls = polls;
    health.repositories.push_back(std::move(one));
    auto out = examine(health);
    std::erase_if(out, [](const auto& finding) { return finding.state == State::ok; });
    return out;
}

}  // namespace

TEST(ForgeDoctor, SaysNothingOfWhatIsWell) {
    EXPECT_EQ(faults_of(make_well()), Findings{});
}

TEST(ForgeDoctor, DoesNotMindFailedDeliveriesWithPoll) {
    auto one = make_well();
    one.hook->last = {502, "Bad Gateway"};

    EXPECT_EQ(faults_of(one).size(), 1U);
    EXPECT_EQ(faults_of(one, true), Findings{});
}

TEST(ForgeDoctor, SaysWhyAHookIsNotSeen) {
    auto one = make_well();
    one.is_hook_shown = false;

    const auto findings = faults_of(one);

    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].text, "Whether it is there cannot be seen: no token of it asks GitHub.");
}

TEST(ForgeDoctor, NeedsNoHookWhereTheAppIsInstalled) {
    auto one = make_well();
    one.hook.reset();
    EXPECT_EQ(faults_of(one).size(), 1U);

    one.is_by_app = true;
    EXPECT_EQ(faults_of(one), Findings{});
}

TEST(ForgeDoctor, KnowsWhichScopeIsMissing) {
    auto one = make_well();
    one.state.scopes = "public_repo, gist";
    EXPECT_EQ(faults_of(one), Findings{});

    one.state.is_private = true;
    const auto found = faults_of(one);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].name, "token o/r");
    EXPECT_EQ(found[0].remedy, "https://github.com/settings/tokens   # add the scope repo");
}

TEST(ForgeDoctor, LooksForRequiredContextsAmongOthersToo) {
    auto one = make_well();
    one.required = {"ci / test", "lint", "ci / tset"};
    one.reported = {"ci / test"};
    one.others = {"lint"};

    const auto found = faults_of(one);

    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(
        found[0].text,
        "main waits for 'ci / tset', which nobody reports; this server reports 'ci / test'."
    );
}

TEST(ForgeDoctor, ComparesWhatTheAppWasGranted) {
    ForgeHealth health;
    AppHealth app;
    for (const auto event : github::app_events()) app.events.emplace_back(event);
    github::Place place;
    place.account = "acme";
    place.permissions = github::app_permissions(true);
    app.places.push_back(place);
    place.account = "other";
    place.permissions["statuses"] = "read";
    app.places.push_back(place);
    health.app = app;

    const auto found = examine(health);

    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].state, State::ok);
    EXPECT_EQ(found[1].text, "It was not granted statuses: write.");
}
