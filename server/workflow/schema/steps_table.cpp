// Tables of `steps`. Source: GitHub's page "Workflow syntax".
#include "workflow/schema/step_rules.hpp"
#include "workflow/schema/words.hpp"

#include <array>

namespace triphammer::workflow {

namespace {

constexpr Shape kId = identifier_shape();
constexpr Shape kIf = condition_shape(&places::kStepIf);
constexpr Shape kStepText = value_shape(&places::kStep);
constexpr Shape kWorkingDirectory = text_shape(&places::kStep);
// No place: GitHub's table has no row for a step's shell.
constexpr Shape kShell = [] {
    Shape shape = text_shape();
    shape.extra = check_shell;
    return shape;
}();
constexpr Shape kUses = text_shape();
constexpr Shape kRun = [] {
    Shape shape = script_shape(&places::kStep);
    shape.extra = check_script;
    return shape;
}();
constexpr Shape kWith = env_shape(&kStepText, &places::kStep);
constexpr Shape kEnv = env_shape(&kStepText, &places::kStep);
constexpr Shape kContinueOnError = boolean_shape(&places::kStep);
constexpr Shape kTimeout = [] {
    Shape shape = number_shape(&places::kStep);
    shape.extra = check_minutes;
    return shape;
}();

constexpr Shape kBackground = boolean_shape();
constexpr Shape kIds = one_or_many_shape(&kId);
constexpr std::array<std::string_view, 1> kTrue{"true"};
constexpr Shape kWaitAll = [] {
    Shape shape = words_shape(kTrue);
    shape.accepts = kEmpty | kBoolean;
    shape.expected = "nothing";
    return shape;
}();

constexpr Key kIdKey{"id", &kId, "The name by which others refer to it"};
constexpr Key kIfKey{"if", &kIf, "Runs only where this is true"};
constexpr Key kNameKey{"name", &kStepText, "The step's name"};
constexpr Key kUsesKey{"uses", &kUses, "An action: OWNER/REPOSITORY@ref, ./path, docker://image"};
constexpr Key kRunKey{"run", &kRun, "A script"};
constexpr Key kShellKey{"shell", &kShell, "bash, sh, python, … or a template with {0}"};
constexpr Key kDirectoryKey{"working-directory", &kWorkingDirectory, "Where the script starts"};
constexpr Key kWithKey{"with", &kWith, "Inputs of the action"};
constexpr Key kEnvKey{"env", &kEnv, "Variables of the step"};
constexpr Key kContinueKey{"continue-on-error", &kContinueOnError, "Its failure does not count"};
constexpr Key kTimeoutKey{"timeout-minutes", &kTimeout, "A whole number"};

constexpr std::array kParallelStepKeys{
    kIdKey,
    kIfKey,
    kNameKey,
    kUsesKey,
    kRunKey,
    kShellKey,
    kDirectoryKey,
    kWithKey,
    kEnvKey,
    kContinueKey,
    kTimeoutKey,
};
constexpr Shape kParallelStep = [] {
    Shape shape = map_shape(kParallelStepKeys);
    shape.expected = "a step with run or uses";
    shape.scope = Scope::step;
    shape.extra = check_step;
    shape.name = "parallel-step";
    return shape;
}();
constexpr Shape kParallel = [] {
    Shape shape = list_shape(&kParallelStep);
    shape.expected = "a list of steps";
    return shape;
}();

constexpr std::array kStepKeys{
    kIdKey,
    kIfKey,
    kNameKey,
    kUsesKey,
    kRunKey,
    kShellKey,
    kDirectoryKey,
    kWithKey,
    kEnvKey,
    kContinueKey,
    kTimeoutKey,
    Key{"background", &kBackground, "The next step begins at once"},
    Key{"wait", &kIds, "Waits for background steps"},
    Key{"wait-all", &kWaitAll, "Waits for all background steps"},
    Key{"cancel", &kId, "Ends a background step"},
    Key{"parallel", &kParallel, "Steps that run together"},
};
constexpr Shape kStep = [] {
    Shape shape = map_shape(kStepKeys);
    shape.expected = "a step: keys such as run and uses";
    shape.scope = Scope::step;
    shape.extra = check_step;
    shape.name = "step";
    return shape;
}();

}  // namespace

constexpr Shape kStepsShape = [] {
    Shape shape = list_shape(&kStep);
    shape.expected = "a list of steps";
    shape.extra = check_steps;
    return shape;
}();

}  // namespace triphammer::workflow
