#include "deployments/needed_images.hpp"

#include "deployments/redeploy_fixture.hpp"
#include "store/approval_store.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <set>

using namespace triphammer;
using model::DeploymentState;
using nlohmann::json;
using triphammer::testing::digest_of;

namespace {

using NeededImages = triphammer::testing::Redeploys;

}  // namespace

TEST_F(NeededImages, AreThoseOfTheLedgerOfOpenRunsAndOfQuestions) {
    for (const char letter : {'a', 'b', 'c'}) deployed("production", letter);
    deployed("production", 'd', DeploymentState::running, "container/other");
    const auto open = db.add_run(repository);
    db.write([&](store::Transaction& tx) -> Result<> {
        tx.prepare("UPDATE runs SET state = 'succeeded', finished_at = 1 WHERE id <> ?")
            .bind(open)
            .run();
        store::NewApproval asked;
        asked.repository = repository;
        asked.run = open;
        asked.digests_json = json{{"image", digest_of('e')}, {"plan", "none"}}.dump();
        store::insert_approval(tx, asked);
        return {};
    });

    const auto needed = db.read([&](store::Connection& reader) {
        return deployments::list_needed_images(reader, repository);
    });

    EXPECT_EQ(needed.runs, std::vector<model::RunId>{open});
    // What serves, what it would go back to, what is under way, what is asked about.
    const std::set<std::string> wanted{
        digest_of('b'), digest_of('c'), digest_of('d'), digest_of('e')};
    EXPECT_EQ(needed.digests, wanted);
}
