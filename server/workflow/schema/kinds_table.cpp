// Tables of our own kinds of job: `image` and `deploy`.
#include "workflow/expression/segments.hpp"
#include "workflow/schema/deploy_rules.hpp"
#include "workflow/schema/unsupported.hpp"
#include "workflow/schema/words.hpp"

#include <algorithm>
#include <array>

namespace triphammer::workflow {

namespace {

constexpr Shape kImageText = text_shape(&places::kImage);
constexpr Shape kImageTags = one_or_many_shape(&kImageText);
constexpr Shape kImageValue = value_shape(&places::kImage);
constexpr Shape kImagePairs = free_map_shape(&kImageValue);
constexpr Shape kPush = boolean_shape(&places::kImage);
constexpr std::array kImageCredentialKeys{
    Key{"username", &kImageText, {}, true},
    Key{"password", &kImageText, {}, true},
};
constexpr Shape kImageCredentials = map_shape(kImageCredentialKeys);

/// What is written here everybody reads who reads the repository.
void check_is_secret(const Node& login, std::string_view key, Report& report) {
    const auto* value = login.find(key);
    if (value == nullptr || expression::has_expression(value->text)) return;
    report.error(
        "plain-secret",
        value->at,
        show(key) + " stands in the file",
        "keep it as a secret: ${{ secrets.NAME }}"
    );
}

void check_login(const Node& login, Report& report) {
    check_is_secret(login, "password", report);
    check_is_secret(login, "token", report);
    const bool has_token = login.find("token") != nullptr;
    const bool has_password = login.find("password") != nullptr;
    if (has_token && has_password) {
        report.error("wrong-place", login.at, "a login has a password or a token, not both");
    }
    if (!has_token && (!has_password || login.find("username") == nullptr)) {
        report.error("missing-key", login.at, "a login needs username and password, or token");
    }
}

constexpr std::array kLoginKeys{
    Key{"username", &kImageText, "Who logs in"},
    Key{"password", &kImageText, "A secret"},
    Key{"token", &kImageText, "A secret: the password of username, or alone a bearer token"},
};
constexpr Shape kLogin = [] {
    Shape shape = map_shape(kLoginKeys);
    shape.extra = check_login;
    return shape;
}();

constexpr Shape kImageFlag = boolean_shape(&places::kImage);
constexpr std::array kEcrKeys{
    Key{"region", &kImageText, "eu-west-1", true},
    Key{"account", &kImageText, "Of 12 digits; the keys' own without it"},
    Key{"create", &kImageFlag, "Makes a repository that is missing"},
    Key{"lifecycle", &kImageText, "A file with the policy of a repository that has none"},
    Key{"immutable", &kImageFlag, "Of a repository that is made: its tags never move"},
    Key{"scan", &kImageFlag, "Of a repository that is made: what is pushed is scanned"},
};
constexpr Shape kEcr = map_shape(kEcrKeys);
constexpr std::array kLoginsKeys{
    Key{"ecr", &kEcr, "Amazon's registry, with the environment's keys of AWS"},
};
constexpr Shape kLogins = [] {
    Shape shape = map_shape(kLoginsKeys);
    shape.value = &kLogin;
    shape.expected = "registries with their logins";
    return shape;
}();

/// Everybody who may pull an image reads its history.
void check_build_args(const Node& arguments, Report& report) {
    for (const auto& entry : arguments.entries) {
        if (entry.value->text.find("secrets.") == std::string::npos) continue;
        report.error(
            "secret-in-image",
            entry.value->at,
            "the build argument " + show(entry.key->text) +
                " stays readable in the image's history",
            "build what needs the secret in a job with steps, and copy the result"
        );
    }
}

constexpr Shape kBuildArgs = [] {
    Shape shape = kImagePairs;
    shape.extra = check_build_args;
    return shape;
}();

constexpr std::array<std::string_view, 2> kBuilders{"classic", "buildkit"};
constexpr Shape kBuilder = words_shape(kBuilders);
constexpr Shape kSmoke = script_shape(&places::kImage);
constexpr Shape kImageNumber = number_shape(&places::kImage);
constexpr std::array kKeepKeys{
    Key{"count", &kImageNumber, "The newest so many stay"},
    Key{"days", &kImageNumber, "Older ones go"},
};
constexpr Shape kKeep = map_shape(kKeepKeys);

constexpr std::array kImageKeys{
    Key{"context", &kImageText, "The folder that is built; . without it"},
    Key{"file", &kImageText, "Dockerfile without it"},
    Key{"target", &kImageText, "A stage of the Dockerfile"},
    Key{"tags", &kImageTags, "Names of the image", true},
    Key{"build-args", &kBuildArgs, "Values of ARG"},
    Key{"labels", &kImagePairs, "Labels of the image"},
    Key{"push", &kPush, "true without it"},
    Key{"credentials", &kImageCredentials, "For all registries"},
    Key{"login", &kLogins, "For each registry by its host, and ecr"},
    Key{"builder", &kBuilder, "What the Dockerfile needs without it"},
    Key{"platforms", &kImageTags, "linux/arm64; several become one index"},
    Key{"cache-from", &kImageTags, "Images whose layers may be used"},
    Key{"no-cache", &kImageFlag, "false without it"},
    Key{"pull", &kImageFlag, "Fetches newer base images"},
    Key{"smoke", &kSmoke, "A command in the new image; where it fails nothing is pushed"},
    Key{"keep", &kKeep, "Which images of this job stay on the engine"},
    Key{"secrets", &kAnythingShape, {}, false, "image.secrets"},
    Key{"cache", &kAnythingShape, {}, false, "image.cache"},
};

constexpr Shape kDeployText = text_shape(&places::kDeploy);
/// The server takes the lock of the service before there is a runner.
constexpr Place kServicePlace =
    places::place("jobs.<job_id>.deploy.service", "github, needs, strategy, matrix, vars, inputs");
constexpr Shape kDeployService = text_shape(&kServicePlace);
constexpr Shape kScript = script_shape(&places::kDeploy);
constexpr Shape kTexts = one_or_many_shape(&kDeployText);
constexpr Shape kValue = value_shape(&places::kDeploy);
constexpr Shape kPairs = free_map_shape(&kValue);
constexpr Shape kDuration = duration_shape(&places::kDeploy);
constexpr Shape kNumber = number_shape(&places::kDeploy);
constexpr Shape kWeights = free_map_shape(&kNumber);

constexpr std::array<std::string_view, 8> kTargets{
    "container", "compose", "swarm", "ecs", "alb", "apprunner", "ssh", "exec"};

void check_target(const Node& node, Report& report) {
    report_unsupported(report, "deploy.to." + node.text, node.at, "deploying to " + node.text);
}

constexpr Shape kTo = [] {
    Shape shape = words_shape(kTargets);
    shape.extra = check_target;
    return shape;
}();

constexpr std::array<std::string_view, 5> kStrategies{
    "rolling", "blue-green", "canary", "linear", "recreate"};

constexpr Shape kDeployStrategy = words_shape(kStrategies);
constexpr std::array<std::string_view, 2> kOnFailures{"rollback", "keep"};
constexpr Shape kOnFailure = words_shape(kOnFailures);
constexpr std::array<std::string_view, 3> kSwitches{"nginx", "kamal-proxy", "alias"};
constexpr Shape kSwitch = words_shape(kSwitches);

/// It would hand out the host.
void check_volume(const Node& node, Report& report) {
    const bool is_host_folder =
        node.text.starts_with('/') || node.text.starts_with('.') || node.text.starts_with('~');
    if (!is_host_folder) return;
    report_unsupported(report, "deploy.volumes.host", node.at, "a folder of the host as a volume");
}

constexpr Shape kVolume = [] {
    Shape shape = text_shape(&places::kDeploy);
    shape.extra = check_volume;
    return shape;
}();
constexpr Shape kVolumes = one_or_many_shape(&kVolume);

constexpr std::array kHealthKeys{
    Key{"http", &kDeployText, "A path that must answer well"},
    Key{"tcp", &kNumber, "A port that must be open"},
    Key{"command", &kScript, "A command in the container that must succeed"},
    Key{"port", &kNumber, "The port of http"},
    Key{"interval", &kDuration, "Between two looks"},
    Key{"timeout", &kDuration, "For all looks together"},
    Key{"for", &kDuration, "How long it must stay good"},
};

constexpr Shape kSecretName = identifier_shape();
/// Names alone, or variables with their values.
constexpr Shape kSecrets = [] {
    Shape shape = free_map_shape(&kValue);
    shape.accepts = kMap | kList;
    shape.expected = "names of secrets, or variables with their values";
    shape.item = &kSecretName;
    return shape;
}();

constexpr std::array kDeployCredentialKeys{
    Key{"username", &kDeployText, {}, true},
    Key{"password", &kDeployText, {}, true},
};
constexpr Shape kDeployCredentials = map_shape(kDeployCredentialKeys);

constexpr std::array kDeployKeys{
    Key{"to", &kTo, "Where to", true},
    Key{"service", &kDeployService, "The name that the deployment is known by"},
    Key{"image", &kDeployText, "What to run, best by digest"},
    Key{"strategy", &kDeployStrategy, "How traffic moves"},
    Key{"on-failure", &kOnFailure, "rollback without it"},
    Key{"before", &kScript, "A command in the new image, once per version, before the switch"},
    Key{"health", &kHealthShape, "What must be well before the switch"},
    Key{"verify", &kHealthShape, "What must be well after the switch"},
    Key{"ports", &kTexts, "'8080:80'"},
    Key{"env", &kPairs, "Variables of the container"},
    Key{"secrets", &kSecrets, "Secrets as variables of the container"},
    Key{"volumes", &kVolumes, "NAME:/path"},
    Key{"networks", &kTexts, "Networks of the container"},
    Key{"command", &kScript, "Instead of the image's command"},
    Key{"replicas", &kNumber, "swarm: how many; 1 without it"},
    Key{"switch", &kSwitch, "What moves the traffic"},
    Key{"keep-previous", &kDuration, "How long versions that do not serve any more stay at least"},
    Key{"drain", &kDuration, "How long open connections may take"},
    Key{"credentials", &kDeployCredentials, "For the registry"},
    Key{"retire", &kDeployService, "ecs: ends the tasks of this service, which gets no traffic"},
    Key{"file", &kDeployText, "compose: its file; compose.yaml without it"},
    Key{"host",
        &kDeployText,
        "ssh: user@machine, or user@machine:port; container: an engine elsewhere, "
        "ssh://user@machine or tcp://machine:2376"},
    Key{"known-hosts",
        &kDeployText,
        "The machine's keys, as ssh-keyscan prints them; of tcp:// the certificate of who signed "
        "the engine's"},
    Key{"key",
        &kDeployText,
        "The private key, a secret; of tcp:// the client's certificate and its private key"},
    Key{"cluster", &kDeployText, "ecs: the cluster"},
    Key{"task-definition", &kDeployText, "ecs: the task definition"},
    Key{"container", &kDeployText, "ecs: the container in it"},
    Key{"bake", &kDuration, "ecs: how long both versions stay"},
    Key{"listener", &kDeployService, "alb: the ARN of the listener, or of a rule of it"},
    Key{"weights", &kWeights, "alb: target groups with their weights, 0 to 999"},
    Key{"run", &kScript, "ssh, exec: the command"},
};

/// Which keys a driver cannot do without.
struct Needs {
    std::string_view target;
    std::array<std::string_view, 5> keys;  // empty: no more
};

constexpr std::array<Needs, 8> kNeeds{{
    {"container", {"service", "image"}},
    {"ecs", {"service", "image"}},
    {"apprunner", {"service", "image"}},
    {"alb", {"listener", "weights"}},
    {"swarm", {"service", "image"}},
    {"compose", {"service", "image"}},
    {"ssh", {"service", "host", "known-hosts", "key", "run"}},
    {"exec", {"service", "run"}},
}};

/// Keys of some drivers only.
struct Owned {
    std::string_view key;
    std::string_view targets;
};

constexpr std::array<Owned, 25> kOwned{{
    {"service", "container compose swarm ecs apprunner ssh exec"},
    {"image", "container compose swarm ecs apprunner ssh exec"},
    {"retire", "ecs"},
    {"file", "compose"},
    {"host", "container ssh"},
    {"known-hosts", "container ssh"},
    {"key", "container ssh"},
    {"cluster", "ecs"},
    {"task-definition", "ecs"},
    {"container", "ecs"},
    {"bake", "ecs"},
    {"listener", "alb"},
    {"weights", "alb"},
    {"run", "ssh exec"},
    {"switch", "container"},
    {"keep-previous", "container"},
    {"strategy", "container swarm ecs"},
    {"ports", "container swarm"},
    {"networks", "container swarm"},
    {"volumes", "container swarm"},
    {"command", "container swarm"},
    {"replicas", "container swarm"},
    {"drain", "container swarm"},
    {"credentials", "container compose swarm"},
    {"before", "container compose swarm ecs"},
}};

/// What is retired gets nothing new.
void check_retire(const Node& deploy, Report& report) {
    if (deploy.find("retire") == nullptr) return;
    for (const auto key :
         {"service", "image", "strategy", "before", "task-definition", "container"}) {
        const auto* node = deploy.find(key);
        if (node == nullptr) continue;
        report.error("wrong-place", node->at, show(key) + " does not go with 'retire'");
    }
}

void check_needed(const Node& deploy, std::string_view target, Report& report) {
    if (deploy.find("retire") != nullptr) return;
    for (const auto& needs : kNeeds) {
        if (needs.target != target) continue;
        for (const auto key : needs.keys) {
            if (key.empty() || deploy.find(key) != nullptr) continue;
            report.error("missing-key", deploy.at, "'deploy' needs the key " + show(key));
        }
    }
}

/// What an expression gives is for the runner to refuse.
void check_strategy(const Node& deploy, std::string_view target, Report& report) {
    const auto* strategy = deploy.find("strategy");
    if (strategy == nullptr) return;
    const bool has_list = target == "swarm" || target == "ecs";
    const auto list = "deploy." + (has_list ? std::string{target} : "strategy") + '.';
    report_unsupported(
        report, list + strategy->text, strategy->at, "strategy " + show(strategy->text)
    );
}

void check_replicas(const Node& deploy, std::string_view target, Report& report) {
    const auto* replicas = deploy.find("replicas");
    if (replicas == nullptr || target == "swarm") return;
    if (replicas->text == "1" || expression::has_expression(replicas->text)) return;
    report_unsupported(
        report, "deploy.replicas", replicas->at, "another number of replicas than 1"
    );
}

void check_deploy(const Node& deploy, Report& report) {
    const auto* to = deploy.find("to");
    if (to == nullptr || to->kind != NodeKind::scalar) return;
    const bool is_known = std::find(kTargets.begin(), kTargets.end(), to->text) != kTargets.end();
    if (!is_known) return;
    check_needed(deploy, to->text, report);
    check_retire(deploy, report);
    check_strategy(deploy, to->text, report);
    check_replicas(deploy, to->text, report);
    if (to->text == "container") check_deploy_of_container(deploy, report);
    for (const auto& owned : kOwned) {
        const auto* node = deploy.find(owned.key);
        if (node == nullptr || owned.targets.find(to->text) != std::string_view::npos) continue;
        report.error(
            "wrong-place",
            node->at,
            show(owned.key) + " is a key of " + std::string{owned.targets} + ", not of " + to->text
        );
    }
}

}  // namespace

constexpr Shape kHealthShape = [] {
    Shape shape = map_shape(kHealthKeys);
    shape.name = "health";
    return shape;
}();

constexpr Shape kImageShape = [] {
    Shape shape = map_shape(kImageKeys);
    shape.expected = "what to build: keys such as context and tags";
    return shape;
}();

constexpr Shape kDeployShape = [] {
    Shape shape = map_shape(kDeployKeys);
    shape.expected = "what to deploy: keys such as to, service and image";
    shape.extra = check_deploy;
    return shape;
}();

}  // namespace triphammer::workflow
