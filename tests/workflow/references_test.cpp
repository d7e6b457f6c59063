#include "workflow/checks/references.hpp"

#include "workflow/problems.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::workflow;

namespace {

/// Two jobs: `a` with an output, and `b` with these keys and steps.
std::string two_jobs(const std::string& keys, const std::string& steps) {
    return "on: { workflow_dispatch: { inputs: { level: } } }\n"
           "jobs:\n"
           "  a: { runs-on: host, outputs: { tag: x }, steps: [{ run: x }] }\n"
           "  b: { runs-on: host, " +
           keys + " steps: [" + steps + "] }\n";
}

std::string warnings(const std::string& keys, const std::string& expression) {
    const auto text = two_jobs(
        keys, "{ id: one, run: x }, { run: 'echo ${{ " + expression + " }}' }, { id: two, run: x }"
    );
    std::string out;
    for (const auto& one : read_workflow("ci.yml", text).problems) {
        if (one.code == "unknown-reference") out += one.message;
    }
    return out;
}

}  // namespace

TEST(References, AreFoundWhateverTheirCase) {
    for (const auto* expression :
         {"needs.a.outputs.tag",
          "NEEDS.A.Outputs.TAG",
          "needs['a']['outputs']['tag']",
          "needs.a.result",
          "needs.*.result",
          "steps.one.outputs.anything",
          "steps.One.outcome",
          "inputs.level",
          "steps[github.ref].outputs.x",
          "matrix.os || inputs.none || 1",
          "matrix",
          "toJSON(steps)"}) {
        EXPECT_EQ(warnings("needs: a,", expression), "") << expression;
    }
}

TEST(References, ToNothingAreWarnedAbout) {
    EXPECT_EQ(
        warnings("needs: a,", "steps.uno.outputs.x"),
        "no step has the id 'uno': steps.uno.outputs.x is empty"
    );
    EXPECT_EQ(
        warnings("needs: a,", "steps.two.outputs.x"),
        "the step 'two' does not stand before this one: steps.two.outputs.x is empty"
    );
    EXPECT_EQ(
        warnings("needs: a,", "needs.a.outputs.tagg"),
        "the job 'a' has no output 'tagg': needs.a.outputs.tagg is empty"
    );
    EXPECT_EQ(
        warnings("", "needs.a.outputs.tag"),
        "this job does not need 'a': needs.a.outputs.tag is empty"
    );
    EXPECT_EQ(warnings("", "matrix.os"), "no matrix here has 'os': matrix.os is empty");
    EXPECT_EQ(
        warnings("", "inputs.levle"), "this workflow has no input 'levle': inputs.levle is empty"
    );
}

TEST(References, ToAMatrixFollowItsAxesAndIncludes) {
    const std::string keys = "strategy: { matrix: { os: [a], include: [{ extra: 1 }] } },";

    EXPECT_EQ(warnings(keys, "matrix.os && matrix.extra"), "");
    EXPECT_EQ(warnings(keys, "matrix.oss"), "the matrix has no 'oss': matrix.oss is empty");
    EXPECT_EQ(warnings("strategy: { matrix: '${{ fromJSON(vars.m) }}' },", "matrix.any"), "");
}

TEST(References, OfJobOutputsMayComeFromAnyStep) {
    const auto text =
        two_jobs("outputs: { o: '${{ steps.last.outputs.x }}' },", "{ id: last, run: x }");

    EXPECT_EQ(language_problems_of(text), "");
}
