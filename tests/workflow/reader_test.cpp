#include "workflow/reader.hpp"

#include "workflow/problems.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::workflow;

namespace {

constexpr const char* kWhole = R"(name: Pipeline
run-name: Deploy by @${{ github.actor }}
on:
  push:
    branches: [main, 'releases/**']
    paths-ignore: docs/**
  pull_request:
  workflow_dispatch:
    inputs:
      level: { description: How loud, type: choice, options: [info, debug], default: info, required: true }
permissions: { contents: read, id-token: write }
env:
  VERSION: "1.10"
  FLAG: on
defaults:
  run: { shell: bash, working-directory: app }
jobs:
  test:
    name: Test
    runs-on: [self-hosted, linux]
    if: ${{ github.actor != 'bot' }}
    timeout-minutes: 20
    continue-on-error: true
    env: { A: "${{ secrets.A }}" }
    outputs: { result: "${{ steps.make.outputs.result }}" }
    container:
      image: alpine:3
      env: { B: c }
      credentials: { username: me, password: "${{ secrets.P }}" }
    steps:
      - uses: actions/checkout@v4
        with: { fetch-depth: 1 }
      - id: make
        name: Make it
        if: success()
        run: |
          make
          make test
        shell: sh
        working-directory: src
        env: { C: 1 }
        continue-on-error: ${{ github.ref != 'x' }}
        timeout-minutes: 5
  image:
    needs: test
    image:
      context: .
      file: Dockerfile
      tags: [ "registry.example.com/app:${{ github.sha }}", registry.example.com/app ]
      build-args: { V: "1" }
      push: true
  deploy:
    needs: [test, image]
    stage: live
    environment: { name: production, url: https://example.com }
    deploy:
      to: container
      service: app
      image: ${{ needs.image.outputs.ref }}
      strategy: blue-green
      on-failure: rollback
      before: ./migrate
      ports: ["8080:80"]
      env: { MODE: live }
      secrets: [DB]
      health: { http: /healthz, port: 8080, for: 10s, timeout: 60s }
      keep-previous: 30m
)";

}  // namespace

TEST(Reader, ReadsAWholePipeline) {
    const auto workflow = read(kWhole);

    EXPECT_EQ(workflow.name, "Pipeline");
    EXPECT_EQ(workflow.run_name.text, "Deploy by @${{ github.actor }}");
    EXPECT_EQ(workflow.env.at(0).second.text, "1.10");
    EXPECT_EQ(workflow.env.at(1).second.text, "on");
    EXPECT_EQ(workflow.defaults.shell.text, "bash");
    ASSERT_EQ(workflow.triggers.size(), 3U);
    EXPECT_EQ(workflow.triggers[0].branches, (std::vector<std::string>{"main", "releases/**"}));
    EXPECT_EQ(workflow.triggers[0].paths_ignore, std::vector<std::string>{"docs/**"});
    EXPECT_EQ(workflow.triggers[2].inputs.at(0).options.size(), 2U);
    EXPECT_TRUE(workflow.triggers[2].inputs.at(0).required);
    ASSERT_EQ(workflow.jobs.size(), 3U);
}

TEST(Reader, ReadsAJobOfSteps) {
    const auto job = read(kWhole).jobs.at(0);

    EXPECT_EQ(job.key, "test");
    EXPECT_EQ(job.kind, "steps");
    EXPECT_EQ(job.stage, "build");
    EXPECT_EQ(job.condition.text, "github.actor != 'bot'");
    EXPECT_EQ(job.runs_on.at(1).text, "linux");
    EXPECT_EQ(job.timeout_minutes.text, "20");
    EXPECT_EQ(job.container->image.text, "alpine:3");
    EXPECT_EQ(job.container->password.text, "${{ secrets.P }}");
    ASSERT_EQ(job.steps.size(), 2U);
    EXPECT_EQ(job.steps[0].uses, "actions/checkout@v4");
    EXPECT_EQ(job.steps[0].with.at(0).second.text, "1");
    EXPECT_EQ(job.steps[1].run.text, "make\nmake test\n");
    EXPECT_EQ(job.steps[1].run.at, (model::Position{36, 14}));
    EXPECT_EQ(job.steps[1].continue_on_error.text, "${{ github.ref != 'x' }}");
}

TEST(Reader, ReadsImageAndDeploy) {
    const auto jobs = read(kWhole).jobs;

    EXPECT_EQ(jobs.at(1).kind, "image");
    EXPECT_EQ(jobs.at(1).stage, "image");
    EXPECT_EQ(jobs.at(1).image->tags.size(), 2U);
    EXPECT_EQ(jobs.at(1).image->build_args.at(0).first, "V");
    EXPECT_EQ(jobs.at(2).stage, "live");
    EXPECT_EQ(jobs.at(2).environment.text, "production");
    EXPECT_EQ(jobs.at(2).environment_url.text, "https://example.com");
    const auto& deploy = jobs.at(2).deploy.value();
    EXPECT_EQ(deploy.to, "container");
    EXPECT_EQ(deploy.health.hold.text, "10s");
    EXPECT_EQ(deploy.secrets.at(0).first, "DB");
    EXPECT_EQ(deploy.secrets.at(0).second.text, "${{ secrets.DB }}");
    EXPECT_EQ(deploy.ports.at(0).text, "8080:80");
}

TEST(Reader, CallsAWorkflowWithoutANameByItsPath) {
    EXPECT_EQ(read(with_step("run: x")).name, "ci.yml");
    EXPECT_EQ(read_workflow("a.yml", "name: B\njobs: 3\n").name, "B");
    EXPECT_EQ(read_workflow("a.yml", "{").name, "a.yml");
}

TEST(Reader, LowersAllowedCodes) {
    const auto text = with_step("run: echo ${{ github.head_ref }}");
    ReadOptions options;
    options.allow = {"untrusted-interpolation"};

    EXPECT_EQ(problems_of(text), "6:21 untrusted-interpolation");
    EXPECT_EQ(problems_of(text, options), "6:21 untrusted-interpolation?");
    EXPECT_TRUE(read_workflow("ci.yml", text, options).workflow);
}

TEST(Reader, ReportsEverythingInOneGo) {
    const std::string text =
        "on: { push: { branchs: [main] }, puhs: }\n"
        "env: { A: 1, A: 2 }\n"
        "jobs:\n"
        "  a: { runs-on: host, needs: b, steps: [{ run: x, with: { y: z } }] }\n"
        "  c: { runs-on: host, needs: [a, z], steps: [{ uses: actions/checkout }] }\n"
        "  b: { runs-on: host, needs: c, timeout-minutes: soon, steps: [] }\n";

    EXPECT_EQ(
        problems_of(text),
        "1:15 unknown-key, 1:34 unknown-key, 2:14 duplicate-key, 4:3 needs-cycle, 4:57 "
        "wrong-place, "
        "5:34 unknown-need, 5:54 action-version, 6:50 wrong-type, 6:63 missing-value"
    );
}

TEST(Reader, WritesLinesAsLintDoes) {
    const auto result =
        read_workflow("ci.yml", "on: pusch\njobs: { a: { runs-on: host, steps: [{ run: x }] } }\n");

    ASSERT_EQ(result.problems.size(), 1U);
    EXPECT_EQ(
        to_line("ci.yml", result.problems[0]),
        "ci.yml:1:5: error: unknown event 'pusch' [unknown-event] (did you mean 'push'?)"
    );
}
