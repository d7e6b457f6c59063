#include "workflow/build.hpp"

#include "workflow/extract.hpp"
#include "workflow/scalar.hpp"

namespace triphammer::workflow {

namespace {

const Node& map_at(const Node& map, std::string_view key) {
    static const Node kNothing;
    const auto* node = map.find(key);
    return node == nullptr ? kNothing : *node;
}

model::DispatchInput build_input(const Entry& entry) {
    const auto& node = *entry.value;
    model::DispatchInput input;
    input.name = entry.key->text;
    input.description = text_at(node, "description");
    input.type = text_at(node, "type");
    input.required = flag_at(node, "required");
    input.fallback = text_at(node, "default");
    input.options = texts_at(node, "options");
    input.at = entry.key->at;
    return input;
}

model::Trigger build_trigger(const Node& name, const Node& filters) {
    model::Trigger trigger;
    trigger.event = name.text;
    trigger.types = texts_at(filters, "types");
    trigger.branches = texts_at(filters, "branches");
    trigger.branches_ignore = texts_at(filters, "branches-ignore");
    trigger.tags = texts_at(filters, "tags");
    trigger.tags_ignore = texts_at(filters, "tags-ignore");
    trigger.paths = texts_at(filters, "paths");
    trigger.paths_ignore = texts_at(filters, "paths-ignore");
    for (const auto& entry : map_at(filters, "inputs").entries) {
        trigger.inputs.push_back(build_input(entry));
    }
    trigger.at = name.at;
    return trigger;
}

std::vector<model::Trigger> build_triggers(const Node& on) {
    std::vector<model::Trigger> triggers;
    if (on.kind == NodeKind::scalar) triggers.push_back(build_trigger(on, Node{}));
    for (const auto* name : on.items) triggers.push_back(build_trigger(*name, Node{}));
    for (const auto& entry : on.entries)
        triggers.push_back(build_trigger(*entry.key, *entry.value));
    return triggers;
}

model::Defaults build_defaults(const Node& owner) {
    const auto& run = map_at(map_at(owner, "defaults"), "run");
    return {template_at(run, "shell"), template_at(run, "working-directory")};
}

model::Step build_step(const Node& node) {
    model::Step step;
    step.id = text_at(node, "id");
    step.name = template_at(node, "name");
    step.condition = condition_at(node, "if");
    step.run = template_at(node, "run");
    step.uses = text_at(node, "uses");
    step.shell = template_at(node, "shell");
    step.working_directory = template_at(node, "working-directory");
    step.env = pairs_at(node, "env");
    step.with = pairs_at(node, "with");
    step.continue_on_error = template_at(node, "continue-on-error");
    step.timeout_minutes = template_at(node, "timeout-minutes");
    step.at = node.at;
    return step;
}

/// `container: image` is short for `container: { image: image }`. An empty image is none.
std::optional<model::Container> build_container(const Node& job) {
    const auto* node = job.find("container");
    if (node == nullptr) return {};
    model::Container container;
    if (node->kind == NodeKind::scalar) {
        container.image = template_of(*node);
    } else {
        const auto& credentials = map_at(*node, "credentials");
        container.image = template_at(*node, "image");
        container.env = pairs_at(*node, "env");
        container.username = template_at(credentials, "username");
        container.password = template_at(credentials, "password");
    }
    if (container.image.empty()) return {};
    return container;
}

model::ImageSpec build_image(const Node& node) {
    const auto& credentials = map_at(node, "credentials");
    model::ImageSpec image;
    image.context = template_at(node, "context");
    image.file = template_at(node, "file");
    image.target = template_at(node, "target");
    image.tags = templates_at(node, "tags");
    image.build_args = pairs_at(node, "build-args");
    image.labels = pairs_at(node, "labels");
    image.push = template_at(node, "push");
    image.registry_username = template_at(credentials, "username");
    image.registry_password = template_at(credentials, "password");
    return image;
}

model::HealthSpec build_health(const Node& node) {
    return {
        template_at(node, "http"),
        template_at(node, "tcp"),
        template_at(node, "command"),
        template_at(node, "port"),
        template_at(node, "interval"),
        template_at(node, "timeout"),
        template_at(node, "for"),
    };
}

/// A list of names is short for variables of the same names.
model::Pairs build_secrets(const Node& deploy) {
    auto secrets = pairs_at(deploy, "secrets");
    for (const auto& name : templates_at(deploy, "secrets")) {
        secrets.emplace_back(
            name.text, model::Template{"${{ secrets." + name.text + " }}", name.at}
        );
    }
    return secrets;
}

model::DeploySpec build_deploy(const Node& node) {
    const auto& credentials = map_at(node, "credentials");
    model::DeploySpec deploy;
    deploy.to = text_at(node, "to");
    deploy.service = template_at(node, "service");
    deploy.image = template_at(node, "image");
    deploy.strategy = text_at(node, "strategy");
    deploy.on_failure = text_at(node, "on-failure");
    deploy.before = template_at(node, "before");
    deploy.health = build_health(map_at(node, "health"));
    deploy.verify = build_health(map_at(node, "verify"));
    deploy.ports = templates_at(node, "ports");
    deploy.env = pairs_at(node, "env");
    deploy.secrets = build_secrets(node);
    deploy.volumes = templates_at(node, "volumes");
    deploy.networks = templates_at(node, "networks");
    deploy.command = template_at(node, "command");
    deploy.replicas = template_at(node, "replicas");
    deploy.switch_by = text_at(node, "switch");
    deploy.keep_previous = template_at(node, "keep-previous");
    deploy.drain = template_at(node, "drain");
    deploy.registry_username = template_at(credentials, "username");
    deploy.registry_password = template_at(credentials, "password");
    return deploy;
}

void build_environment(const Node& node, model::JobDefinition& job) {
    if (node.kind == NodeKind::scalar) {
        job.environment = template_of(node);
        return;
    }
    job.environment = template_at(node, "name");
    job.environment_url = template_at(node, "url");
}

/// What the job does, and the column it stands in.
void build_kind(const Node& node, model::JobDefinition& job) {
    job.kind = "steps";
    job.stage = "build";
    for (const auto* step : map_at(node, "steps").items) job.steps.push_back(build_step(*step));
    if (const auto* image = node.find("image")) {
        job.kind = job.stage = "image";
        job.image = build_image(*image);
    }
    if (const auto* deploy = node.find("deploy")) {
        job.kind = job.stage = "deploy";
        job.deploy = build_deploy(*deploy);
    }
    if (node.find("stage") != nullptr) job.stage = text_at(node, "stage");
}

model::JobDefinition build_job(const Entry& entry) {
    const auto& node = *entry.value;
    model::JobDefinition job;
    job.key = entry.key->text;
    job.name = template_at(node, "name");
    build_kind(node, job);
    job.needs = texts_at(node, "needs");
    job.condition = condition_at(node, "if");
    job.runs_on = templates_at(node, "runs-on");
    build_environment(map_at(node, "environment"), job);
    job.env = pairs_at(node, "env");
    job.defaults = build_defaults(node);
    job.outputs = pairs_at(node, "outputs");
    job.timeout_minutes = template_at(node, "timeout-minutes");
    job.continue_on_error = template_at(node, "continue-on-error");
    job.container = build_container(node);
    job.at = entry.key->at;
    return job;
}

}  // namespace

std::string workflow_name(const Node* root, std::string_view path) {
    const auto* name = root == nullptr ? nullptr : root->find("name");
    const bool is_text = name != nullptr && name->kind == NodeKind::scalar;
    const auto text = is_text ? scalar_text(*name) : std::string{};
    return text.empty() ? std::string{path} : text;
}

model::Workflow build_workflow(const Node& root, std::string_view path) {
    model::Workflow workflow;
    workflow.path = path;
    workflow.name = workflow_name(&root, path);
    workflow.run_name = template_at(root, "run-name");
    workflow.triggers = build_triggers(map_at(root, "on"));
    workflow.env = pairs_at(root, "env");
    workflow.defaults = build_defaults(root);
    for (const auto& entry : map_at(root, "jobs").entries) {
        workflow.jobs.push_back(build_job(entry));
    }
    return workflow;
}

}  // namespace triphammer::workflow
