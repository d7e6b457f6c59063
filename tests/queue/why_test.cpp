// "Why did this not run?", where a concurrency group is the reason: the words that a person reads.
#include "queue/queue_fixture.hpp"
#include "store/runs/run_store.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using triphammer::testing::QueueFixture;

namespace {

struct Case {
    std::string what;
    plan::Group group;
    int runs = 2;   // that come to it
    int asked = 2;  // number of the one that is asked why
    std::string answer;
};

std::vector<Case> cases() {
    return {
        {"waits", {"ci"}, 2, 2, "waits for run 1 in group 'ci'"},
        {"is replaced while it waits", {"ci"}, 3, 2, "replaced by run 3 in group 'ci'"},
        {"is ended by a newer one", {"ci", true}, 2, 1, "replaced by run 2 in group 'ci'"},
        {"waits behind all", {"ci", false, true, 2}, 3, 3, "waits for run 1 in group 'ci'"},
        {"comes to a full queue", {"ci", false, true, 2}, 4, 4, "2 wait in group 'ci' already"},
    };
}

struct WhyFixture : QueueFixture {
    /// Of the run that is over; else of its job, which waits.
    std::string reason_of(model::RunId run) {
        const auto row = read([&](store::Connection& db) { return store::find_run(db, run); });
        return row->cancel_reason.empty() ? job(run, "a").reason : row->cancel_reason;
    }
};

}  // namespace

// control-workflow-concurrency
TEST(WhyNot, EveryGroupSaysWhatItDid) {
    for (const auto& [what, group, runs, asked, answer] : cases()) {
        WhyFixture fixture;
        std::vector<model::RunId> all;
        for (int i = 0; i < runs; ++i) {
            auto plan = fixture.make_plan({{"a", {}}});
            plan.runs[0].group = group;
            all.push_back(fixture.create_planned(plan));
        }

        EXPECT_EQ(fixture.reason_of(all.at(static_cast<std::size_t>(asked) - 1)), answer) << what;
    }
}
