#include "model/terraform_place.hpp"

#include <gtest/gtest.h>

using namespace triphammer::model;

TEST(TerraformPlaces, ShareAFolderInOneWorkspaceRepositoryAndEnvironmentOnly) {
    const std::string both = "terraform/infra, network (blue) of o/n in production";

    for (const char* same :
         {"terraform/infra, network (blue) of o/n in production",
          "terraform/network (blue) of o/n in production",
          "terraform/dns, infra (blue) of o/n in production"}) {
        EXPECT_TRUE(share_terraform_folder(both, same)) << same;
        EXPECT_TRUE(share_terraform_folder(same, both)) << same;
    }
    for (const char* other :
         {"terraform/dns (blue) of o/n in production",
          "terraform/network of o/n in production",
          "terraform/network (green) of o/n in production",
          "terraform/network (blue) of o/m in production",
          "terraform/network (blue) of o/n in staging",
          "terraform/net (blue) of o/n in production",
          "container/network (blue) of o/n in production",
          "terraform/",
          ""}) {
        EXPECT_FALSE(share_terraform_folder(both, other)) << other;
    }
}

TEST(TerraformPlaces, AreNoMatterOfOtherDrivers) {
    EXPECT_FALSE(share_terraform_folder("container/app", "container/app"));
}
