// Tables of `jobs`. Source: GitHub's page "Workflow syntax"; `stage`, `retry`, `reports`,
// `resources`, `hold-on-failure` and the kinds image, deploy, terraform and approve are ours.
#include "workflow/schema/job_rules.hpp"
#include "workflow/schema/step_rules.hpp"
#include "workflow/schema/words.hpp"

#include <array>

namespace triphammer::workflow {

namespace {

constexpr Shape kName = value_shape(&places::kJobName);
constexpr Shape kNeed = identifier_shape();
constexpr Shape kNeeds = one_or_many_shape(&kNeed);
constexpr Shape kIf = condition_shape(&places::kJobIf);

constexpr Shape kLabel = text_shape(&places::kJobRunsOn);
constexpr Shape kLabels = one_or_many_shape(&kLabel);
constexpr std::array kRunsOnKeys{
    Key{"group", &kLabel, "A group of runners; counts as one more label"},
    Key{"labels", &kLabels, "Labels of a runner"},
};
constexpr Shape kRunsOn = [] {
    Shape shape = one_or_many_shape(&kLabel);
    shape.accepts = kText | kList | kMap;
    shape.expected = "a label or a list of labels";
    shape.keys = kRunsOnKeys;
    shape.extra = check_runs_on;
    return shape;
}();

constexpr Shape kEnvironmentName = text_shape(&places::kJobEnvironment);
constexpr Shape kEnvironmentUrl = value_shape(&places::kJobEnvironmentUrl);
constexpr Shape kEnvironmentDeployment = boolean_shape(&places::kJobEnvironment);
constexpr std::array kEnvironmentKeys{
    Key{"name", &kEnvironmentName, "The environment", true},
    Key{"url", &kEnvironmentUrl, "Where to look at it"},
    Key{"deployment",
        &kEnvironmentDeployment,
        "Whether this is a deployment",
        false,
        "jobs.environment.deployment"},
};
constexpr Shape kEnvironment = [] {
    Shape shape = map_shape(kEnvironmentKeys);
    shape.accepts = kText | kMap;
    shape.expected = "a name, or name and url";
    shape.place = &places::kJobEnvironment;
    return shape;
}();

constexpr Shape kEnvValue = value_shape(&places::kJobEnv);
constexpr Shape kEnv = env_shape(&kEnvValue, &places::kJobEnv);
constexpr Shape kOutput = value_shape(&places::kJobOutputs);
constexpr Shape kOutputs = [] {
    Shape shape = free_map_shape(&kOutput);
    shape.key = TextKind::identifier;
    return shape;
}();
constexpr Shape kTimeout = number_shape(&places::kJobTimeout);
constexpr Shape kContinueOnError = boolean_shape(&places::kJobContinueOnError);

constexpr Shape kDefaultText = text_shape(&places::kJobDefaults);
constexpr Shape kDefaultShell = [] {
    Shape shape = text_shape(&places::kJobDefaults);
    shape.extra = check_shell;
    return shape;
}();
constexpr std::array kDefaultsRunKeys{
    Key{"shell", &kDefaultShell, "The shell of run steps"},
    Key{"working-directory", &kDefaultText, "Where run steps start"},
};
constexpr Shape kDefaultsRun = [] {
    Shape shape = map_shape(kDefaultsRunKeys);
    shape.place = &places::kJobDefaults;
    return shape;
}();
constexpr std::array kDefaultsKeys{Key{"run", &kDefaultsRun, "Of the job's run steps"}};
constexpr Shape kDefaults = map_shape(kDefaultsKeys);

constexpr Shape kSnapshotName = text_shape();
constexpr std::array kSnapshotKeys{
    Key{"image-name", &kSnapshotName, {}, true},
    Key{"version", &kSnapshotName},
};
constexpr Shape kSnapshot = [] {
    Shape shape = map_shape(kSnapshotKeys);
    shape.accepts = kText | kMap;
    return shape;
}();

constexpr Shape kUses = [] {
    Shape shape = text_shape();
    shape.expected = "a workflow: ./path or OWNER/REPOSITORY/path@ref";
    shape.extra = check_called_path;
    return shape;
}();
constexpr Shape kWithValue = value_shape(&places::kJobWith);
constexpr Shape kWith = free_map_shape(&kWithValue);
constexpr Shape kSecretValue = value_shape(&places::kJobSecrets);
constexpr std::array<std::string_view, 1> kInherit{"inherit"};
constexpr Shape kSecrets = [] {
    Shape shape = free_map_shape(&kSecretValue);
    shape.accepts = kText | kMap;
    shape.expected = "inherit, or secrets with their values";
    shape.words = kInherit;
    return shape;
}();

constexpr Shape kStage = identifier_shape();
constexpr Shape kHold = [] {
    Shape shape = duration_shape(nullptr);
    shape.accepts = kText | kBoolean;
    shape.expected = "a duration such as 30m";
    return shape;
}();

constexpr std::array kJobKeys{
    Key{"name", &kName, "The job's name; its key without one"},
    Key{"needs", &kNeeds, "The jobs that must have succeeded before"},
    Key{"if", &kIf, "Runs only where this is true"},
    Key{"runs-on", &kRunsOn, "Labels of the runner"},
    Key{"permissions", &kPermissionsShape, "What GITHUB_TOKEN may do"},
    Key{"environment", &kEnvironment, "What it deploys to"},
    Key{"concurrency",
        &kJobConcurrencyShape,
        "Only one job of a group at a time",
        false,
        "jobs.concurrency"},
    Key{"outputs", &kOutputs, "What later jobs read as needs.JOB.outputs"},
    Key{"env", &kEnv, "Variables of its steps"},
    Key{"defaults", &kDefaults, "Defaults of its steps"},
    Key{"timeout-minutes", &kTimeout, "360 without one"},
    Key{"continue-on-error", &kContinueOnError, "Its failure does not fail the run"},
    Key{"strategy", &kStrategyShape, "Variants of the job", false, "jobs.strategy"},
    Key{"container", &kContainerShape, "The image its steps run in"},
    Key{"services", &kServicesShape, "Containers beside its steps"},
    Key{"snapshot", &kSnapshot, "GitHub's own machines only", false, "jobs.snapshot"},
    Key{"steps", &kStepsShape, "What it does, one after another"},
    Key{"uses", &kUses, "A reusable workflow to run as this job", false, "jobs.uses"},
    Key{"with", &kWith, "Inputs of that workflow", false, "jobs.uses"},
    Key{"secrets", &kSecrets, "Secrets for that workflow, or inherit", false, "jobs.uses"},
    Key{"image", &kImageShape, "Builds and pushes an image"},
    Key{"deploy", &kDeployShape, "Deploys an image"},
    Key{"terraform", &kTerraformShape, "Plans or applies infrastructure"},
    Key{"approve", &kApproveShape, "Waits for people", false, "jobs.approve"},
    Key{"stage", &kStage, "The column on the run page"},
    Key{"retry", &kRetryShape, "Tries again"},
    Key{"reports", &kReportsShape, "Results to show on the run page", false, "jobs.reports"},
    Key{"resources", &kResourcesShape, "Limits"},
    Key{"hold-on-failure", &kHold, "Keeps the failed job's folders for a look"},
};

constexpr Shape kJob = [] {
    Shape shape = map_shape(kJobKeys);
    shape.expected = "a job: keys such as runs-on and steps";
    shape.scope = Scope::job;
    shape.extra = check_job;
    shape.name = "job";
    return shape;
}();

void check_jobs(const Node& jobs, Report& report) {
    if (jobs.entries.empty()) report.error("missing-value", jobs.at, "'jobs' names no job");
}

}  // namespace

constexpr Shape kJobsShape = [] {
    Shape shape = free_map_shape(&kJob);
    shape.expected = "jobs by name";
    shape.key = TextKind::identifier;
    shape.extra = check_jobs;
    return shape;
}();

}  // namespace triphammer::workflow
