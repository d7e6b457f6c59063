#include "plan/payload_rules.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace triphammer::plan {
namespace {

struct EventRow {
    std::string event;
    std::string action;
    std::string payload;
    std::string code;  // empty: the files decide
};

// events-that-trigger-workflows: the notes of each event
const std::vector<EventRow> kEventRows{
    {"deployment_status", "created", R"({"deployment_status": {"state": "inactive"}})", "inactive"},
    {"deployment_status", "created", R"({"deployment_status": {"state": "success"}})", ""},
    {"deployment", "created", R"({"deployment_status": {"state": "inactive"}})", ""},
    {"release", "created", R"({"release": {"draft": true}})", "draft"},
    {"release", "edited", R"({"release": {"draft": true}})", "draft"},
    {"release", "deleted", R"({"release": {"draft": true}})", "draft"},
    {"release", "created", R"({"release": {"draft": false}})", ""},
    {"release", "published", R"({"release": {"draft": true}})", ""},
    {"check_suite",
     "completed",
     R"({"check_suite": {"app": {"slug": "github-actions"}}})",
     "own-check"},
    {"check_suite", "completed", R"({"check_suite": {"app": {"slug": "lint"}}})", ""},
    {"check_run",
     "completed",
     R"({"check_run": {"check_suite": {"app": {"slug": "github-actions"}}}})",
     "own-check"},
    {"check_run", "completed", R"({"check_run": {"check_suite": {"app": null}}})", ""},
    {"pull_request", "synchronize", R"({"pull_request": {"mergeable": false}})", "conflict"},
    {"pull_request", "synchronize", R"({"pull_request": {"mergeable": null}})", ""},
    {"pull_request", "closed", R"({"pull_request": {"mergeable": false}})", ""},
    {"pull_request_target", "opened", R"({"pull_request": {"mergeable": false}})", ""},
    {"push", "", "not even JSON", ""},
    {"release", "created", "", ""},
};

TEST(PayloadRules, FollowTheNotesOfEachEvent) {
    for (const auto& row : kEventRows) {
        model::Event event;
        event.name = row.event;
        event.action = row.action;

        const auto refusal = find_payload_refusal(event, row.payload);

        EXPECT_EQ(refusal ? refusal->code : "", row.code) << row.event << " " << row.payload;
        EXPECT_FALSE(refusal && (refusal->yes || refusal->text.empty()));
    }
}

}  // namespace
}  // namespace triphammer::plan
