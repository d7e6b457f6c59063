#include "workflow/problems.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::workflow;

namespace {

/// The only job of a file, with this key besides.
std::string told(const std::string& key) {
    return problems_of(
        "on: push\njobs:\n  j:\n    runs-on: host\n    steps: [{ run: a }]\n    " + key + "\n"
    );
}

}  // namespace

TEST(ContainerRules, FindWhatAContainerCannotBeToldBeforeAJobStarts) {
    EXPECT_EQ(told("container: { image: a, volumes: 'a:b' }"), "6:37 container-volume");
    EXPECT_EQ(told("container: { image: a, ports: [80, '80:x'] }"), "6:40 container-port");
    EXPECT_EQ(told("container: { image: a, options: --cpu 1 }"), "6:37 container-option");
    EXPECT_EQ(
        told("services: { db: { image: a, options: --memory much } }"), "6:42 container-option"
    );
    EXPECT_EQ(told("services: { db: { image: a, ports: 80/sctp } }"), "6:40 container-port");
}

TEST(ContainerRules, RefuseWhatNoJobGetsByName) {
    EXPECT_EQ(told("container: { image: a, volumes: ['/a:/b'] }"), "6:38 unsupported");
    EXPECT_EQ(told("container: { image: a, options: --privileged }"), "6:37 unsupported");
    EXPECT_EQ(told("services: { db: { image: a, options: -v /a:/b } }"), "6:42 unsupported");
    EXPECT_EQ(told("services: { db: { image: a, volumes: ['~/a:/b'] } }"), "6:43 unsupported");
}

TEST(ContainerRules, TellTheStepsContainerFromAService) {
    EXPECT_EQ(told("container: { image: a, options: --health-cmd x }"), "6:37 container-option");
    EXPECT_EQ(told("services: { db: { image: a, options: --health-cmd x } }"), "");
}

TEST(ContainerRules, LeaveWhatAnExpressionGivesToTheJob) {
    EXPECT_EQ(told("container: { image: a, volumes: ['${{ vars.A }}:/b', /c] }"), "");
    EXPECT_EQ(told("container: { image: a, options: '--cpus ${{ vars.A }} --privileged' }"), "");
}
