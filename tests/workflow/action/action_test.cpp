#include "workflow/action/action.hpp"

#include "base/text.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::workflow;

namespace {

/// "line:column code" of each problem; warnings with a question mark.
std::string problems_of(std::string_view text) {
    std::vector<std::string> out;
    for (const auto& problem : read_action(text).problems) {
        const bool is_error = problem.severity == model::Problem::Severity::error;
        out.push_back(
            std::to_string(problem.at.line) + ":" + std::to_string(problem.at.column) + " " +
            problem.code + (is_error ? "" : "?")
        );
    }
    return join(out, ", ");
}

constexpr std::string_view kComposite = R"yml(name: greet
author: a
description: d
inputs:
  who:
    description: whom
    required: true
    default: ${{ github.actor }}
  old:
    deprecationMessage: use who
outputs:
  said:
    description: d
    value: ${{ steps.say.outputs.said }}
runs:
  using: composite
  steps:
    - id: say
      if: ${{ inputs.who != '' }}
      run: echo "said=$WHO" >> "$GITHUB_OUTPUT"
      shell: bash
      env: { WHO: "${{ inputs.who }}" }
    - uses: ./other
      with: { a: 1 }
branding: { icon: box, color: red }
)yml";

}  // namespace

TEST(ReadAction, ReadsACompositeAction) {
    const auto read = read_action(kComposite);

    ASSERT_TRUE(read.action);
    const auto& action = *read.action;
    EXPECT_TRUE(read.problems.empty());
    EXPECT_EQ(action.kind, Action::Kind::composite);
    ASSERT_EQ(action.inputs.size(), 2U);
    EXPECT_TRUE(action.inputs[0].required);
    EXPECT_EQ(action.inputs[0].fallback.text, "${{ github.actor }}");
    EXPECT_FALSE(action.inputs[1].has_default);
    EXPECT_EQ(action.inputs[1].deprecation, "use who");
    ASSERT_EQ(action.outputs.size(), 1U);
    EXPECT_EQ(action.outputs[0].second.text, "${{ steps.say.outputs.said }}");
    ASSERT_EQ(action.steps.size(), 2U);
    EXPECT_EQ(action.steps[0].condition.text, "inputs.who != ''");
    EXPECT_EQ(action.steps[1].uses, "./other");
}

TEST(ReadAction, ReadsTheProgramsOfAJavaScriptAction) {
    const auto read = read_action(
        "runs: { using: node20, main: dist/a.js, pre: p.js, pre-if: runner.os == 'Linux', "
        "post: q.js, post-if: '${{ failure() }}' }"
    );

    ASSERT_TRUE(read.action);
    EXPECT_EQ(read.action->node, "node20");
    EXPECT_EQ(read.action->main, "dist/a.js");
    EXPECT_EQ(read.action->pre.program, "p.js");
    EXPECT_EQ(read.action->pre.condition.text, "runner.os == 'Linux'");
    EXPECT_EQ(read.action->post.program, "q.js");
    EXPECT_EQ(read.action->post.condition.text, "failure()");
}

TEST(ReadAction, ReadsADockerAction) {
    const auto read = read_action(
        "{ inputs: { a: { default: b } }, runs: { using: docker, image: Dockerfile, "
        "args: ['${{ inputs.a }}'], entrypoint: /run.sh, post-entrypoint: /end.sh, env: { X: y } } "
        "}"
    );

    ASSERT_TRUE(read.action);
    EXPECT_EQ(read.action->image, "Dockerfile");
    ASSERT_EQ(read.action->arguments.size(), 1U);
    EXPECT_EQ(read.action->main, "/run.sh");
    EXPECT_EQ(read.action->post.program, "/end.sh");
    EXPECT_EQ(read.action->env.size(), 1U);
}

TEST(ReadAction, NamesWhatIsWrong) {
    EXPECT_EQ(problems_of(""), "1:1 empty-file");
    EXPECT_EQ(problems_of("name: a"), "1:1 missing-key");
    EXPECT_EQ(problems_of("runs: { using: node4, main: a }"), "1:16 unknown-value");
    EXPECT_EQ(problems_of("runs: { using: node20 }"), "1:7 missing-key");
    EXPECT_EQ(problems_of("runs: { using: docker }"), "1:7 missing-key");
    EXPECT_EQ(problems_of("runs: { using: composite, steps: [{ run: a }] }"), "1:35 missing-key");
    EXPECT_EQ(
        problems_of("runs: { using: composite, steps: [{ uses: ./a, run: b, shell: sh }] }"),
        "1:35 step-kind"
    );
    EXPECT_EQ(
        problems_of("{ outputs: { a: { description: b } }, "
                    "runs: { using: composite, steps: [{ run: a, shell: sh }] } }"),
        "1:14 missing-key"
    );
}

TEST(ReadAction, SecretsAreNotSeenInside) {
    EXPECT_EQ(
        problems_of("runs: { using: composite, steps: [{ run: a, shell: sh, "
                    "env: { A: '${{ secrets.x }}' } }] }"),
        "1:71 context-not-allowed"
    );
}

TEST(ReadAction, KeysThatGitHubDoesNotDocumentAreWarnings) {
    EXPECT_EQ(
        problems_of("{ runs: { using: node20, main: a }, inputs: { a: { type: string } } }"),
        "1:52 unknown-key?"
    );
}
