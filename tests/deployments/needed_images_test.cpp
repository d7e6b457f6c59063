#include "deployments/needed_images.hpp"

#include "deployments/redeploy_fixture.hpp"
#include "store/deployments/approval_store.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <set>

using namespace triphammer;
using model::DeploymentState;
using nlohmann::json;
using triphammer::testing::digest_of;

namespace {

class NeededImages : public triphammer::testing::Redeploys {
  public:
    std::set<std::string> digests() { return list().digests; }

    deployments::NeededImages list() {
        return db.read([&](store::Connection& reader) {
            return deployments::list_needed_images(reader, repository);
        });
    }
};

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

    const auto needed = list();

    EXPECT_EQ(needed.runs, std::vector<model::RunId>{open});
    // What serves, what it would go back to, what is under way, what is asked about.
    const std::set<std::string> wanted{
        digest_of('b'), digest_of('c'), digest_of('d'), digest_of('e')};
    EXPECT_EQ(needed.digests, wanted);
}

TEST_F(NeededImages, HoldWhatAWaitingRollbackGoesBackTo) {
    const auto oldest = deployed("production", 'a');
    for (const char letter : {'b', 'c'}) deployed("production", letter);
    ASSERT_EQ(digests().count(digest_of('a')), 0U);
    auto request = rollback();
    request.deployment = oldest;

    ASSERT_TRUE(start(request));

    EXPECT_EQ(digests().count(digest_of('a')), 1U);
}
