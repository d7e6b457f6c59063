// Tables of `container`, `services` and `strategy`. Source: GitHub's page "Workflow syntax";
// `ready` is ours.
#include "workflow/schema/container_rules.hpp"
#include "workflow/schema/matrix.hpp"
#include "workflow/schema/words.hpp"

#include <array>

namespace triphammer::workflow {

namespace {

constexpr Shape with_rule(Shape shape, Rule rule) {
    shape.extra = rule;
    return shape;
}

constexpr Shape kContainerPort = with_rule(text_shape(&places::kContainer), check_port);
constexpr Shape kContainerPorts = one_or_many_shape(&kContainerPort);
constexpr Shape kContainerVolume = with_rule(text_shape(&places::kContainer), check_volume);
constexpr Shape kContainerVolumes = one_or_many_shape(&kContainerVolume);
constexpr Shape kContainerImage = value_shape(&places::kContainerImage);
constexpr Shape kContainerOptions =
    with_rule(value_shape(&places::kContainer), check_container_options);
constexpr Shape kContainerEnvValue = value_shape(&places::kContainerEnv);
constexpr Shape kContainerEnv = env_shape(&kContainerEnvValue, &places::kContainerEnv);

template <const Place& place>
struct Credentials {
    static constexpr Shape kValue = text_shape(&place);
    static constexpr std::array kKeys{
        Key{"username", &kValue, {}, true},
        Key{"password", &kValue, {}, true},
    };
    static constexpr Shape kShape = [] {
        Shape shape = map_shape(kKeys);
        shape.place = &place;
        return shape;
    }();
};

constexpr std::string_view kAboutPorts = "Ports to open: 80, '8080:80', '53/udp'";
constexpr std::string_view kAboutVolumes = "NAME:/path, NAME:/path:ro or /path";
constexpr std::string_view kAboutOptions = "Options of docker create";

constexpr std::array kContainerKeys{
    Key{"image", &kContainerImage, "The image", true},
    Key{"credentials", &Credentials<places::kContainerCredentials>::kShape, "For its registry"},
    Key{"env", &kContainerEnv, "Variables in the container"},
    Key{"ports", &kContainerPorts, kAboutPorts},
    Key{"volumes", &kContainerVolumes, kAboutVolumes},
    Key{"options", &kContainerOptions, kAboutOptions},
};

constexpr Shape kServiceText = text_shape(&places::kServices);
constexpr Shape kServiceValue = value_shape(&places::kServices);
constexpr Shape kServicePort = with_rule(text_shape(&places::kServices), check_port);
constexpr Shape kServicePorts = one_or_many_shape(&kServicePort);
constexpr Shape kServiceVolume = with_rule(text_shape(&places::kServices), check_volume);
constexpr Shape kServiceVolumes = one_or_many_shape(&kServiceVolume);
constexpr Shape kServiceOptions = with_rule(value_shape(&places::kServices), check_service_options);
constexpr Shape kServiceEnvValue = value_shape(&places::kServiceEnv);
constexpr Shape kServiceEnv = env_shape(&kServiceEnvValue, &places::kServiceEnv);
constexpr std::array kServiceKeys{
    Key{"image", &kServiceValue, "The image; empty: the service does not start", true},
    Key{"credentials", &Credentials<places::kServiceCredentials>::kShape, "For its registry"},
    Key{"env", &kServiceEnv, "Variables in the container"},
    Key{"ports", &kServicePorts, kAboutPorts},
    Key{"volumes", &kServiceVolumes, kAboutVolumes},
    Key{"options", &kServiceOptions, kAboutOptions},
    Key{"entrypoint", &kServiceText, "Instead of the image's entry point"},
    Key{"command", &kServiceValue, "Instead of the image's command"},
    Key{"ready", &kHealthShape, "What to wait for before the steps"},
};
constexpr Shape kService = [] {
    Shape shape = map_shape(kServiceKeys);
    shape.accepts = kText | kMap;
    shape.expected = "an image, or keys with values";
    shape.place = &places::kServices;
    shape.may_be_blank = true;
    return shape;
}();

constexpr Shape kFailFast = boolean_shape(&places::kStrategy);
constexpr Shape kMaxParallel = number_shape(&places::kStrategy);
constexpr Shape kMatrixValue = anything_shape(&places::kStrategy);
constexpr Shape kMatrixAxis = [] {
    Shape shape = list_shape(&kMatrixValue);
    shape.expected = "a list of values";
    shape.place = &places::kStrategy;
    return shape;
}();
constexpr Shape kMatrixCombination = free_map_shape(&kMatrixValue);
constexpr Shape kMatrixCombinations = [] {
    Shape shape = list_shape(&kMatrixCombination);
    shape.expected = "a list of combinations";
    shape.place = &places::kStrategy;
    return shape;
}();
constexpr std::array kMatrixKeys{
    Key{"include", &kMatrixCombinations, "Adds to combinations, or new ones"},
    Key{"exclude", &kMatrixCombinations, "Takes combinations away"},
};
constexpr Shape kMatrix = [] {
    Shape shape = map_shape(kMatrixKeys);
    shape.expected = "variables with lists of values";
    shape.value = &kMatrixAxis;
    shape.place = &places::kStrategy;
    shape.extra = check_matrix;
    return shape;
}();
constexpr std::array kStrategyKeys{
    Key{"matrix", &kMatrix, "One job for each combination"},
    Key{"fail-fast", &kFailFast, "Cancel the others when one fails; true without it"},
    Key{"max-parallel", &kMaxParallel, "How many at once"},
};

}  // namespace

constexpr Shape kContainerShape = [] {
    Shape shape = map_shape(kContainerKeys);
    shape.accepts = kText | kMap;
    shape.expected = "an image, or keys with values";
    shape.place = &places::kContainer;
    shape.may_be_blank = true;
    return shape;
}();

constexpr Shape kServicesShape = [] {
    Shape shape = free_map_shape(&kService);
    shape.place = &places::kServices;
    shape.expected = "services by name";
    shape.key = TextKind::identifier;
    return shape;
}();

constexpr Shape kStrategyShape = [] {
    Shape shape = map_shape(kStrategyKeys);
    shape.place = &places::kStrategy;
    return shape;
}();

}  // namespace triphammer::workflow
