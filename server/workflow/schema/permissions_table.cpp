// Tables of `permissions` and `concurrency`. Sources: GitHub's pages "Workflow syntax" and "Control
// the concurrency of workflows and jobs".
#include "workflow/schema/words.hpp"

#include <array>

namespace triphammer::workflow {

namespace {

constexpr std::array<std::string_view, 3> kAccessWords{"read", "write", "none"};
constexpr Shape kAccess = words_shape(kAccessWords);
constexpr std::array<std::string_view, 2> kWriteWords{"write", "none"};
constexpr Shape kWriteOnly = words_shape(kWriteWords);
constexpr std::array<std::string_view, 2> kReadWords{"read", "none"};
constexpr Shape kReadOnly = words_shape(kReadWords);

constexpr std::array kPermissionKeys{
    Key{"actions", &kAccess},
    Key{"artifact-metadata", &kAccess},
    Key{"attestations", &kAccess},
    Key{"checks", &kAccess},
    Key{"contents", &kAccess},
    Key{"deployments", &kAccess},
    Key{"discussions", &kAccess},
    Key{"id-token", &kWriteOnly},
    Key{"issues", &kAccess},
    Key{"models", &kReadOnly},
    Key{"packages", &kAccess},
    Key{"pages", &kAccess},
    Key{"pull-requests", &kAccess},
    Key{"repository-projects", &kAccess},
    Key{"security-events", &kAccess},
    Key{"statuses", &kAccess},
    Key{"vulnerability-alerts", &kReadOnly},
};
constexpr std::array<std::string_view, 2> kAllWords{"read-all", "write-all"};

constexpr std::array<std::string_view, 2> kQueueWords{"single", "max"};
constexpr Shape kQueue = words_shape(kQueueWords);

/// The two levels differ in their contexts only.
template <const Place& place>
struct Concurrency {
    static constexpr Shape kGroup = text_shape(&place);
    static constexpr Shape kCancel = boolean_shape(&place);
    static constexpr std::array kKeys{
        Key{"group", &kGroup, "Names the group; case does not count", true},
        Key{"cancel-in-progress", &kCancel, "Cancel the one that is under way"},
        Key{"queue", &kQueue, "single: the newest waits; max: all wait, in order"},
    };
    static constexpr Shape kShape = [] {
        Shape shape = map_shape(kKeys);
        shape.accepts = kText | kMap;
        shape.expected = "a group, or keys such as group and cancel-in-progress";
        shape.place = &place;
        shape.name = place.key == "concurrency" ? "concurrency" : "job-concurrency";
        return shape;
    }();
};

}  // namespace

constexpr Shape kPermissionsShape = [] {
    Shape shape = map_shape(kPermissionKeys);
    shape.accepts = kText | kMap;
    shape.expected = "read-all, write-all or a list of permissions";
    shape.words = kAllWords;
    shape.name = "permissions";
    return shape;
}();

constexpr Shape kWorkflowConcurrencyShape = Concurrency<places::kConcurrency>::kShape;
constexpr Shape kJobConcurrencyShape = Concurrency<places::kJobConcurrency>::kShape;

}  // namespace triphammer::workflow
