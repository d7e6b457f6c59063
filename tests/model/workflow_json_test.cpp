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
    job.container.emplace().image = {"alpine:3", {5, 1}};
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

TEST(WorkflowJson, EveryShapeOfValueSurvives) {
    JobDefinition job;
    Data axis{Data::Kind::list, "", {{Data::Kind::number, "1.5", {}, {}, {2, 3}}}, {}, {2, 2}};
    axis.items.push_back({Data::Kind::null, "", {}, {}, {}});
    job.strategy.emplace().matrix = {Data::Kind::map, "", {}, {{"version", axis}}, {1, 1}};
    job.concurrency = Concurrency{{"group", {4, 4}}, {"true", {5, 5}}, "max", {4, 1}};
    job.permissions = Permissions{"", {{"contents", "read"}}, {6, 6}};
    job.services.emplace_back("db", Container{}).second.ready.tcp = {"5432", {7, 7}};
    job.with.emplace_back("flag", Data{Data::Kind::boolean, "true", {}, {}, {8, 8}});
    job.inherits_secrets = true;
    job.called_concurrency = Concurrency{{"lib", {13, 13}}, {}, "", {13, 1}};
    Step group;
    group.parallel.emplace_back().run = {"make", {9, 9}};
    job.steps = {group};
    job.approve.emplace().not_by = {{"author", {10, 10}}};
    job.terraform.emplace().directories = {{"infra", {11, 11}}};
    job.retry.emplace().on = {{"exit:75", {12, 12}}};

    EXPECT_EQ(nlohmann::json::parse(nlohmann::json(job).dump()).get<JobDefinition>(), job);
    EXPECT_EQ(job.strategy->matrix.find("version")->items.at(0).text, "1.5");
    EXPECT_EQ(job.strategy->matrix.find("os"), nullptr);
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
