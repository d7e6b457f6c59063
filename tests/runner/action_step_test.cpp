#include "base/file.hpp"
#include "runner/real_runner.hpp"

#include <gmock/gmock.h>

#include <cstdlib>

namespace triphammer::runner {
namespace {

using model::JobState;
using model::StepState;
using testing::a_job;
using testing::a_step;
using ::testing::HasSubstr;
using ::testing::Not;

class Actions : public testing::RealRunner {};

model::Step use(const std::string& action, model::Pairs with = {}) {
    model::Step step;
    step.uses = action;
    step.with = std::move(with);
    return step;
}

/// A step that writes FOLDER/action.yml, as one that checks out would. `@{{` stands for the
/// expressions of the action: the others are the step's own.
model::Step write_action(const std::string& folder, const std::string& text) {
    const auto file = folder + "/action.yml";
    return a_step(
        "mkdir -p " + folder + "; cat > " + file + " <<'END'\n" + text +
        "END\nsed -i 's/@{{/$''{{/g' " + file + "\n"
    );
}

constexpr const char* kGreet = R"yml(inputs:
  who: { default: "@{{ github.repository }}" }
  word: { required: true }
outputs:
  said: { value: "@{{ steps.say.outputs.said }}!" }
runs:
  using: composite
  steps:
    - id: say
      name: Say @{{ inputs.word }}
      shell: bash
      env: { WORD: "@{{ inputs.word }}" }
      run: |
        echo "$WORD @{{ inputs.WHO }} $LEVEL $OUTER"
        test "$GITHUB_ACTION_PATH" = "$PWD/greet" && test "@{{ github.action_path }}" = "$PWD/greet"
        echo "said=$WORD @{{ inputs.who }}" >> "$GITHUB_OUTPUT"
        echo "LATER=yes" >> "$GITHUB_ENV"
)yml";

TEST_F(Actions, ACompositeActionHasInputsOutputsAndItsCallersVariables) {
    auto greet = use("./greet", {{"word", {"hello", {}}}});
    greet.id = "greet";
    greet.env = {{"OUTER", {"outer", {}}}};
    auto document = a_job(
        {write_action("greet", kGreet),
         greet,
         a_step("echo \"${{ steps.greet.outputs.said }} $LATER [${{ steps.say.outputs.said }}]\"")}
    );
    document.job.env = {{"LEVEL", {"job", {}}}};
    start(document);

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::succeeded) << end.reason;
    EXPECT_EQ(daemon_->log(2), "##[group]Say hello\nhello octo/app job outer\n##[endgroup]\n");
    EXPECT_EQ(daemon_->log(3), "hello octo/app! yes []\n");
}

TEST_F(Actions, AFailedInnerStepIsNamedAndLaterOnesAreSkipped) {
    start(a_job(
        {write_action(
             "a",
             "runs:\n  using: composite\n  steps:\n"
             "    - { name: First, run: 'exit 4', shell: sh, continue-on-error: true }\n"
             "    - { name: Second, run: 'exit 5', shell: sh }\n"
             "    - { name: Third, run: 'echo never', shell: sh }\n"
             "    - { name: Last, run: 'echo cleaned', shell: sh, if: failure() }\n"
         ),
         use("./a/")}
    ));

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::failed);
    EXPECT_EQ(daemon_->step_end(2).state, StepState::failed);
    EXPECT_EQ(daemon_->step_end(2).reason, "step 'Second' of ./a/: exited with status 5");
    EXPECT_THAT(daemon_->log(2), HasSubstr("Skipped: an earlier step did not succeed\n"));
    EXPECT_THAT(daemon_->log(2), HasSubstr("cleaned\n"));
    EXPECT_THAT(daemon_->log(2), Not(HasSubstr("never\n")));
}

TEST_F(Actions, ActionsStandInsideEachOtherButNotForEver) {
    const std::string loop = "runs:\n  using: composite\n  steps:\n    - uses: ./loop\n";
    start(a_job({write_action("loop", loop), use("./loop")}));

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::failed);
    EXPECT_THAT(daemon_->step_end(2).reason, HasSubstr("more than 10 actions inside each other"));
}

TEST_F(Actions, WhatIsNoActionIsSaidWithWhatToDo) {
    auto missing = use("./nowhere");
    missing.continue_on_error = {"true", {}};
    auto outside = use("./../../etc");
    outside.continue_on_error = {"true", {}};
    auto broken = use("./broken");
    broken.continue_on_error = {"true", {}};
    start(a_job(
        {missing, outside, write_action("broken", "runs: { using: node4, main: a.js }\n"), broken}
    ));

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::succeeded);
    EXPECT_THAT(daemon_->step_end(1).reason, HasSubstr("uses: actions/checkout"));
    EXPECT_THAT(daemon_->step_end(2).reason, HasSubstr("a local action is in the workspace"));
    EXPECT_THAT(
        daemon_->step_end(4).reason,
        HasSubstr("broken/action.yml:1:16: error: unknown value 'node4' of 'using'")
    );
}

/// A repository with one action.yml; its commit.
std::string make_repository(const triphammer::testing::TempDir& folder, const std::string& action) {
    const auto path = folder.path().string();
    const auto git = "git -C " + path + " -c user.name=n -c user.email=e ";
    EXPECT_EQ(::system(("git init -q -b main " + path).c_str()), 0);
    EXPECT_TRUE(replace_file(folder / "action.yml", action));
    EXPECT_EQ(::system((git + "add . && " + git + "commit -qm one").c_str()), 0);
    EXPECT_EQ(::system((git + "rev-parse HEAD > " + path + "/sha").c_str()), 0);
    return read_file(folder / "sha", 100)->substr(0, 40);
}

TEST_F(Actions, ARemoteActionLiesOutsideTheWorkspaceAndCannotBeChanged) {
    const triphammer::testing::TempDir repository;
    const auto sha = make_repository(
        repository,
        "runs:\n  using: composite\n  steps:\n"
        "    - run: |\n"
        "        echo \"$GITHUB_ACTION_REPOSITORY ${{ github.action_ref }}\"\n"
        "        if echo x > \"$GITHUB_ACTION_PATH/new\"; then echo writable; fi; ls -A\n"
        "      shell: sh\n"
    );
    auto document = a_job({use("tools/say@" + sha), use("tools/say@" + sha)});
    document.source.sha = sha;
    start(document, repository.path());

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::succeeded) << end.reason;
    EXPECT_THAT(daemon_->log(2), HasSubstr("tools/say " + sha + "\n"));
    EXPECT_THAT(daemon_->log(2), Not(HasSubstr("writable")));
}

TEST_F(Actions, ARemoteActionIsNamedByItsFullCommit) {
    start(a_job({use("tools/say@v1")}));

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::failed);
    EXPECT_THAT(end.reason, HasSubstr("tools/say@ and 40 hex digits"));
}

TEST_F(Actions, AJavaScriptActionRunsAndEndsWithTheJob) {
    const auto program = [](const std::string& folder) {
        return write_action(
                   folder,
                   "inputs: { a name: { default: x } }\n"
                   "runs: { using: node20, main: main.js, post: post.js }\n"
               )
                   .run.text +
               "cat > " + folder + R"(/main.js <<'END'
const fs = require('fs');
console.log('main ' + process.env['INPUT_A_NAME']);
fs.appendFileSync(process.env.GITHUB_OUTPUT, 'got=' + process.env['INPUT_A_NAME'] + '\n');
fs.appendFileSync(process.env.GITHUB_STATE, 'mark=kept\n');
END
cat > )" + folder +
               R"(/post.js <<'END'
console.log('post ' + process.env.STATE_mark + ' ' + process.env['INPUT_A_NAME'] + ' ' + process.env.NEWS);
END
)";
    };
    auto first = use("./one", {{"a name", {"1", {}}}});
    first.id = "one";
    start(a_job(
        {a_step(program("one") + program("two")),
         first,
         use("./two", {{"other", {"?", {}}}}),
         a_step("echo ${{ steps.one.outputs.got }}; echo NEWS=late >> $GITHUB_ENV")}
    ));

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::succeeded) << end.reason;
    EXPECT_THAT(daemon_->log(2), HasSubstr("runs ./one"));
    EXPECT_THAT(daemon_->log(2), HasSubstr("main 1\n"));
    EXPECT_THAT(
        daemon_->log(3), HasSubstr("##[warning]the action has no input 'other'; it has: a name\n")
    );
    EXPECT_EQ(daemon_->log(4), "1\n");
    EXPECT_THAT(daemon_->log(5), HasSubstr("post kept x late\n"));
    EXPECT_THAT(daemon_->log(6), HasSubstr("post kept 1 late\n"));
}

TEST_F(Actions, APostProgramRunsAfterAFailureAndMayFailTheJob) {
    start(a_job(
        {a_step(
             write_action("a", "runs: { using: node20, main: m.js, post: p.js }\n").run.text +
             "echo 'process.exit(3)' > a/m.js; echo 'process.exit(4)' > a/p.js"
         ),
         use("./a")}
    ));

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::failed);
    EXPECT_EQ(end.reason, "exited with status 3");
    EXPECT_EQ(daemon_->step_end(2).exit_status, 3);
    EXPECT_EQ(daemon_->step_end(3).exit_status, 4);
}

TEST_F(Actions, SetupChoosesAmongWhatIsInstalled) {
    auto setup = use("actions/setup-python@v5", {{"python-version", {">=3.9", {}}}});
    setup.id = "python";
    auto missing = use("actions/setup-python@v5", {{"python-version", {"2.6", {}}}});
    missing.continue_on_error = {"true", {}};
    start(a_job(
        {setup,
         a_step("python -c 'import sys; print(sys.prefix != sys.base_prefix)'; pip --version; "
                "test \"${{ steps.python.outputs.python-path }}\" = \"$(command -v python)\" && "
                "test \"$pythonLocation/bin/python\" = \"$(command -v python)\" && echo same"),
         missing,
         a_step("echo 'def f():' > app.py; echo '    raise ValueError(\"no bread\")' >> app.py; "
                "echo 'f()' >> app.py; python \"$PWD/app.py\" || echo failed as it should")}
    ));

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::succeeded) << end.reason;
    EXPECT_THAT(daemon_->log(1), HasSubstr("Python 3."));
    EXPECT_THAT(daemon_->log(2), HasSubstr("True\npip "));
    EXPECT_THAT(daemon_->log(2), HasSubstr("same\n"));
    EXPECT_THAT(daemon_->step_end(3).reason, HasSubstr("there is no Python 2.6 in a sandbox"));
    EXPECT_THAT(daemon_->step_end(3).reason, HasSubstr("found: 3."));
    const auto found = daemon_->step_end(4).annotations;
    ASSERT_EQ(found.size(), 1U) << daemon_->log(4);
    EXPECT_EQ(found[0].message, "no bread");
    EXPECT_EQ(found[0].file, "app.py");
    EXPECT_EQ(found[0].line, 2);
}

TEST_F(Actions, SetupReadsTheVersionFromAFile) {
    auto node = use("actions/setup-node@v4", {{"node-version-file", {"package.json", {}}}});
    node.id = "node";
    start(a_job(
        {a_step("echo '{ \"engines\": { \"node\": \">=12\" } }' > package.json"),
         node,
         a_step("case $(command -v node) in \"$RUNNER_TEMP\"/*) node --version ;; esac"),
         a_step("test \"${{ steps.node.outputs.node-version }}\" = \"$(node --version)\"")}
    ));

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::succeeded) << end.reason;
    EXPECT_THAT(daemon_->log(2), HasSubstr("Node "));
    EXPECT_THAT(daemon_->log(3), HasSubstr("v"));
}

TEST_F(Actions, ABuiltInOneWarnsOfInputsThatItDoesNotHave) {
    start(a_job({use("docker/setup-buildx-action@v3", {{"drver", {"x", {}}}})}));

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::succeeded) << end.reason;
    EXPECT_THAT(
        daemon_->log(1),
        HasSubstr("##[warning]the action has no input 'drver'; it has: version, name, driver,")
    );
}

TEST_F(Actions, MetadataOfAnImageIsInOutputsAndVariables) {
    auto meta =
        use("docker/metadata-action@v5",
            {{"images", {"Acme/App", {}}},
             {"tags", {"type=raw,value=x\nb", {}}},
             {"sep-tags", {",", {}}},
             {"labels", {"org.opencontainers.image.title=mine\nof={{branch}}=1", {}}}});
    meta.id = "meta";
    const std::string labels = "fromJSON(steps.meta.outputs.json).labels";
    start(a_job(
        {meta,
         a_step(
             "echo '${{ " + labels + "['org.opencontainers.image.title'] }} ${{ " + labels +
             "['org.opencontainers.image.version'] }}'"
         ),
         a_step("echo \"$DOCKER_METADATA_OUTPUT_TAGS $DOCKER_METADATA_OUTPUT_VERSION\""),
         a_step(
             "echo '${{ steps.meta.outputs.tag-names }}' '${{ steps.meta.outputs.labels }}' '${{ "
             "steps.meta.outputs.annotations }}'"
         )}
    ));

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::succeeded) << end.reason;
    EXPECT_EQ(daemon_->log(2), "mine x\n");
    EXPECT_EQ(daemon_->log(3), "acme/app:x,acme/app:b x\n");
    EXPECT_THAT(daemon_->log(4), HasSubstr("x,b of="));
    EXPECT_THAT(daemon_->log(4), HasSubstr("org.opencontainers.image.created=20"));
    EXPECT_THAT(daemon_->log(4), HasSubstr("manifest:org.opencontainers.image.version=x"));
}

}  // namespace
}  // namespace triphammer::runner
