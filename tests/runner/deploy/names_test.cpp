#include "runner/deploy/names.hpp"

#include "model/engine_labels.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::runner;

namespace {

model::JobDocument document() {
    model::JobDocument out;
    out.server_id = "server";
    out.fence = 7;
    out.source.repository = "mona/app";
    out.deployment.id = "12";
    out.deployment.environment = "production";
    return out;
}

}  // namespace

TEST(DeployNames, AreTheDeploymentsOwnForContainersAndTheServicesForTheRest) {
    auto later = document();
    later.deployment.id = "13";
    const auto first = make_names(document(), "app");
    const auto second = make_names(later, "app");

    EXPECT_EQ(first.container(3), "th-server-d12-3");
    EXPECT_EQ(second.container(3), "th-server-d13-3");
    EXPECT_EQ(first.network(), second.network());
    EXPECT_EQ(first.switch_container(), second.switch_container());
}

TEST(DeployNames, OfTwoServersThatCountFromOneDoNotMeetOnAnEngine) {
    auto mine = document();
    mine.server_id = "0123456789abcdef";
    auto other = document();
    other.server_id = "fedcba9876543210";

    EXPECT_EQ(make_names(mine, "app").container(1), "th-01234567-d12-1");
    EXPECT_NE(make_names(mine, "app").container(1), make_names(other, "app").container(1));
}

TEST(DeployNames, DifferBetweenServersRepositoriesEnvironmentsAndServices) {
    const auto base = make_names(document(), "app").key;
    auto server = document();
    server.server_id = "other";
    auto repository = document();
    repository.source.repository = "mona/other";
    auto environment = document();
    environment.deployment.environment = "dev";

    EXPECT_NE(make_names(server, "app").key, base);
    EXPECT_NE(make_names(repository, "app").key, base);
    EXPECT_NE(make_names(environment, "app").key, base);
    EXPECT_NE(make_names(document(), "web").key, base);
}

TEST(DeployNames, AdoptOnlyWhatCarriesAllLabels) {
    const auto names = make_names(document(), "app");
    const auto all = names.candidate_labels(model::kCandidateRole);

    EXPECT_TRUE(names.is_ours(all));
    for (const char* label :
         {model::kServerLabel,
          model::kDeploymentLabel,
          kRepositoryLabel,
          kServiceLabel,
          kEnvironmentLabel}) {
        auto changed = all;
        changed[label] = "foreign";
        EXPECT_FALSE(names.is_ours(changed)) << label;
        changed.erase(label);
        EXPECT_FALSE(names.is_ours(changed)) << label;
    }
    EXPECT_TRUE(names.is_of_service(names.service_labels(kSwitchRole), kSwitchRole));
    EXPECT_FALSE(names.is_of_service(all, kSwitchRole));
}
