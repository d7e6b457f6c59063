// Tables of `jobs`. Source: GitHub's page "Workflow syntax"; `image`, `deploy` and `stage` are
// ours.
#include "workflow/checker.hpp"
#include "workflow/places.hpp"
#include "workflow/words.hpp"

#include <array>

namespace triphammer::workflow {

namespace {

constexpr Shape kName = text_shape(&places::kJobName);
constexpr Shape kNeed = [] {
    Shape shape = text_shape();
    shape.text = TextKind::identifier;
    return shape;
}();
constexpr Shape kNeeds = one_or_many_shape(&kNeed);
constexpr Shape kIf = condition_shape(&places::kJobIf);
constexpr Shape kLabel = text_shape(&places::kJobRunsOn);

constexpr std::array kRunsOnKeys{
    Key{"group", &kAnythingShape, Support::not_yet, false, "name labels instead"},
    Key{"labels", &kAnythingShape, Support::not_yet, false, "write them at runs-on itself"},
};
constexpr Shape kRunsOn = [] {
    Shape shape = one_or_many_shape(&kLabel);
    shape.accepts = kText | kList | kMap;
    shape.expected = "a label or a list of labels";
    shape.keys = kRunsOnKeys;
    return shape;
}();

constexpr Shape kEnvironmentName = text_shape(&places::kJobEnvironment);
constexpr Shape kEnvironmentUrl = text_shape(&places::kJobEnvironmentUrl);
constexpr std::array kEnvironmentKeys{
    Key{"name", &kEnvironmentName, Support::yes, true},
    Key{"url", &kEnvironmentUrl},
    Key{"deployment", &kAnythingShape, Support::not_yet},
};
constexpr Shape kEnvironment = [] {
    Shape shape = map_shape(kEnvironmentKeys);
    shape.accepts = kText | kMap;
    shape.expected = "a name, or name and url";
    shape.place = &places::kJobEnvironment;
    return shape;
}();

constexpr Shape kEnvValue = value_shape(&places::kJobEnv);
constexpr Shape kEnv = free_map_shape(&kEnvValue);
constexpr Shape kOutput = value_shape(&places::kJobOutputs);
constexpr Shape kOutputs = [] {
    Shape shape = free_map_shape(&kOutput);
    shape.key = TextKind::identifier;
    return shape;
}();
constexpr Shape kTimeout = number_shape(&places::kJobTimeout);
constexpr Shape kContinueOnError = boolean_shape(&places::kJobContinueOnError);

constexpr Shape kDefaultText = text_shape(&places::kJobDefaults);
constexpr std::array kDefaultsRunKeys{
    Key{"shell", &kDefaultText},
    Key{"working-directory", &kDefaultText},
};
constexpr Shape kDefaultsRun = map_shape(kDefaultsRunKeys);
constexpr std::array kDefaultsKeys{Key{"run", &kDefaultsRun}};
constexpr Shape kDefaults = map_shape(kDefaultsKeys);

constexpr Shape kContainerImage = value_shape(&places::kContainer);
constexpr Shape kContainerEnvValue = value_shape(&places::kContainerEnv);
constexpr Shape kContainerEnv = free_map_shape(&kContainerEnvValue);
constexpr Shape kCredential = text_shape(&places::kContainerCredentials);
constexpr std::array kCredentialKeys{
    Key{"username", &kCredential, Support::yes, true},
    Key{"password", &kCredential, Support::yes, true},
};
constexpr Shape kCredentials = map_shape(kCredentialKeys);
constexpr std::array kContainerKeys{
    Key{"image", &kContainerImage, Support::yes, true},
    Key{"credentials", &kCredentials},
    Key{"env", &kContainerEnv},
    Key{"ports", &kAnythingShape, Support::not_yet},
    Key{"volumes", &kAnythingShape, Support::not_yet},
    Key{"options", &kAnythingShape, Support::not_yet},
};
constexpr Shape kContainer = [] {
    Shape shape = map_shape(kContainerKeys);
    shape.accepts = kText | kMap;
    shape.expected = "an image, or keys with values";
    shape.place = &places::kContainer;
    shape.may_be_blank = true;
    return shape;
}();

constexpr Shape kStage = [] {
    Shape shape = text_shape();
    shape.text = TextKind::identifier;
    return shape;
}();

constexpr std::string_view kNoMatrix = "write one job for each variant";

constexpr std::array kJobKeys{
    Key{"name", &kName},
    Key{"needs", &kNeeds},
    Key{"if", &kIf},
    Key{"runs-on", &kRunsOn},
    Key{"permissions", &kPermissionsShape},
    Key{"environment", &kEnvironment},
    Key{"outputs", &kOutputs},
    Key{"env", &kEnv},
    Key{"defaults", &kDefaults},
    Key{"timeout-minutes", &kTimeout},
    Key{"continue-on-error", &kContinueOnError},
    Key{"container", &kContainer},
    Key{"steps", &kStepsShape},
    Key{"image", &kImageShape},
    Key{"deploy", &kDeployShape},
    Key{"stage", &kStage},
    Key{"strategy", &kAnythingShape, Support::not_yet, false, kNoMatrix},
    Key{"services", &kAnythingShape, Support::not_yet},
    Key{"concurrency", &kAnythingShape, Support::not_yet},
    Key{"uses", &kAnythingShape, Support::not_yet, false, "write the steps into this job"},
    Key{"with", &kAnythingShape, Support::not_yet},
    Key{"secrets", &kAnythingShape, Support::not_yet},
    Key{"snapshot", &kAnythingShape, Support::not_yet},
    Key{"terraform", &kAnythingShape, Support::not_yet, false, "run it as a step"},
    Key{"approve", &kAnythingShape, Support::not_yet},
    Key{"retry", &kAnythingShape, Support::not_yet},
    Key{"reports", &kAnythingShape, Support::not_yet},
    Key{"resources", &kAnythingShape, Support::not_yet},
    Key{"hold-on-failure", &kAnythingShape, Support::not_yet},
};

/// The keys that say what a job is.
constexpr std::array<std::string_view, 6> kKinds{
    "steps", "image", "deploy", "terraform", "approve", "uses"};
/// Keys that only a job of steps has.
constexpr std::array<std::string_view, 3> kStepsOnly{"container", "defaults", "outputs"};

std::vector<std::string> kinds_of(const Node& job) {
    std::vector<std::string> found;
    for (const auto kind : kKinds) {
        if (job.find(kind) != nullptr) found.emplace_back(kind);
    }
    return found;
}

void check_job(const Node& job, Checker& checker) {
    const auto kinds = kinds_of(job);
    auto& report = checker.report();
    if (kinds.empty()) {
        return report.error(
            "job-kind", job.at, "this job does nothing", "add steps, image or deploy"
        );
    }
    if (kinds.size() > 1) {
        return report.error(
            "job-kind",
            job.at,
            "a job is one thing: it has both " + kinds[0] + " and " + kinds[1],
            "make two jobs of it, the second with needs"
        );
    }
    const auto* labels = job.find("runs-on");
    if (labels != nullptr && labels->kind == NodeKind::sequence && labels->items.empty()) {
        report.error("missing-value", labels->at, "'runs-on' names no label", "runs-on: host");
    }
    if (kinds[0] == "steps" && labels == nullptr) {
        report.error(
            "missing-key", job.at, "a job with steps needs the key 'runs-on'", "runs-on: host"
        );
    }
    if (kinds[0] != "image" && kinds[0] != "deploy") return;
    for (const auto key : kStepsOnly) {
        const auto* node = job.find(key);
        if (node == nullptr) continue;
        report.error(
            "wrong-place",
            node->at,
            show(key) + " belongs to a job with steps, not with " + kinds[0]
        );
    }
}

constexpr Shape kJob = [] {
    Shape shape = map_shape(kJobKeys);
    shape.expected = "a job: keys such as runs-on and steps";
    shape.extra = check_job;
    return shape;
}();

}  // namespace

constexpr Shape kJobsShape = [] {
    Shape shape = free_map_shape(&kJob);
    shape.expected = "jobs by name";
    shape.key = TextKind::identifier;
    return shape;
}();

}  // namespace triphammer::workflow
