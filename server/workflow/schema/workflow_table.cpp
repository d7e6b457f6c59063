// Tables of the top level. Source: GitHub's page "Workflow syntax"; `notify` is ours.
#include "workflow/schema/step_rules.hpp"
#include "workflow/schema/words.hpp"

#include <array>

namespace triphammer::workflow {

namespace {

constexpr Shape kName = [] {
    Shape shape = text_shape();
    shape.accepts = kText | kEmpty;
    shape.may_be_blank = true;
    return shape;
}();
constexpr Shape kRunName = value_shape(&places::kRunName);
constexpr Shape kEnvValue = value_shape(&places::kEnv);
constexpr Shape kEnv = env_shape(&kEnvValue, &places::kEnv);

// At the top no expressions: GitHub's table names no place for them.
constexpr Shape kDefaultText = text_shape();
constexpr Shape kDefaultShell = [] {
    Shape shape = text_shape();
    shape.extra = check_shell;
    return shape;
}();
constexpr std::array kDefaultsRunKeys{
    Key{"shell", &kDefaultShell, "The shell of run steps"},
    Key{"working-directory", &kDefaultText, "Where run steps start"},
};
constexpr Shape kDefaultsRun = map_shape(kDefaultsRunKeys);
constexpr std::array kDefaultsKeys{Key{"run", &kDefaultsRun, "Of all run steps"}};
constexpr Shape kDefaults = map_shape(kDefaultsKeys);

constexpr std::array<std::string_view, 5> kOutcomes{
    "success", "failure", "recovery", "cancelled", "always"};
constexpr Shape kOutcome = words_shape(kOutcomes);
constexpr Shape kOutcomeList = one_or_many_shape(&kOutcome);

constexpr std::array kWorkflowKeys{
    Key{"name", &kName, "The workflow's name; its path without one"},
    Key{"run-name", &kRunName, "The title of its runs"},
    Key{"on", &kOnShape, "The events that start it", true},
    Key{"permissions", &kPermissionsShape, "What GITHUB_TOKEN may do"},
    Key{"env", &kEnv, "Variables of all steps"},
    Key{"defaults", &kDefaults, "Defaults of all jobs"},
    Key{"concurrency",
        &kWorkflowConcurrencyShape,
        "Only one run of a group at a time",
        false,
        "concurrency"},
    Key{"jobs", &kJobsShape, "The jobs, by name", true},
    Key{"notify", &kNotifyShape, "Who hears of its outcome"},
};

}  // namespace

constexpr Shape kNotifyShape = [] {
    Shape shape = free_map_shape(&kOutcomeList);
    shape.expected = "channels with the outcomes that they hear of";
    shape.key = TextKind::identifier;
    return shape;
}();

constexpr Shape kWorkflowShape = [] {
    Shape shape = map_shape(kWorkflowKeys);
    shape.expected = "a workflow: keys such as on and jobs";
    return shape;
}();

}  // namespace triphammer::workflow
