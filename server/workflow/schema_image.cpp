// Tables of our own kinds of job: `image` and `deploy`.
#include "workflow/checker.hpp"
#include "workflow/places.hpp"
#include "workflow/words.hpp"

#include <array>

namespace triphammer::workflow {

namespace {

constexpr Shape kImageText = text_shape(&places::kImage);
constexpr Shape kImageTags = one_or_many_shape(&kImageText);
constexpr Shape kImageValue = value_shape(&places::kImage);
constexpr Shape kImagePairs = free_map_shape(&kImageValue);
constexpr Shape kPush = boolean_shape(&places::kImage);
constexpr std::array kImageCredentialKeys{
    Key{"username", &kImageText, Support::yes, true},
    Key{"password", &kImageText, Support::yes, true},
};
constexpr Shape kImageCredentials = map_shape(kImageCredentialKeys);

constexpr std::array kImageKeys{
    Key{"context", &kImageText},
    Key{"file", &kImageText},
    Key{"target", &kImageText},
    Key{"tags", &kImageTags, Support::yes, true},
    Key{"build-args", &kImagePairs},
    Key{"labels", &kImagePairs},
    Key{"push", &kPush},
    Key{"credentials", &kImageCredentials},
    Key{"platforms", &kAnythingShape, Support::not_yet},
    Key{"secrets", &kAnythingShape, Support::not_yet},
    Key{"cache", &kAnythingShape, Support::not_yet},
};

constexpr Shape kDeployText = text_shape(&places::kDeploy);
constexpr Shape kScript = script_shape(&places::kDeploy);
constexpr Shape kTexts = one_or_many_shape(&kDeployText);
constexpr Shape kValue = value_shape(&places::kDeploy);
constexpr Shape kPairs = free_map_shape(&kValue);
constexpr Shape kDuration = duration_shape(&places::kDeploy);
constexpr Shape kNumber = number_shape(&places::kDeploy);

constexpr std::array<std::string_view, 1> kTargets{"container"};
constexpr std::array<std::string_view, 7> kOtherTargets{
    "compose", "swarm", "ecs", "alb", "apprunner", "ssh", "exec"};

/// Known drivers that are not there yet are told apart from spelling mistakes.
void check_target(const Node& node, Checker& checker) {
    for (const auto known : kTargets) {
        if (node.text == known) return;
    }
    for (const auto other : kOtherTargets) {
        if (node.text != other) continue;
        return checker.report().error(
            "unsupported",
            node.at,
            "deploying to " + node.text + " is not supported yet",
            "to: container"
        );
    }
    checker.report().error(
        "unknown-value", node.at, "unknown value " + show(node.text) + " of 'to'", "to: container"
    );
}

constexpr Shape kTo = [] {
    Shape shape = text_shape();
    shape.extra = check_target;
    return shape;
}();

constexpr std::array<std::string_view, 4> kStrategies{
    "rolling", "blue-green", "canary", "recreate"};
constexpr Shape kStrategy = words_shape(kStrategies);
constexpr std::array<std::string_view, 2> kOnFailures{"rollback", "keep"};
constexpr Shape kOnFailure = words_shape(kOnFailures);
constexpr std::array<std::string_view, 3> kSwitches{"nginx", "kamal-proxy", "alias"};
constexpr Shape kSwitch = words_shape(kSwitches);

constexpr std::array kHealthKeys{
    Key{"http", &kDeployText},
    Key{"tcp", &kNumber},
    Key{"command", &kScript},
    Key{"port", &kNumber},
    Key{"interval", &kDuration},
    Key{"timeout", &kDuration},
    Key{"for", &kDuration},
};
constexpr Shape kHealth = map_shape(kHealthKeys);

constexpr Shape kSecret = value_shape(&places::kDeploy);
constexpr Shape kSecretName = [] {
    Shape shape = text_shape();
    shape.text = TextKind::identifier;
    return shape;
}();
/// Names alone, or variables with their values.
constexpr Shape kSecrets = [] {
    Shape shape = free_map_shape(&kSecret);
    shape.accepts = kMap | kList;
    shape.expected = "names of secrets, or variables with their values";
    shape.item = &kSecretName;
    return shape;
}();

constexpr std::array kDeployCredentialKeys{
    Key{"username", &kDeployText, Support::yes, true},
    Key{"password", &kDeployText, Support::yes, true},
};
constexpr Shape kDeployCredentials = map_shape(kDeployCredentialKeys);

constexpr std::array kDeployKeys{
    Key{"to", &kTo, Support::yes, true},
    Key{"service", &kDeployText, Support::yes, true},
    Key{"image", &kDeployText, Support::yes, true},
    Key{"strategy", &kStrategy},
    Key{"on-failure", &kOnFailure},
    Key{"before", &kScript},
    Key{"health", &kHealth},
    Key{"verify", &kHealth},
    Key{"ports", &kTexts},
    Key{"env", &kPairs},
    Key{"secrets", &kSecrets},
    Key{"volumes", &kTexts},
    Key{"networks", &kTexts},
    Key{"command", &kScript},
    Key{"replicas", &kNumber},
    Key{"switch", &kSwitch},
    Key{"keep-previous", &kDuration},
    Key{"drain", &kDuration},
    Key{"credentials", &kDeployCredentials},
    Key{"retire", &kAnythingShape, Support::not_yet},
    Key{"file", &kAnythingShape, Support::not_yet},
    Key{"host", &kAnythingShape, Support::not_yet},
    Key{"cluster", &kAnythingShape, Support::not_yet},
    Key{"task-definition", &kAnythingShape, Support::not_yet},
    Key{"container", &kAnythingShape, Support::not_yet},
    Key{"bake", &kAnythingShape, Support::not_yet},
    Key{"listener", &kAnythingShape, Support::not_yet},
    Key{"weights", &kAnythingShape, Support::not_yet},
    Key{"run", &kAnythingShape, Support::not_yet},
};

}  // namespace

constexpr Shape kImageShape = [] {
    Shape shape = map_shape(kImageKeys);
    shape.expected = "what to build: keys such as context and tags";
    return shape;
}();

constexpr Shape kDeployShape = [] {
    Shape shape = map_shape(kDeployKeys);
    shape.expected = "what to deploy: keys such as to, service and image";
    return shape;
}();

}  // namespace triphammer::workflow
