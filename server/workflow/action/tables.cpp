#include "workflow/action/tables.hpp"

#include "workflow/schema/step_rules.hpp"
#include "workflow/schema/words.hpp"

#include <array>

namespace triphammer::workflow {

namespace {

constexpr Place kDefault = places::place(
    "inputs.<input_id>.default", "github, strategy, matrix, job, runner", "hashFiles"
);
constexpr std::string_view kSeen = "github, inputs, strategy, matrix, steps, job, runner, env";
constexpr Place kInner = places::place("runs.steps", kSeen, places::kHash);
constexpr Place kInnerIf = places::place("runs.steps.if", kSeen, places::kStatusAndHash);
constexpr Place kOutput = places::place("outputs.<output_id>.value", kSeen);
constexpr Place kHookIf = places::place(
    "runs.pre-if, runs.post-if",
    "github, strategy, matrix, job, runner, env",
    places::kStatusAndHash
);
constexpr Place kContainer = places::place("runs.args, runs.env", "inputs");

constexpr Shape kText = text_shape();
constexpr Shape kBlank = value_shape(nullptr);

// inputs, outputs
constexpr Shape kFallback = value_shape(&kDefault);
constexpr std::array kInputKeys{
    Key{"description", &kBlank, "What it is"},
    Key{"required", &kBlank, "Whether the action needs it"},
    Key{"default", &kFallback, "Its value where none is given"},
    Key{"deprecationMessage", &kBlank, "Shown to those who still use it"},
};
constexpr Shape kInput = [] {
    Shape shape = map_shape(kInputKeys);
    shape.accepts = kMap | kEmpty;
    return shape;
}();
constexpr Shape kInputs = [] {
    Shape shape = free_map_shape(&kInput);
    shape.accepts = kMap | kEmpty;
    return shape;
}();
constexpr Shape kValue = value_shape(&kOutput);
constexpr std::array kOutputKeys{
    Key{"description", &kBlank, "What it is"},
    Key{"value", &kValue, "How it is made from the steps"},
};
constexpr Shape kOneOutput = [] {
    Shape shape = map_shape(kOutputKeys);
    shape.accepts = kMap | kEmpty;
    return shape;
}();
constexpr Shape kOutputs = [] {
    Shape shape = free_map_shape(&kOneOutput);
    shape.accepts = kMap | kEmpty;
    return shape;
}();

// runs.steps
constexpr Shape kId = identifier_shape();
constexpr Shape kIf = condition_shape(&kInnerIf);
constexpr Shape kStepText = value_shape(&kInner);
constexpr Shape kStepPath = text_shape(&kInner);
constexpr Shape kRun = [] {
    Shape shape = script_shape(&kInner);
    shape.extra = check_script;
    return shape;
}();
constexpr Shape kShell = [] {
    Shape shape = text_shape(&kInner);
    shape.extra = check_shell;
    return shape;
}();
constexpr Shape kWith = env_shape(&kStepText, &kInner);
constexpr Shape kEnv = env_shape(&kStepText, &kInner);
constexpr Shape kContinueOnError = boolean_shape(&kInner);

/// A shell is not guessed here: an action runs in workflows of all kinds.
void check_inner_step(const Node& step, Report& report) {
    check_step(step, report);
    if (step.find("run") == nullptr || step.find("shell") != nullptr) return;
    report.error("missing-key", step.at, "a step with run needs the key 'shell' in an action");
}

constexpr std::array kStepKeys{
    Key{"id", &kId, "The name by which others refer to it"},
    Key{"if", &kIf, "Runs only where this is true"},
    Key{"name", &kStepText, "The step's name"},
    Key{"uses", &kText, "An action: OWNER/REPOSITORY@ref, ./path, docker://image"},
    Key{"run", &kRun, "A script"},
    Key{"shell", &kShell, "bash, sh, python, … or a template with {0}"},
    Key{"working-directory", &kStepPath, "Where the script starts"},
    Key{"with", &kWith, "Inputs of the action"},
    Key{"env", &kEnv, "Variables of the step"},
    Key{"continue-on-error", &kContinueOnError, "Its failure does not count"},
};
constexpr Shape kStep = [] {
    Shape shape = map_shape(kStepKeys);
    shape.expected = "a step: keys such as run and uses";
    shape.scope = Scope::step;
    shape.extra = check_inner_step;
    return shape;
}();
constexpr Shape kSteps = [] {
    Shape shape = list_shape(&kStep);
    shape.expected = "a list of steps";
    shape.extra = check_steps;
    return shape;
}();

constexpr std::array kCompositeKeys{
    Key{"using", &kText, "composite", true},
    Key{"steps", &kSteps, "What the action does", true},
};

// Programs and images
constexpr Shape kHookCondition = condition_shape(&kHookIf);
constexpr std::array kNodeKeys{
    Key{"using", &kText, "node20, node24", true},
    Key{"main", &kText, "The program", true},
    Key{"pre", &kText, "A program at the start of the job"},
    Key{"pre-if", &kHookCondition, "When it runs"},
    Key{"post", &kText, "A program at the end of the job"},
    Key{"post-if", &kHookCondition, "When it runs"},
};
constexpr Shape kContainerText = value_shape(&kContainer);
constexpr Shape kArguments = list_shape(&kContainerText);
constexpr Shape kContainerEnv = env_shape(&kContainerText, &kContainer);
constexpr std::array kDockerKeys{
    Key{"using", &kText, "docker", true},
    Key{"image", &kText, "Dockerfile, or docker://IMAGE", true},
    Key{"args", &kArguments, "Arguments of the entrypoint"},
    Key{"env", &kContainerEnv, "Variables"},
    Key{"entrypoint", &kText, "In the place of the image's own"},
    Key{"pre-entrypoint", &kText, "A program at the start of the job"},
    Key{"pre-if", &kHookCondition, "When it runs"},
    Key{"post-entrypoint", &kText, "A program at the end of the job"},
    Key{"post-if", &kHookCondition, "When it runs"},
};

/// Checked a second time, by the table of its kind.
constexpr std::array kRootKeys{
    Key{"name", &kText, "The action's name"},
    Key{"author", &kBlank, "Who made it"},
    Key{"description", &kBlank, "What it does"},
    Key{"inputs", &kInputs, "What it takes"},
    Key{"outputs", &kOutputs, "What it gives"},
    Key{"runs", &kAnythingShape, "How it works", true},
    Key{"branding", &kAnythingShape, "Its badge"},
};

}  // namespace

constexpr Shape kActionShape = map_shape(kRootKeys);
constexpr Shape kCompositeRunsShape = map_shape(kCompositeKeys);
constexpr Shape kNodeRunsShape = map_shape(kNodeKeys);
constexpr Shape kDockerRunsShape = map_shape(kDockerKeys);

}  // namespace triphammer::workflow
