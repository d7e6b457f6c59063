// GitHub's documentation, page by page: what each key takes and what it does not.
#include "workflow/problems.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::workflow;

namespace {

struct RuleRow {
    std::string yaml;
    std::string problems;
};

std::string on(const std::string& value) {
    return language_problems_of("on: " + value + with_step("run: x").substr(8));
}

/// `keys` of a job with steps.
std::string job(const std::string& keys) {
    return language_problems_of(with_job("{ runs-on: host, " + keys + ", steps: [{ run: x }] }"));
}

std::string steps(const std::string& list) {
    return language_problems_of(with_job("{ runs-on: host, steps: [" + list + "] }"));
}

std::string top(const std::string& line) {
    return language_problems_of(line + "\n" + with_step("run: x"));
}

template <class F>
void expect_all(F problems, const std::vector<RuleRow>& rows) {
    for (const auto& row : rows) EXPECT_EQ(problems(row.yaml), row.problems) << row.yaml;
}

}  // namespace

// workflow-syntax#on, #oneventtypes, events-that-trigger-workflows
TEST(Language, Events) {
    for (const auto* event :
         {"branch_protection_rule",
          "check_run",
          "check_suite",
          "create",
          "delete",
          "deployment",
          "deployment_status",
          "discussion",
          "discussion_comment",
          "fork",
          "gollum",
          "image_version",
          "issue_comment",
          "issues",
          "label",
          "merge_group",
          "milestone",
          "page_build",
          "public",
          "pull_request",
          "pull_request_review",
          "pull_request_review_comment",
          "pull_request_target",
          "push",
          "registry_package",
          "release",
          "repository_dispatch",
          "status",
          "watch",
          "workflow_call",
          "workflow_dispatch"}) {
        const std::string name = event;
        EXPECT_EQ(on(name), "") << name;
        EXPECT_EQ(on("[" + name + "]"), "") << name;
        EXPECT_EQ(on("{ " + name + ": }"), "") << name;
        EXPECT_EQ(on("{ " + name + ": {} }"), "") << name;
    }
    expect_all(
        on,
        {
            {"pull_request_comment", "1:5 unknown-event"},
            {"workflow_run", "1:5 never-starts?"},
            {"schedule", "1:5 missing-value"},
            {"{ push: [main] }", "1:13 wrong-type"},
            {"{ push: main }", "1:13 wrong-type"},
            {"{ push: { branches: main, paths: a } }", ""},
            {"{ push: { branches: [1, 2.5] } }", ""},
            {"{ push: { branches: } }", "1:15 missing-value"},
            {"{ push: { types: [a] } }", "1:15 unknown-key"},
            {"{ push: { tags: v1, tags-ignore: v2 } }", "1:38 filter-conflict"},
            {"{ push: { tags: ['!v1'] } }", "1:21 filter-negative"},
            {"{ pull_request_target: { types: [opened, milestoned], branches: a } }", ""},
            {"{ issues: { types: [opened, typed] } }", ""},
            {"{ issues: { types: opened } }", ""},
            {"{ issues: { types: [labelled] } }", "1:25 unknown-value"},
            {"{ watch: { types: [started] } }", ""},
            {"{ merge_group: { types: [checks_requested], branches: [main] } }", ""},
            {"{ repository_dispatch: { types: [anything at all] } }", ""},
            {"{ image_version: { names: [A], versions: ['1.*'] } }", ""},
            {"{ workflow_run: { workflows: [CI], types: [completed], branches: [a] } }", ""},
            {"{ workflow_run: { workflows: CI, branches: a, branches-ignore: b } }",
             "1:68 filter-conflict"},
            {"{ workflow_run: { types: [requested] } }", "1:21 never-starts?"},
        }
    );
}

// workflow-syntax#onschedule
TEST(Language, Schedule) {
    expect_all(
        on,
        {
            {"{ schedule: [{ cron: '30 5 * * 1,3' }] }", ""},
            {"{ schedule: [{ cron: '*/15 0-6/2 1,15 JAN-MAR SUN', timezone: America/New_York }] }",
             ""},
            {"{ schedule: }", "1:7 missing-value"},
            {"{ schedule: [] }", "1:17 missing-value"},
            {"{ schedule: { cron: '0 0 * * *' } }", "1:17 wrong-type"},
            {"{ schedule: [{ timezone: UTC }] }", "1:18 missing-key"},
            {"{ schedule: [{ cron: '@daily' }] }", "1:26 cron"},
            {"{ schedule: [{ cron: '60 * * * *' }] }", "1:26 cron"},
            {"{ schedule: [{ cron: '0 0 * * * *' }] }", "1:26 cron"},
            {"{ schedule: [{ cron: '5-1 * * * *' }] }", "1:26 cron"},
            {"{ schedule: [{ cron: '0 0 * * *', timezone: 'New York' }] }", "1:49 timezone"},
        }
    );
}

// workflow-syntax#onworkflow_dispatchinputs, #onworkflow_call
TEST(Language, Inputs) {
    const auto dispatch = [](const std::string& input) {
        return on("{ workflow_dispatch: { inputs: { a: " + input + " } } }");
    };
    expect_all(
        dispatch,
        {
            {"", ""},
            {"{ description: d, required: true, default: x }", ""},
            {"{ type: boolean, default: false }", ""},
            {"{ type: boolean, default: 'true' }", ""},
            {"{ type: boolean, default: maybe }", "1:67 wrong-type"},
            {"{ type: number, default: 1e3 }", "1:66 number-rewritten?"},
            {"{ type: boolean, default: '' }", ""},
            {"{ type: number, default: many }", "1:66 wrong-type"},
            {"{ type: choice, options: [a, 1, true], default: 1 }", ""},
            {"{ type: choice, options: [a, b], default: c }", "1:83 unknown-value"},
            {"{ type: environment, deprecationMessage: gone }", ""},
            {"{ options: [a] }", "1:52 wrong-type"},
            {"{ required: 'true' }", "1:53 wrong-type"},
        }
    );
    const auto call = [](const std::string& keys) { return on("{ workflow_call: " + keys + " }"); };
    expect_all(
        call,
        {
            {"{ inputs: { a: { type: string } } }", ""},
            {"{ inputs: { a: { type: string, default: '${{ github.ref }}' } } }", ""},
            {"{ inputs: { a: { type: string, default: '${{ secrets.X }}' } } }",
             "1:67 context-not-allowed"},
            {"{ inputs: { a: { required: true } } }", "1:37 missing-key"},
            {"{ inputs: { a: { type: choice } } }", "1:45 unknown-value"},
            {"{ secrets: { t: { required: true, description: d }, u: } }", ""},
            {"{ outputs: { o: { value: '${{ jobs.j.outputs.x }}' } } }", "1:52 unknown-reference?"},
            {"{ outputs: { o: { value: '${{ jobs.k.outputs.x }}' } } }", "1:52 unknown-reference?"},
            {"{ outputs: { o: { description: d } } }", "1:38 missing-key"},
        }
    );
}

// contexts#context-availability: a row of a key takes one expression for all of it, a row of its
// members does not
TEST(Language, MapsAsOneExpression) {
    const std::string map = "'${{ fromJSON(vars.x) }}'";
    for (const auto* key : {"env", "services", "container", "strategy", "runs-on", "concurrency"}) {
        const std::string pair = std::string{key} + ": " + map;
        const bool is_label = std::string{key} == "runs-on";
        EXPECT_EQ(
            language_problems_of(with_job(
                is_label ? "{ " + pair + ", steps: [{ run: x }] }"
                         : "{ runs-on: host, " + pair + ", steps: [{ run: x }] }"
            )),
            ""
        ) << key;
    }
    EXPECT_EQ(job("defaults: { run: " + map + " }"), "");
    EXPECT_EQ(job("container: { image: a, credentials: " + map + ", ports: " + map + " }"), "");
    EXPECT_EQ(job("outputs: " + map), "3:32 wrong-type");
    EXPECT_EQ(
        language_problems_of(with_job("{ uses: ./a.yml, with: " + map + " }")), "3:29 wrong-type"
    );
    EXPECT_EQ(
        language_problems_of(with_job("{ uses: ./a.yml, secrets: " + map + " }")),
        "3:32 expression-not-allowed"
    );
    EXPECT_EQ(steps("{ uses: ./a, with: " + map + ", env: " + map + " }"), "");
    EXPECT_EQ(top("env: " + map), "");
    EXPECT_EQ(top("defaults: { run: " + map + " }"), "1:18 wrong-type");
}

// workflow-syntax#env: a variable without a value is empty, as in the map of any other key
TEST(Language, ValuesMayBeMissing) {
    EXPECT_EQ(top("env: { A: , B: ~ }"), "");
    EXPECT_EQ(job("env: { A: }"), "");
    EXPECT_EQ(steps("{ run: x, env: { A: , B: null } }"), "");
    EXPECT_EQ(steps("{ uses: ./a, with: { b: } }"), "");
    EXPECT_EQ(job("container: { image: a, env: { A: } }"), "");
    EXPECT_EQ(job("services: { s: { image: a, env: { A: } } }"), "");
    EXPECT_EQ(top("env:"), "1:1 empty-map?");
    EXPECT_EQ(job("env: "), "3:23 empty-map?");
}

// As GitHub's published parser has it (github.com/actions/languageservices, if-condition.ts): an
// empty condition is success(). An empty ${{ }} is an expression that is not there.
TEST(Language, ConditionsMayBeEmpty) {
    for (const auto* empty : {"''", "", "'  '", "~"}) {
        EXPECT_EQ(job(std::string{"if: "} + empty), "") << empty;
        EXPECT_EQ(steps(std::string{"{ run: x, if: "} + empty + " }"), "") << empty;
    }
    EXPECT_EQ(job("if: '${{ }}'"), "3:31 expression");
    EXPECT_EQ(steps("{ run: x, if: [] }"), "3:45 wrong-type");
}

// workflow-syntax#permissions, #concurrency, #env, #defaults, #run-name
TEST(Language, TopLevel) {
    expect_all(
        top,
        {
            {"permissions: {}", ""},
            {"permissions: { id-token: write, models: read, vulnerability-alerts: read }", ""},
            {"permissions: { id-token: read }", "1:26 unknown-value"},
            {"permissions: { models: write }", "1:24 unknown-value"},
            {"permissions: { content: read }", "1:16 unknown-key"},
            {"permissions: ", "1:1 missing-value"},
            {"permissions: '${{ github.ref }}'", "1:14 expression-not-allowed"},
            {"concurrency: ci-${{ github.ref }}", ""},
            {"concurrency: { group: a, cancel-in-progress: true, queue: max }", ""},
            {"concurrency: { group: a, cancel-in-progress: '${{ !vars.x }}' }", ""},
            {"concurrency: { cancel-in-progress: true }", "1:14 missing-key"},
            {"concurrency: { group: '${{ secrets.a }}' }", "1:28 context-not-allowed"},
            {"concurrency: { group: a, queue: min }", "1:33 unknown-value"},
            {"env: { A: 1, B: true, C: , D: 2026-11-21, E: '${{ secrets.e }}' }", ""},
            {"env: {}", ""},
            {"env:", "1:1 empty-map?"},
            {"env: [A]", "1:6 wrong-type"},
            {"env: { A: '${{ env.B }}' }", "1:16 context-not-allowed"},
            {"defaults: { run: { shell: bash, working-directory: a } }", ""},
            {"defaults: { run: { shell: '${{ github.x }}' } }", "1:27 expression-not-allowed"},
            {"run-name: Deploy ${{ inputs.x }}", "1:22 unknown-reference?"},
            {"name: 1.5", ""},
            {"name:", ""},
            {"notify: { ops: failure, all: [success, recovery] }", ""},
            {"notify: { ops: sometimes }", "1:16 unknown-value"},
            {"version: 2", "1:1 unknown-key"},
        }
    );
}

// workflow-syntax#jobsjob_id
TEST(Language, JobKeys) {
    expect_all(
        job,
        {
            {"if: true", ""},
            {"if: github.ref == 'refs/heads/main'", ""},
            {"name: '${{ github.ref }}'", ""},
            {"timeout-minutes: 1.5", ""},
            {"timeout-minutes: '${{ fromJSON(vars.x) }}'", ""},
            {"timeout-minutes: soon", "3:40 wrong-type"},
            {"continue-on-error: '${{ github.ref }}'", ""},
            {"environment: production", ""},
            {"environment: { name: a, url: 'https://${{ steps.x.outputs.y }}' }",
             "3:65 unknown-reference?"},
            {"environment: { name: a, deployment: false }", ""},
            {"environment: { url: a }", "3:36 missing-key"},
            {"concurrency: { group: '${{ needs && secrets.a }}' }", "3:59 context-not-allowed"},
            {"env: '${{ fromJSON(vars.x) }}'", ""},
            {"outputs: { a: '${{ hashFiles(vars.x) }}' }", "3:42 function-not-allowed"},
            {"defaults: { run: { shell: '${{ env.x }}', working-directory: a } }", ""},
            {"container: alpine", ""},
            {"container: { image: a, env: { B: 1 }, ports: [80, '8080:80'], volumes: ['a:/b'], "
             "options: --cpus 1 }",
             ""},
            {"container: { image: a, credentials: { username: a } }", "3:59 missing-key"},
            {"container: { env: { A: b } }", "3:34 missing-key"},
            {"services: { db: { image: postgres, ports: [5432], options: '--health-cmd x', "
             "env: { A: b }, entrypoint: e, command: c, ready: { tcp: 5432 } }, r: redis }",
             ""},
            {"services: { db: { image: a, network: b } }", "3:51 unknown-key"},
            {"services: { db: { ports: [1] } }", "3:39 missing-key"},
            {"snapshot: { image-name: a, version: 2.* }", ""},
            {"retry: { max: 2, on: [infrastructure, 'exit:75'], backoff: 10s }", ""},
            {"retry: { max: 2, on: [luck] }", "3:45 unknown-value"},
            {"reports: { junit: '**/*.xml', text: [a, b] }", ""},
            {"resources: { cpu: 0.5, memory: 1g, pids: 100 }", ""},
            {"hold-on-failure: 30m", ""},
            {"hold-on-failure: a while", "3:40 duration"},
            {"with: { a: b }", "3:23 wrong-place"},
            {"stage: checks", ""},
        }
    );
    expect_all(
        [](const std::string& text) { return language_problems_of(with_job(text)); },
        {
            {"{ runs-on: { group: big, labels: [a] }, steps: [{ run: x }] }", ""},
            {"{ runs-on: '${{ matrix.os }}', steps: [{ run: x }] }", "3:22 unknown-reference?"},
            {"{ runs-on: {}, steps: [{ run: x }] }", "3:17 missing-value"},
            {"{ uses: ./.github/workflows/a.yml, with: { a: 1, b: true }, secrets: inherit }", ""},
            {"{ uses: o/r/.github/workflows/a.yml@v1, secrets: { a: '${{ secrets.b }}' } }", ""},
            {"{ uses: ./a.yml@v1 }", "3:14 uses"},
            {"{ uses: o/r/.github/workflows/a.yml }", "3:14 uses"},
            {"{ uses: ./a.yml, runs-on: host }", "3:23 wrong-place"},
            {"{ uses: ./a.yml, secrets: all }", "3:32 unknown-value"},
        }
    );
}

// workflow-syntax#jobsjob_idstrategy
TEST(Language, Matrix) {
    const auto matrix = [](const std::string& text) {
        return job("strategy: { matrix: " + text + " }");
    };
    expect_all(
        matrix,
        {
            {"{ os: [a, b], version: [10, 1.5, ~] }", ""},
            {"{ node: [{ version: 14, env: A=b }, { version: 20 }] }", ""},
            {"'${{ fromJSON(needs.x.outputs.m) }}'", "3:57 unknown-reference?"},
            {"{ os: '${{ fromJSON(vars.x) }}', include: '${{ fromJSON(vars.y) }}' }", ""},
            {"{ include: [{ a: 1 }, { b: '${{ github.ref }}' }] }", ""},
            {"{ a: [1], exclude: [{ a: 1 }] }", ""},
            {"{ a: ['${{ matrix.b }}'] }", "3:54 context-not-allowed"},
            {"{ a: 1 }", "3:48 wrong-type"},
            {"{ a: [] }", "3:48 missing-value"},
            {"{}", "3:43 missing-value"},
            {"{ 3.x: [1] }", ""},
            {"{ python: [3.9, 3.10] }", "3:59 number-rewritten?"},
            {"{ include: [a] }", "3:55 wrong-type"},
        }
    );
    std::string many = "{ a: [0";
    for (int i = 1; i < 20; ++i) many += ", " + std::to_string(i);
    EXPECT_EQ(matrix(many + "], b: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] }"), "");
    EXPECT_EQ(
        matrix(many + "], b: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13] }"), "3:43 matrix-size"
    );
    EXPECT_EQ(job("strategy: { fail-fast: false, max-parallel: 2 }"), "");
    EXPECT_EQ(job("strategy: { max-parallel: '${{ vars.x }}' }"), "");
}

// workflow-syntax#jobsjob_idsteps, and the keys of parallel steps
TEST(Language, Steps) {
    expect_all(
        steps,
        {
            {"{ run: x, shell: '${{ github.x }}' }", "3:48 expression-not-allowed"},
            {"{ run: x, shell: 'perl {0}' }", ""},
            {"{ run: x, timeout-minutes: 0.5 }", "3:58 timeout"},
            {"{ run: x, timeout-minutes: 0 }", "3:58 timeout"},
            {"{ run: x, timeout-minutes: '${{ vars.t }}' }", ""},
            {"{ run: x, if: }", ""},
            {"{ run: x, if: false }", ""},
            {"{ uses: actions/checkout }", "3:39 action-version"},
            {"{ uses: checkout@v4 }", "3:39 uses"},
            {"{ uses: ./.github/actions/a, with: { a: 1, b: true, c: , d: '${{ secrets.x }}' } }",
             ""},
            {"{ uses: $/.github/actions/a }", ""},
            {"{ uses: 'docker://alpine:3', with: { args: a, entrypoint: b } }", ""},
            {"{ uses: o/r/path@main }", "3:39 action-version"},
            {"{ id: a, run: x, background: true }, { wait: a }", ""},
            {"{ id: a, run: x, background: true }, { wait: [a] }, { wait-all: }, { cancel: a }",
             ""},
            {"{ id: a, run: x, background: true }, { wait: b }", "3:76 unknown-step"},
            {"{ id: a, run: x }, { wait: a }", "3:58 unknown-step"},
            {"{ wait: a, if: true }", "3:39 unknown-step, 3:46 wrong-place"},
            {"{ wait-all: 5 }", "3:43 wrong-type"},
            {"{ parallel: [{ run: x }, { uses: ./a }] }", ""},
            {"{ parallel: [{ parallel: [] }] }", "3:46 unknown-key"},
        }
    );
    EXPECT_EQ(steps("{ run: " + std::string(21'001, 'x') + " }"), "3:38 too-long");
}

TEST(Language, AnchorsCommentsAndLineEnds) {
    EXPECT_EQ(
        language_problems_of("# c\r\non: push # c\r\nenv: &e { A: 1 }\r\njobs:\r\n  j: &j\r\n"
                             "    runs-on: host\r\n    env: *e\r\n    steps: [{ run: x }]\r\n"
                             "  k: *j\r\n"),
        ""
    );
}
