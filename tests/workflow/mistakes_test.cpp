// What people really get wrong, one mistake in a workflow that is fine: the first problem has to
// stand where the mistake is, and to say what to do. The rules broken are those of GitHub's pages
// "Workflow syntax", "Events that trigger workflows", "Contexts reference" and "Evaluate
// expressions in workflows and actions".
#include "base/text.hpp"
#include "workflow/problems.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::workflow;

namespace {

constexpr std::string_view kFine = R"(name: CI
on:
  push:
    branches: [main]
  schedule:
    - cron: '0 4 * * 1'
env:
  LEVEL: "1"
jobs:
  test:
    runs-on: ${{ matrix.os }}
    strategy:
      matrix:
        os: [ubuntu-latest, ubuntu-22.04]
    outputs:
      version: ${{ steps.build.outputs.version }}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - id: build
        run: |
          make
          make test
        env:
          TOKEN: ${{ secrets.TOKEN }}
  ship:
    needs: [test]
    if: github.ref == 'refs/heads/main'
    runs-on: ubuntu-latest
    steps:
      - run: ./ship.sh ${{ needs.test.outputs.version }}
)";

struct MistakeRow {
    std::string_view fine;    // of the text above
    std::string_view broken;  // in its place
    std::string_view problem;
};

std::string replaced(std::string_view text, const MistakeRow& row) {
    std::string out{text};
    const auto at = out.rfind(row.fine);
    EXPECT_NE(at, std::string::npos) << row.fine;
    if (at != std::string::npos) out.replace(at, row.fine.size(), row.broken);
    return out;
}

/// "LINE:COLUMN MESSAGE (HINT)"
std::string first_problem(const std::string& text) {
    const auto result = read_workflow("", text);
    if (result.problems.empty()) return "none";
    const auto& first = result.problems[0];
    auto out = std::to_string(first.at.line) + ":" + std::to_string(first.at.column) + " ";
    out += first.message;
    return first.hint.empty() ? out : out + " (" + first.hint + ")";
}

void expect_all(const std::vector<MistakeRow>& rows) {
    for (const auto& row : rows)
        EXPECT_EQ(first_problem(replaced(kFine, row)), row.problem) << row.broken;
}

}  // namespace

TEST(Mistakes, TheWorkflowIsFineWithoutThem) {
    EXPECT_EQ(first_problem(std::string{kFine}), "none");
}

TEST(Mistakes, InKeys) {
    expect_all({
        {"runs-on: ubuntu-latest",
         "run-on: ubuntu-latest",
         "31:5 unknown key 'run-on' in 'ship' (did you mean 'runs-on'?)"},
        {"    runs-on: ubuntu-latest\n",
         "",
         "29:5 a job with steps needs the key 'runs-on' (runs-on: host)"},
        {"    steps:\n      - run: ./",
         "    step:\n      - run: ./",
         "32:5 unknown key 'step' in 'ship' (did you mean 'steps'?)"},
        {"- run: ./", "- rn: ./", "33:9 unknown key 'rn' in 'steps' (did you mean 'run'?)"},
        {"jobs:", "job:", "9:1 unknown key 'job' (did you mean 'jobs'?)"},
        {"  schedule:", "  schedul:", "5:3 unknown event 'schedul' (did you mean 'schedule'?)"},
        {"  push:\n    branches: [main]",
         "  merge_request:",
         "3:3 unknown event 'merge_request' (it is called pull_request)"},
        {"  push:\n    branches: [main]",
         "  branches: [main]",
         "3:3 unknown event 'branches' (it belongs to an event, as in push: { branches: [main] })"},
        {"    strategy:\n      matrix:\n        os: [ubuntu-latest, ubuntu-22.04]",
         "    fail-fast: false",
         "11:18 no matrix here has 'os': matrix.os is empty"},
        {"    needs: [test]",
         "    needs: [test]\n    matrix:\n      a: [1]",
         "30:5 unknown key 'matrix' in 'ship' (it belongs under strategy)"},
        {"jobs:", "steps: []\njobs:", "9:1 unknown key 'steps' (it belongs to a job, under jobs)"},
        {"  ship:", "ship:", "28:1 unknown key 'ship' (a job stands under jobs: indent it)"},
        {"env:\n  LEVEL: \"1\"",
         "defaults:\n  shell: bash",
         "8:3 unknown key 'shell' in 'defaults' (it belongs under run)"},
        {"    if: github.ref == 'refs/heads/main'",
         "    script: make",
         "30:5 unknown key 'script' in 'ship' (scripts are steps: steps: [{ run: … }])"},
        {"      - run: ./ship.sh",
         "      - script: ./ship.sh",
         "33:9 unknown key 'script' in 'steps' (it is called run)"},
        {"    runs-on: ubuntu-latest\n",
         "    runs-on: ubuntu-latest\n    runs-on: host\n",
         "32:5 'runs-on' stands here twice (case does not count) (keep one of them)"},
    });
}

TEST(Mistakes, OfInvisibleCharacters) {
    const MistakeRow row{"    needs: [test]", "    needs: [test]\n    \u00a0stage: a", {}};

    EXPECT_EQ(
        first_problem(replaced(kFine, row)),
        "30:5 unknown key '\u00a0stage' in 'ship' (a no-break space (U+00A0) stands here: write a "
        "blank)"
    );
}

TEST(Mistakes, InReferences) {
    expect_all({
        {"needs: [test]", "needs: [tests]", "29:13 there is no job 'tests' (did you mean 'test'?)"},
        {"matrix.os",
         "matrix.osx",
         "11:18 the matrix has no 'osx': matrix.osx is empty (did you mean 'os'?)"},
        {"needs.test.outputs.version",
         "needs.test.output.version",
         "33:28 needs.test has no 'output': needs.test.output.version is empty (did you mean "
         "'outputs'?)"},
        {"needs.test.outputs.version",
         "needs.test.outputs.vers",
         "33:28 the job 'test' has no output 'vers': needs.test.outputs.vers is empty"},
        {"steps.build.outputs.version",
         "steps.build.output.version",
         "16:20 steps.build has no 'output': steps.build.output.version is empty (did you mean "
         "'outputs'?)"},
        {"github.ref ==",
         "github.reff ==",
         "30:9 github has no 'reff': github.reff is empty (did you mean 'ref'?)"},
        {"github.ref ==",
         "github.event-name ==",
         "30:9 github has no 'event-name': github.event-name is empty (did you mean "
         "'event_name'?)"},
        {"- run: ./ship.sh",
         "- run: ${{ runner.tmp }}/ship.sh",
         "33:18 runner has no 'tmp': runner.tmp is empty (did you mean 'temp'?)"},
        {"secrets.TOKEN",
         "secret.TOKEN",
         "27:22 unknown context 'secret'; did you mean 'secrets'?"},
        {"if: github.ref == 'refs/heads/main'",
         "if: always",
         "30:9 unknown context 'always'; did you mean 'always()'?"},
        {"if: github.ref == 'refs/heads/main'",
         "if: secrets.TOKEN != ''",
         "30:9 'secrets' cannot be used here (jobs.<job_id>.if) (allowed here: github, needs, "
         "vars, "
         "inputs)"},
    });
}

TEST(Mistakes, InExpressions) {
    expect_all({
        {"${{ matrix.os }}", "${{ matrix.os }", "11:14 this ${{ is never closed by }}"},
        {"${{ matrix.os }}",
         "{{ matrix.os }}",
         "11:14 a key must be plain text (an expression begins with a dollar sign: ${{ … }})"},
        {"github.ref == 'refs/heads/main'",
         "github.ref == ‘refs/heads/main’",
         "30:23 text stands in single quotes here: 'like this'"},
        {"github.ref == 'refs/heads/main'",
         "github.ref == 'x' and always()",
         "30:27 unexpected 'and'; did you mean '&&'?"},
        {"github.ref == 'refs/heads/main'",
         "not github.event.forced",
         "30:9 unexpected 'not'; did you mean '!'?"},
        {"github.ref == 'refs/heads/main'",
         "$GITHUB_REF == 'refs/heads/main'",
         "30:9 '$' cannot stand in an expression: write env.NAME for $NAME, and no ${{ }} in "
         "another"},
        {"github.ref == 'refs/heads/main'",
         "github.run_number + 1 > 3",
         "30:27 there is no arithmetic in expressions: compute in a script, and pass the result as "
         "an output"},
        {"github.ref == 'refs/heads/main'",
         "\"github.ref ? 'a' : 'b'\"",
         "30:21 there is no '?' in expressions: write CONDITION && 'this' || 'that'"},
        {"github.ref == 'refs/heads/main'",
         "github.ref == 'ünï' ü",
         "30:31 unexpected character 'ü'"},
    });
}

TEST(Mistakes, InSteps) {
    expect_all({
        {"- run: ./ship.sh",
         "- shell: bsh\n        run: ./ship.sh",
         "33:16 'bsh' is no shell that is known here (did you mean 'bash'?)"},
        {"- run: ./ship.sh",
         "- shell: fish\n        run: ./ship.sh",
         "33:16 'fish' is no shell that is known here (bash, sh, python, pwsh, or a command with "
         "{0} for the script)"},
        {"actions/checkout@v4",
         ".github/actions/setup",
         "18:15 '.github/actions/setup' names no action (an action of this repository begins with "
         "./)"},
        {"actions/checkout@v4",
         "./.github/workflows/build.yml",
         "18:15 './.github/workflows/build.yml' is a workflow: a job calls it, not a step (jobs: { "
         "NAME: { uses: ./.github/workflows/build.yml } })"},
        {"actions/checkout@v4",
         "acme/tool",
         "18:15 'acme/tool' names no version (the full commit: acme/tool@ and 40 hex digits)"},
        {"python-version:",
         "python_version:",
         "21:11 actions/setup-python has no input 'python_version' (did you mean "
         "'python-version'?)"},
    });
}

TEST(Mistakes, InKinds) {
    expect_all({
        {"python-version: \"3.12\"",
         "python-version:\n            - \"3.12\"",
         "22:13 'python-version' must be text, not a list (one text: the values behind each other, "
         "or as lines under |)"},
        {"LEVEL: \"1\"",
         "LEVEL=1",
         "8:3 'env' must be names with values, not text (name: value, a line each)"},
        {"      - run: ./ship.sh",
         "      run: ./ship.sh",
         "33:7 'steps' must be a list of steps, not keys with values (begin each with a dash: - "
         "key: "
         "value)"},
        {"    - cron: '0 4",
         "    cron: '0 4",
         "6:5 'schedule' must be a list of times, each with the key cron, not keys with values "
         "(begin each with a dash: - key: value)"},
    });
}

TEST(Mistakes, InIndentationAndQuotes) {
    expect_all({
        {"          python-version:",
         "        python-version:",
         "20:9 nothing stands here (remove the key, or indent what belongs to it)"},
        {"          make\n          make test",
         "        make\n        make test",
         "24:9 not valid YAML: this line is neither a key with a value nor part of one (indent the "
         "text under the line above further than its key)"},
        {"      - run: ./",
         "\t- run: ./",
         "33:2 not valid YAML: illegal block entry (indent with blanks, not with tabs)"},
        {"branches: [main]",
         "branches: [main",
         "4:15 not valid YAML: this [ is never closed (add ], and look at the quotes)"},
        {"[ubuntu-latest, ubuntu-22.04]",
         "[\"ubuntu-latest\", \"ubuntu-22.04]",
         "14:13 not valid YAML: this [ is never closed (add ], and look at the quotes)"},
        {"branches: [main]",
         "branches: [*]",
         "4:17 not valid YAML: alias not found after * (a value that begins with * needs quotes)"},
        {"- run: ./ship.sh",
         "- run: echo \"a\": b",
         "33:22 not valid YAML: illegal map value (a ': ' inside of a value needs quotes around "
         "the "
         "whole value)"},
        {"'0 4 * * 1'",
         "'0 4 * *'",
         "6:13 '0 4 * *': five fields are needed: minute, hour, day, month, day of the week"},
    });
}
