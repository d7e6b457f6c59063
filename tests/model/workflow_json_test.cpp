#include "model/job_document.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace triphammer::model;

TEST(WorkflowJson, AJobSurvivesTheTripToTheRunner) {
    JobDefinition job;
    job.key = "test";
    job.kind = "steps";
    job.needs = {"a", "b"};
    job.runs_on = {{"host", {3, 5}}};
    job.env = {{"A", {"${{ github.sha }}", {4, 1}}}};
    job.container = Container{{"alpine:3", {5, 1}}, {}, {}, {}};
    Step step;
    step.id = "one";
    step.run = {"echo hi", {7, 9}};
    job.steps = {step};
    job.deploy = DeploySpec{};
    job.deploy->to = "container";
    job.deploy->ports = {{"8080:80", {9, 1}}};

    const auto text = nlohmann::json(job).dump();

    EXPECT_EQ(nlohmann::json::parse(text).get<JobDefinition>(), job);
}

TEST(WorkflowJson, ADocumentKeepsItsSecretsAndSource) {
    JobDocument document;
    document.fence = 7;
    document.source = {"o/r", "abc", "refs/heads/main"};
    document.secrets.push_back({"TOKEN", triphammer::Secret{"s3cret"}});

    const auto back = nlohmann::json::parse(nlohmann::json(document).dump()).get<JobDocument>();

    EXPECT_EQ(back.fence, 7);
    EXPECT_EQ(back.source.sha, "abc");
    EXPECT_EQ(back.secrets.at(0).value.reveal(), "s3cret");
}
