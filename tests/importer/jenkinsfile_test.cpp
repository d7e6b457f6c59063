#include "importer/jenkinsfile.hpp"

#include "base/file.hpp"
#include "workflow/reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>

using namespace triphammer;
using namespace triphammer::importer;

namespace {

/// In a pipeline with one stage.
Imported import_steps(const std::string& steps) {
    return import_jenkinsfile(
        "x", "pipeline {\nagent any\nstages { stage('S') { steps {\n" + steps + "\n} } } }\n"
    );
}

std::vector<int> lines_left(const Imported& imported) {
    std::vector<int> out;
    for (const auto& remark : imported.remarks) {
        if (remark.kind == Remark::Kind::left) out.push_back(remark.at.first);
    }
    return out;
}

model::Workflow read(const Imported& imported) {
    const auto result = workflow::read_workflow("x.yml", imported.text);
    for (const auto& problem : result.problems)
        EXPECT_NE(problem.severity, model::Problem::Severity::error) << problem.message << "\n"
                                                                     << imported.text;
    return result.workflow.value_or(model::Workflow{});
}

}  // namespace

TEST(Jenkinsfile, CarriesMostLinesOfAUsualOneAndNamesTheOthers) {
    const auto source =
        read_file(TRIPHAMMER_SOURCE_DIR "/tests/importer/Jenkinsfile.usual", 1U << 20U).value();

    const auto imported = import_jenkinsfile("usual", source);

    const auto workflow = read(imported);
    ASSERT_EQ(workflow.jobs.size(), 1U) << imported.text;
    EXPECT_GE(imported.carried * 100, imported.lines * 90);
    const auto left = lines_left(imported);
    const auto mail = 1 + std::count(
                              source.begin(),
                              source.begin() + static_cast<std::ptrdiff_t>(source.find("mail to:")),
                              '\n'
                          );
    EXPECT_EQ(left, (std::vector<int>{static_cast<int>(mail)}));
}

TEST(Jenkinsfile, NamesGroovyAndWhatNeedsWindows) {
    const auto imported =
        import_steps("bat 'dir'\nscript {\ndef x = 1\nsh 'make'\nif (x) {\nsh 'y'\n}\n}");

    EXPECT_EQ(lines_left(imported), (std::vector<int>{4, 6, 8}));
    ASSERT_EQ(read(imported).jobs.size(), 1U);
    EXPECT_EQ(read(imported).jobs[0].steps.back().run.text, "make");
}

TEST(Jenkinsfile, KeepsWhatAShellWouldSee) {
    const auto imported =
        import_steps("sh \"echo \\$HOME ${env.A} ${params.B} $C\"\nsh 'echo $D \\\\ \"q\"'");

    const auto workflow = read(imported);
    const auto& steps = workflow.jobs.at(0).steps;
    ASSERT_EQ(steps.size(), 3U);
    EXPECT_EQ(steps[1].run.text, "echo $HOME ${A} ${B} ${C}");
    EXPECT_EQ(steps[2].run.text, "echo $D \\ \"q\"");
}

TEST(Jenkinsfile, AVariableCountsInAnyQuotesOfTheShell) {
    const auto imported =
        import_steps("sh \"echo '${A}' \\\"${B}\\\" # don't\\necho ${C}\"\nsh \"cat <<X '${A}'\"");

    const auto workflow = read(imported);
    EXPECT_EQ(
        workflow.jobs.at(0).steps.at(1).run.text, "echo ''\"${A}\"'' \"${B}\" # don't\necho ${C}\n"
    );
    EXPECT_EQ(lines_left(imported), std::vector<int>{5});
}

TEST(Jenkinsfile, LeavesAScriptThatGroovyComputes) {
    EXPECT_EQ(lines_left(import_steps("sh \"echo ${1 + 1}\"")), std::vector<int>{4});
    EXPECT_EQ(lines_left(import_steps("sh(script: 'x', returnStdout: true)")), std::vector<int>{4});
}

TEST(Jenkinsfile, AStageWhoseConditionIsNotCarriedNeverRuns) {
    const auto imported = import_jenkinsfile(
        "x",
        "pipeline { agent any\nstages { stage('S') {\nwhen { changeset 'src/**' }\n"
        "steps { sh 'deploy' } } } }"
    );

    EXPECT_EQ(lines_left(imported), std::vector<int>{3});
    EXPECT_EQ(read(imported).jobs.at(0).steps.back().condition.text, "false");
}

TEST(Jenkinsfile, WhatWaitsForAPersonDoesNotRunWithoutOne) {
    const auto imported = import_jenkinsfile(
        "x",
        "pipeline { agent any\nstages {\nstage('A') { steps { sh 'build'\n"
        "input message: 'Sure?', submitter: 'ann, bob'\nsh 'deploy' } }\n"
        "stage('B') { steps { sh 'after' } }\n} }"
    );

    const auto workflow = read(imported);
    ASSERT_GE(workflow.jobs.size(), 2U) << imported.text;
    EXPECT_EQ(workflow.jobs.front().steps.back().run.text, "build");
    const auto& last = workflow.jobs.back();
    EXPECT_EQ(last.steps.back().run.text, "after");
    const bool waits = last.needs == std::vector<std::string>{"approve"};
    const bool never_runs = last.condition.text == "false";
    EXPECT_NE(waits, never_runs) << imported.text;
    EXPECT_EQ(lines_left(imported), never_runs ? std::vector<int>{4} : std::vector<int>{});
}

TEST(Jenkinsfile, AStageWithAnImageIsAJobThatTheNextOneWaitsFor) {
    const auto imported = import_jenkinsfile(
        "x",
        "pipeline { agent any\nstages {\n"
        "stage('Build it') { agent { docker { image 'node:20' } } steps { sh 'npm ci' } }\n"
        "stage('Ship') { steps { sh 'ship' } }\n} }"
    );

    const auto workflow = read(imported);
    ASSERT_EQ(workflow.jobs.size(), 2U) << imported.text;
    EXPECT_EQ(workflow.jobs[0].key, "build-it");
    EXPECT_EQ(workflow.jobs[0].container->image.text, "node:20");
    EXPECT_EQ(workflow.jobs[1].needs, std::vector<std::string>{"build-it"});
}

TEST(Jenkinsfile, BranchesOnAgentsOfTheirOwnRunBesideEachOther) {
    const auto imported = import_jenkinsfile(
        "x",
        "pipeline { agent none\nstages {\nstage('Both') { parallel {\n"
        "stage('A') { agent { label 'a' } steps { sh 'a' } }\n"
        "stage('B') { agent { label 'b' } steps { sh 'b' } }\n} }\n"
        "stage('End') { steps { sh 'end' } }\n} }"
    );

    const auto workflow = read(imported);
    ASSERT_EQ(workflow.jobs.size(), 3U) << imported.text;
    EXPECT_TRUE(workflow.jobs[0].needs.empty());
    EXPECT_TRUE(workflow.jobs[1].needs.empty());
    EXPECT_EQ(workflow.jobs[2].needs, (std::vector<std::string>{"a", "b"}));
}

TEST(Jenkinsfile, TheEndOfAStageLooksAtItsOwnSteps) {
    const auto imported = import_jenkinsfile(
        "x",
        "pipeline { agent any\nstages { stage('S') { steps { sh 'make' }\n"
        "post { failure { echo 'bad' } } } } }"
    );

    EXPECT_EQ(
        read(imported).jobs.at(0).steps.back().condition.text,
        "failure() && (steps.s1.outcome == 'failure')"
    );
}

TEST(Jenkinsfile, CredentialsBecomeSecrets) {
    const auto imported = import_jenkinsfile(
        "x",
        "pipeline { agent any\nenvironment { HUB = credentials('docker-hub') }\n"
        "stages { stage('S') { steps { sh 'login $HUB_USR $HUB_PSW' } } } }"
    );

    EXPECT_NE(imported.text.find("HUB_USR: \"${{ secrets.DOCKER_HUB_USR }}\""), std::string::npos)
        << imported.text;
    read(imported);
}

TEST(Jenkinsfile, ScriptedPipelinesAreNotRead) {
    const auto imported = import_jenkinsfile("x", "node {\n  sh 'make'\n}\n");

    EXPECT_EQ(imported.text, "");
    EXPECT_EQ(imported.carried, 0);
    EXPECT_EQ(lines_left(imported), std::vector<int>{1});
}

TEST(Jenkinsfile, WhatIsNotClosedOrClosesNothingIsNamed) {
    const std::string stages = "stages { stage('S') { steps { sh 'make' } } }";

    const auto cut = import_jenkinsfile("x", "pipeline {\nagent any\n" + stages + "\n");
    const auto stray =
        import_jenkinsfile("x", "pipeline {\n" + stages + "\n}\n}\nnode { sh 'x' }\n");

    EXPECT_EQ(lines_left(cut), std::vector<int>{1});
    EXPECT_EQ(lines_left(stray), (std::vector<int>{4, 5}));
    for (const auto* nothing :
         {"", "// none\n", "pipeline { agent any }", "pipeline {\nagent any\nstages {\n"})
        EXPECT_EQ(lines_left(import_jenkinsfile("x", nothing)), std::vector<int>{1}) << nothing;
}

TEST(Jenkinsfile, BrokenOnesEndWithoutAWorkflow) {
    for (const std::string source :
         {"",
          "pipeline {",
          "pipeline { agent { stages",
          "pipeline { stages { stage('",
          "}}}}",
          "pipeline { agent any stages { stage('x') { steps { sh( } } } }"}) {
        const auto imported = import_jenkinsfile("x", source);
        if (!imported.text.empty()) read(imported);
    }
    import_jenkinsfile("x", "pipeline " + std::string(100'000, '{'));
    import_jenkinsfile("x", "pipeline { x " + std::string(100'000, '[') + "}");
    import_jenkinsfile(
        "x",
        "pipeline { agent any\nstages { stage('S') { when { expression { " +
            std::string(100'000, '!') + " } } } } }"
    );
}
