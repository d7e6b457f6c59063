// Tables of the top level, and of permissions. Source: GitHub's page "Workflow syntax".
#include "workflow/places.hpp"
#include "workflow/words.hpp"

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
constexpr Shape kEnv = free_map_shape(&kEnvValue);

// At the top no expressions: GitHub's table names no place for them.
constexpr Shape kDefaultText = text_shape();
constexpr std::array kDefaultsRunKeys{
    Key{"shell", &kDefaultText},
    Key{"working-directory", &kDefaultText},
};
constexpr Shape kDefaultsRun = map_shape(kDefaultsRunKeys);
constexpr std::array kDefaultsKeys{Key{"run", &kDefaultsRun}};
constexpr Shape kDefaults = map_shape(kDefaultsKeys);

constexpr std::array<std::string_view, 3> kAccessWords{"read", "write", "none"};
constexpr Shape kAccess = words_shape(kAccessWords);
constexpr std::array kPermissionKeys{
    Key{"actions", &kAccess},
    Key{"artifact-metadata", &kAccess},
    Key{"attestations", &kAccess},
    Key{"checks", &kAccess},
    Key{"contents", &kAccess},
    Key{"deployments", &kAccess},
    Key{"discussions", &kAccess},
    Key{"id-token", &kAccess},
    Key{"issues", &kAccess},
    Key{"models", &kAccess},
    Key{"packages", &kAccess},
    Key{"pages", &kAccess},
    Key{"pull-requests", &kAccess},
    Key{"repository-projects", &kAccess},
    Key{"security-events", &kAccess},
    Key{"statuses", &kAccess},
};
constexpr std::array<std::string_view, 2> kAllWords{"read-all", "write-all"};

constexpr std::string_view kNoConcurrency =
    "remove it: every run starts; deployments to one environment still wait for each other";

constexpr std::array kWorkflowKeys{
    Key{"name", &kName},
    Key{"run-name", &kRunName},
    Key{"on", &kOnShape, Support::yes, true},
    Key{"permissions", &kPermissionsShape},
    Key{"env", &kEnv},
    Key{"defaults", &kDefaults},
    Key{"concurrency", &kAnythingShape, Support::not_yet, false, kNoConcurrency},
    Key{"jobs", &kJobsShape, Support::yes, true},
    Key{"notify", &kAnythingShape, Support::not_yet},
};

}  // namespace

constexpr Shape kPermissionsShape = [] {
    Shape shape = map_shape(kPermissionKeys);
    shape.accepts = kText | kMap;
    shape.expected = "read-all, write-all or a list of permissions";
    shape.words = kAllWords;
    return shape;
}();

constexpr Shape kWorkflowShape = [] {
    Shape shape = map_shape(kWorkflowKeys);
    shape.expected = "a workflow: keys such as on and jobs";
    return shape;
}();

}  // namespace triphammer::workflow
