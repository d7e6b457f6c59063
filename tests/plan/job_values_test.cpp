#include "plan/job_values.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::plan;

namespace {

std::string shown(const Result<Group>& group) {
    if (!group) return group.error().message;
    return group->name + (group->cancels ? " cancels" : "") + (group->keeps_all ? " keeps" : "");
}

model::Concurrency concurrency(const std::string& group, const std::string& cancels = "") {
    model::Concurrency out;
    out.group.text = group;
    out.cancel_in_progress.text = cancels;
    return out;
}

workflow::expression::Contexts some_contexts() {
    workflow::expression::Contexts contexts;
    (void)contexts.add_json(R"({"github": {"ref": "refs/heads/release/1", "head_ref": ""}})");
    return contexts;
}

}  // namespace

// workflow-syntax#concurrency
TEST(JobValues, AGroupIsEvaluated) {
    const auto contexts = some_contexts();

    EXPECT_EQ(
        shown(read_group(concurrency("ci-${{ github.ref }}"), contexts)), "ci-refs/heads/release/1"
    );
    EXPECT_EQ(shown(read_group(concurrency("x", "true"), contexts)), "x cancels");
    EXPECT_EQ(
        shown(read_group(concurrency("x", "${{ !contains(github.ref, 'release/') }}"), contexts)),
        "x"
    );
    EXPECT_EQ(
        shown(read_group(concurrency("${{ github.head_ref }}"), contexts)),
        "the group's name is empty"
    );
    EXPECT_EQ(
        shown(read_group(concurrency("x", "maybe"), contexts)),
        "cancel-in-progress: 'maybe' is neither true nor false"
    );
}

TEST(JobValues, AJobWithAnEnvironmentIsInItsGroupWhereNobodyIsDropped) {
    const auto contexts = some_contexts();
    model::JobDefinition job;

    EXPECT_EQ(shown(read_group(job, "", contexts)), "");
    EXPECT_EQ(shown(read_group(job, "production", contexts)), "production keeps");
    job.environment_deployment.text = "false";
    EXPECT_EQ(shown(read_group(job, "production", contexts)), "");
}

TEST(JobValues, WhatTheFileSaysOfADeploymentsGroupCounts) {
    const auto contexts = some_contexts();
    model::JobDefinition job;
    job.concurrency = concurrency("one");

    EXPECT_EQ(shown(read_group(job, "", contexts)), "one");
    EXPECT_EQ(shown(read_group(job, "production", contexts)), "one keeps");
    job.concurrency->queue = "single";
    EXPECT_EQ(shown(read_group(job, "production", contexts)), "one");
    job.concurrency = concurrency("one", "true");
    EXPECT_EQ(shown(read_group(job, "production", contexts)), "one cancels");
    job.concurrency->queue = "max";
    EXPECT_EQ(shown(read_group(job, "production", contexts)), "one cancels keeps");
}
