#include "plan/resolved.hpp"

#include "plan/knowable.hpp"
#include "plan/world.hpp"
#include "plan/yaml_text.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace triphammer::plan {
namespace {

using nlohmann::ordered_json;
using testing::HasSubstr;
using testing::Not;

/// What a push of main makes of the workflow, with its `on`.
std::string resolve(const std::string& text, const Files& more = {}) {
    Files files{{".triphammer/w.yml", "on: push\n" + text}};
    files.insert(files.end(), more.begin(), more.end());
    World world{a_push("main"), files};
    world.repository.variables = {{"REGION", "eu-north-1"}};
    const auto plan = world.plan();
    const auto read = workflow::read_workflow(".triphammer/w.yml", files[0].second);
    if (plan.runs.empty() || !read.workflow) return "nothing";
    return write_resolved(plan.runs[0], &*read.workflow);
}

model::Workflow read_back(const std::string& resolved) {
    const auto read = workflow::read_workflow(".triphammer/w.yml", "on: push\n" + resolved);
    for (const auto& problem : read.problems) {
        if (problem.severity == model::Problem::Severity::error)
            ADD_FAILURE() << workflow::to_line("w", problem);
    }
    return read.workflow.value_or(model::Workflow{});
}

/// A template is [text, line, column] there.
nlohmann::json without_places(const nlohmann::json& value) {
    const bool is_template = value.is_array() && value.size() == 3 && value[0].is_string() &&
                             value[1].is_number() && value[2].is_number();
    if (is_template) return value[0];
    auto out = value;
    if (out.is_object()) out.erase("at");
    if (out.is_structured()) {
        for (auto& member : out) member = without_places(member);
    }
    return out;
}

TEST(ResolvedTest, ValuesAreShownAsTheCallerHidesThemAndStayYaml) {
    World world{a_push("main"), {{".triphammer/w.yml", R"(on: push
run-name: of ${{ vars.REGION }}
jobs:
  a:
    runs-on: host
    env: { PORT: 8080 }
    steps:
      - run: |
          echo ${{ vars.REGION }}
          echo done 8080
)"}}};
    world.repository.variables = {{"REGION", "eu-north-1"}};
    const auto plan = world.plan();
    const auto hide = [](std::string_view text) {
        std::string out{text};
        for (const std::string_view secret : {"eu-north-1", "8080"}) {
            const auto at = out.find(secret);
            if (at != std::string::npos) out.replace(at, secret.size(), "***");
        }
        return out;
    };

    const auto text = write_resolved(plan.runs.at(0), nullptr, hide);

    EXPECT_THAT(text, Not(HasSubstr("eu-north-1")));
    EXPECT_THAT(text, Not(HasSubstr("8080")));
    EXPECT_THAT(text, HasSubstr("echo ***\n"));
    EXPECT_EQ(read_back(text).jobs.size(), 1U);
}

TEST(ResolvedTest, ExpressionsThatPlanningKnowsAreTheirValues) {
    const auto text = resolve(R"(
jobs:
  a:
    runs-on: host
    if: github.ref == 'refs/heads/main'
    steps:
      - run: echo ${{ github.ref_name }} ${{ vars.REGION }} ${{ secrets.KEY }} ${{ github.token }} ${{ steps.x.outputs.y }}
)");
    EXPECT_THAT(text, HasSubstr("if: true\n"));
    EXPECT_THAT(
        text,
        HasSubstr("run: echo main eu-north-1 ${{ secrets.KEY }} ${{ github.token }} ${{ "
                  "steps.x.outputs.y }}\n")
    );
}

TEST(ResolvedTest, WhatMixesASecretWithSomethingKnownStaysAnExpression) {
    const auto text = resolve(
        "jobs: { a: { runs-on: host, steps: [ { run: \"echo ${{ format('{0}{1}', github.ref, "
        "secrets.KEY) }}\" } ] } }\n"
    );
    EXPECT_THAT(text, HasSubstr("${{ format('{0}{1}', github.ref, secrets.KEY) }}"));
    EXPECT_THAT(
        resolve("jobs: { a: { runs-on: host, steps: [ { run: env, env: { G: \"${{ toJSON(github) "
                "}}\" } } ] } }\n"),
        HasSubstr("${{ toJSON(github) }}")
    );
}

TEST(ResolvedTest, AVariableThatAnEnvironmentMayChangeStaysAnExpression) {
    const auto text = resolve(
        "jobs: { a: { runs-on: host, environment: prod, steps: [ { run: \"${{ vars.REGION }}\" } ] "
        "} }\n"
    );
    EXPECT_THAT(text, HasSubstr("${{ vars.REGION }}"));
}

TEST(ResolvedTest, WhatIsTooMuchWorkTogetherStaysAnExpression) {
    constexpr std::size_t kText = 100'000;
    workflow::expression::Object members;
    members.set("t", workflow::expression::Value::string(std::string(kText, 'x')));
    std::size_t left = 4 * kText;
    Known known;
    known.contexts.set("inputs", workflow::expression::Value::object(std::move(members)));
    known.left = &left;
    const std::string text = "${{ contains(inputs.t, 'y') }}";
    EXPECT_EQ(fill_known(text, known), "false");
    for (int i = 0; i < 10; ++i) (void)fill_known(text, known);
    EXPECT_EQ(fill_known(text, known), text);
    EXPECT_LT(left, kText);
}

TEST(ResolvedTest, LegsOfAMatrixStandOneByOne) {
    const auto text = resolve(R"(
jobs:
  a:
    runs-on: host
    strategy: { fail-fast: false, matrix: { os: [ linux, bsd ], n: [ 1 ] } }
    steps: [ run: "echo ${{ matrix.os }} ${{ strategy.job-total }}" ]
)");
    EXPECT_THAT(text, HasSubstr("run: echo linux 2\n"));
    EXPECT_THAT(text, HasSubstr("run: echo bsd 2\n"));
    EXPECT_THAT(text, HasSubstr("      fail-fast: false\n"));
    EXPECT_THAT(text, HasSubstr("        os:\n          - bsd\n"));
}

TEST(ResolvedTest, DefaultsAliasesAndTheWorkflowsEnvAreFilledIn) {
    const auto text = resolve(R"(
env: { WHERE: "${{ github.ref_name }}", WHAT: outer }
defaults: { run: { shell: bash, working-directory: src } }
jobs:
  a: { runs-on: host, env: { WHAT: inner }, steps: &steps [ run: make ] }
  b: { runs-on: host, needs: a, steps: *steps }
)");
    EXPECT_THAT(text, HasSubstr("      WHERE: main\n      WHAT: inner\n"));
    EXPECT_THAT(text, HasSubstr("        shell: bash\n        working-directory: src\n"));
    EXPECT_THAT(text, HasSubstr("    timeout-minutes: 360\n"));
    EXPECT_THAT(text, HasSubstr("  b:\n    needs:\n      - a\n"));
    EXPECT_THAT(text, Not(HasSubstr("*steps")));
}

TEST(ResolvedTest, JobsOfACalledWorkflowHaveTheInputsThatTheyGot) {
    const auto text = resolve(
        "jobs: { call: { uses: ./.triphammer/called.yml, with: { who: \"${{ github.ref_name }}\" "
        "}, secrets: inherit } }\n",
        {{".triphammer/called.yml",
          "on: { workflow_call: { inputs: { who: { type: string } } } }\n"
          "jobs: { greet: { runs-on: host, steps: [ { run: \"echo ${{ inputs.who }}\" } ] } }\n"}}
    );
    EXPECT_THAT(text, HasSubstr("  call:\n"));
    EXPECT_THAT(text, HasSubstr("  call / greet:\n"));
    EXPECT_THAT(text, HasSubstr("run: echo main\n"));
    EXPECT_THAT(text, HasSubstr("secrets: inherit\n"));
}

/// What is written is the language itself: read again it is the same job.
TEST(ResolvedTest, EveryKeyIsReadBackAsItWas) {
    const std::string jobs = R"(
jobs:
  a:
    name: "yes"
    runs-on: host
    timeout-minutes: 5
    continue-on-error: true
    permissions: { contents: read }
    concurrency: { group: one, cancel-in-progress: true }
    container: { image: "alpine@sha256:0000000000000000000000000000000000000000000000000000000000000000", env: { A: "1.10" }, options: --cpus 1 }
    services: { db: { image: "postgres@sha256:0000000000000000000000000000000000000000000000000000000000000000", ports: [ "5432" ], ready: { tcp: 5432, interval: 1s } } }
    outputs: { digest: "${{ steps.s.outputs.d }}" }
    retry: { max: 2, on: [ infrastructure ], backoff: 5s }
    resources: { cpu: 1, memory: 1g, network: none }
    hold-on-failure: 10m
    steps:
      - { id: s, name: "a: b # c", run: "one\ntwo\n", shell: bash, env: { X: "007", Y: " lead" }, timeout-minutes: 1, background: true }
      - { if: failure(), run: "tab\there 'quoted' \"twice\"" }
      - { wait: [ s ] }
  b:
    needs: a
    runs-on: host
    image: { context: ., tags: [ "app:1" ], build-args: { V: "2" }, login: { "ghcr.io": { username: u, password: "${{ secrets.P }}" } }, keep: { count: 3 } }
  c:
    needs: [ a, b ]
    environment: { name: prod, url: "https://x.example.com" }
    deploy: { to: container, service: app, image: "app:1", health: { http: /up, for: 5s }, ports: [ "8080:80" ], secrets: [ TOKEN ], keep-previous: 2h, drain: 5s }
  d: { approve: { subject: Really, by: [ approver ], min: 1 } }
)";
    const auto before = read_back(jobs).jobs;
    const auto after = read_back(resolve(jobs)).jobs;
    ASSERT_EQ(before.size(), 4U);
    ASSERT_EQ(after.size(), before.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
        auto expected = without_places(before[i]);
        // What is filled in.
        if (!expected.contains("timeout_minutes")) expected["timeout_minutes"] = "360";
        EXPECT_EQ(without_places(after[i]), expected);
    }
}

TEST(YamlTextTest, WhatYamlWouldReadAsSomethingElseIsQuoted) {
    const ordered_json tree{
        {"a", "yes"},
        {"b", "1.10"},
        {"c", "0755"},
        {"d", "- x"},
        {"e", "key: value"},
        {"f", "a #b"},
        {"g", ""},
        {"h", "plain text"},
        {"i", 12},
        {"j", "12"},
        {"k", "one\ntwo"},
        {"l", ordered_json::array({ordered_json{{"m", 1}, {"n", 2}}, "o"})},
        {"p", "bell\a\nx"},
        {"q", ordered_json::object()},
    };
    EXPECT_EQ(
        to_yaml(tree),
        "a: \"yes\"\nb: \"1.10\"\nc: \"0755\"\nd: \"- x\"\ne: \"key: value\"\nf: \"a #b\"\ng: "
        "\"\"\n"
        "h: plain text\ni: 12\nj: 12\nk: |-\n  one\n  two\nl:\n  - m: 1\n    \"n\": 2\n  - o\n"
        "p: \"bell\\u0007\\nx\"\nq: {}\n"
    );
}

TEST(YamlTextTest, BytesThatAreNoUtf8AreReplaced) {
    EXPECT_EQ(to_yaml(ordered_json{{"a", "x\xff"}}), "a: x\xEF\xBF\xBD\n");
}

}  // namespace
}  // namespace triphammer::plan
