#include "workflow/checks/checker.hpp"

#include "workflow/problems.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::workflow;

namespace {

struct TypeRow {
    std::string yaml;
    std::string problems;
};

void expect_steps(const std::vector<TypeRow>& rows) {
    for (const auto& row : rows)
        EXPECT_EQ(problems_of(with_step(row.yaml)), row.problems) << row.yaml;
}

void expect_jobs(const std::vector<TypeRow>& rows) {
    for (const auto& row : rows)
        EXPECT_EQ(problems_of(with_job(row.yaml)), row.problems) << row.yaml;
}

}  // namespace

// workflow-syntax#jobsjob_idsteps
TEST(Checker, Steps) {
    expect_steps({
        {"run: make", ""},
        {"run: ''", "6:12 missing-value"},
        {"run:", "6:7 missing-value"},
        {"name: x", "6:7 step-kind"},
        {"{ run: x, uses: actions/checkout@v4 }", "6:7 step-kind"},
        {"{ run: x, with: { a: b } }", "6:23 wrong-place"},
        {"{ uses: actions/checkout@v4, shell: sh }", "6:43 wrong-place"},
        {"{ uses: actions/checkout@v4, with: { submodules: true } }", ""},
        {"{ uses: actions/checkout@v4, with: { github-server-url: x } }", ""},
        {"{ uses: actions/setup-java@v4, with: { jdk-file: x, architecture: arm64 } }", ""},
        {"{ uses: actions/setup-java@v4, with: { set-default: false } }", "6:46 unsupported"},
        {"{ uses: docker/build-push-action@v6, with: { platforms: 'linux/amd64,linux/arm64' } }",
         ""},
        {"{ uses: actions/download-artifact@v4, with: { skip-decompress: true } }", ""},
        {"{ uses: actions/checkout@v4, with: { ref: '${{ github.sha }}' } }", ""},
        {"{ uses: actions/checkout@v4, with: { reff: x } }", "6:44 unknown-input?"},
        {"{ uses: docker/login-action@v3, with: { ecr: auto } }", ""},
        {"{ run: x, id: 1a }", "6:21 identifier"},
        {"{ run: x, timeout-minutes: '5' }", "6:34 wrong-type"},
        {"{ run: x, timeout-minutes: '${{ 5 }}' }", ""},
        {"{ run: x, continue-on-error: yes }", "6:36 wrong-type"},
        {"{ run: x, continue-on-error: True }", ""},
        {"{ run: x, env: [A] }", "6:22 wrong-type"},
        {"{ run: x, env: { A: { B: c } } }", "6:27 wrong-type"},
        {"{ run: x, env: { A: } }", ""},
        {"{ run: x, Shell: sh }", "6:17 unknown-key"},
    });
    EXPECT_EQ(
        problems_of(
            "on: push\njobs: { j: { runs-on: h, steps: [{ run: x, id: a }, { run: x, id: A }] } }\n"
        ),
        "2:67 duplicate-id"
    );
}

// workflow-syntax#jobsjob_id
TEST(Checker, Jobs) {
    expect_jobs({
        {"{ runs-on: host }", "3:6 job-kind"},
        {"{ steps: [{ run: x }] }", "3:6 missing-key"},
        {"{ runs-on: host, steps: [{ run: x }], image: { tags: a } }", "3:6 job-kind"},
        {"{ runs-on: host, steps: [] }", "3:30 missing-value"},
        {"{ runs-on: [], steps: [{ run: x }] }", "3:17 missing-value"},
        {"{ runs-on: '', steps: [{ run: x }] }", "3:17 missing-value"},
        {"{ image: {} }", "3:15 missing-key"},
        {"{ image: { tags: a }, defaults: {} }", "3:28 wrong-place"},
        {"{ image: { tags: a, push: '${{ false }}' } }", ""},
        {"{ image: { tags: a }, container: b }", "3:28 wrong-place"},
        {"{ deploy: { to: container, image: a } }", "3:16 missing-key"},
        {"{ deploy: { to: containr, service: a, image: b } }", "3:22 unknown-value"},
        {"{ deploy: { to: container, service: a, image: b, strategy: fast } }",
         "3:65 unknown-value"},
        {"{ deploy: { to: container, service: a, image: b, drain: 10 } }", "3:62 duration"},
        {"{ runs-on: host, permissions: read-all, steps: [{ run: x }] }", ""},
        {"{ runs-on: host, permissions: all, steps: [{ run: x }] }", "3:36 unknown-value"},
        {"{ runs-on: host, permissions: { contents: admin }, steps: [{ run: x }] }",
         "3:48 unknown-value"},
        {"{ runs-on: host, needs: j, steps: [{ run: x }] }", "3:3 needs-cycle"},
        {"{ runs-on: host, outputs: { 1x: y }, steps: [{ run: x }] }", "3:34 identifier"},
    });
    EXPECT_EQ(
        problems_of("on: push\njobs: { 1a: { runs-on: h, steps: [{ run: x }] } }\n"),
        "2:9 identifier"
    );
    EXPECT_EQ(problems_of("on: push\njobs: {}\n"), "2:7 missing-value");
    EXPECT_EQ(problems_of("on: push\n"), "1:1 missing-key");
    EXPECT_EQ(problems_of("[a]"), "1:1 wrong-type");
}

// events-that-trigger-workflows, workflow-syntax#on
TEST(Checker, On) {
    const auto on = [](const std::string& value) {
        return problems_of("on: " + value + with_step("run: x").substr(8));
    };

    EXPECT_EQ(on("push"), "");
    EXPECT_EQ(on("[push, pull_request]"), "");
    EXPECT_EQ(on("[]"), "1:5 missing-value");
    EXPECT_EQ(on("{}"), "1:5 missing-value");
    EXPECT_EQ(on("[pusch]"), "1:6 unknown-event");
    EXPECT_EQ(on("{ release: { types: [publish] } }"), "1:26 unknown-value");
    EXPECT_EQ(on("{ release: { branches: [main] } }"), "1:18 unknown-key");
    EXPECT_EQ(on("{ pull_request: { tags: [v1] } }"), "1:23 unknown-key");
    EXPECT_EQ(on("{ push: { branches: a, branches-ignore: b } }"), "1:45 filter-conflict");
    EXPECT_EQ(on("{ push: { paths: ['!a'] } }"), "1:22 filter-negative");
    EXPECT_EQ(on("{ push: { branches: ['!a', '**'] } }"), "");
    EXPECT_EQ(on("{ workflow_dispatch: { inputs: { a: { type: choice } } } }"), "1:41 missing-key");
    EXPECT_EQ(on("{ workflow_dispatch: { inputs: { a: { type: text } } } }"), "1:49 unknown-value");
    EXPECT_EQ(on("{ workflow_dispatch: { inputs: { a: } } }"), "");
}

// contexts#context-availability, a row of the table each
TEST(Checker, ContextsHaveTheirPlaces) {
    const auto at = [](const std::string& key, const std::string& value) {
        return problems_of(
            with_job("{ runs-on: host, " + key + ": \"" + value + "\", steps: [{ run: x }] }")
        );
    };

    EXPECT_EQ(at("if", "${{ needs && vars.b && inputs && github.ref }}"), "");
    EXPECT_EQ(at("if", "secrets.a"), "3:28 context-not-allowed");
    EXPECT_EQ(at("if", "env.a == 'b'"), "3:28 context-not-allowed");
    EXPECT_EQ(at("if", "hashFiles('a') != ''"), "3:28 function-not-allowed");
    EXPECT_EQ(at("if", "always() && !cancelled()"), "");
    EXPECT_EQ(at("name", "${{ strategy.job-index }} ${{ env.a }}"), "3:60 context-not-allowed");
    EXPECT_EQ(at("name", "${{ success() }}"), "3:34 function-not-allowed");
    EXPECT_EQ(at("environment", "${{ secrets.a }}"), "3:41 context-not-allowed");
    EXPECT_EQ(at("name", "${{ gihub.ref }}"), "3:34 unknown-context");
    EXPECT_EQ(at("needs", "${{ github.ref }}"), "3:30 expression-not-allowed, 3:30 unknown-need");
    expect_steps({
        {"{ run: x, if: secrets.a }", "6:21 context-not-allowed"},
        {"{ run: x, if: \"hashFiles('a') != '' && env.a && steps\" }", ""},
        {"run: echo ${{ secrets.a }} ${{ hashFiles('x') }} ${{ jobs.a }}",
         "6:60 context-not-allowed"},
        {"{ run: x, env: { A: '${{ success() }}' } }", "6:32 function-not-allowed"},
    });
}

TEST(Checker, ExpressionsHavePlaces) {
    expect_steps({
        {"run: echo ${{ github. }}", "6:29 expression"},
        {"run: echo ${{ github.ref", "6:17 expression"},
        {"run: \"echo ${{ 1 + 1 }}\"", "6:24 expression"},
        {"run: |\n          one\n          two ${{ foo( }}", "8:24 expression"},
        {"{ run: x, if: \"${{ github.ref }} == 'a'\" }", "6:21 always-true?"},
        {"{ run: x, if: \"${{ github.ref == 'a' }}\\n\" }", "6:21 always-true?"},
        {"{ run: x, if: \"github.ref == 'a'\\n\" }", ""},
    });
}

// script-injections, and what reaches a script at all
TEST(Checker, TextOfOutsidersStaysOutOfScripts) {
    for (const auto* expression :
         {"github.head_ref",
          "github.event.issue.title",
          "github.event['pull_request']['body']",
          "GITHUB.Event.comment.BODY",
          "github.event.commits[0].message",
          "github.event.commits.*.author.name",
          "format('{0}', github.event.review.body)",
          "toJSON(github.event)",
          "toJSON(github)",
          "github.head_ref || 'main'",
          "case(true, github.head_ref, 'x')",
          "github.event.pull_request.head.ref",
          "join(github.event.commits.*.message)",
          "true && github.head_ref"}) {
        EXPECT_NE(
            problems_of(with_step("run: echo \"${{ " + std::string{expression} + " }}\""))
                .find("untrusted"),
            std::string::npos
        ) << expression;
    }
    for (const auto* expression :
         {"github.ref_name",
          "github.event.number",
          "github.event.pull_request.number",
          "github.head_ref == 'x'",
          "contains(github.event.head_commit.message, 'x')",
          "startsWith(github.head_ref, 'x') && 'a' || 'b'",
          "github.event.inputs.name"}) {
        EXPECT_EQ(
            problems_of(with_step("run: echo \"${{ " + std::string{expression} + " }}\"")), ""
        ) << expression;
    }
    EXPECT_EQ(problems_of(with_step("{ run: x, env: { T: '${{ github.head_ref }}' } }")), "");
}

TEST(Checker, ShowsTheEnvForm) {
    const auto result =
        read_workflow("ci.yml", with_step("run: echo ${{ github.event.issue.title }}"));

    EXPECT_EQ(
        result.problems.at(0).hint,
        "env: { ISSUE_TITLE: \"${{ github.event.issue.title }}\" } and \"$ISSUE_TITLE\" in the "
        "script"
    );
}
