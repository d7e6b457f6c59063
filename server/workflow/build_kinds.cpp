// What a job does: one of its kinds.
#include "workflow/build.hpp"
#include "workflow/extract.hpp"

namespace triphammer::workflow {

namespace {

model::EcrLogin build_ecr(const Node& node) {
    return {
        template_at(node, "region"),
        template_at(node, "account"),
        template_at(node, "create"),
        template_at(node, "lifecycle"),
        template_at(node, "immutable"),
        template_at(node, "scan"),
    };
}

void build_logins(const Node& node, model::ImageSpec& image) {
    for (const auto& entry : map_at(node, "login").entries) {
        const auto& login = *entry.value;
        if (entry.key->text == "ecr") {
            image.ecr = build_ecr(login);
            continue;
        }
        image.logins.push_back(
            {entry.key->text,
             template_at(login, "username"),
             template_at(login, "password"),
             template_at(login, "token")}
        );
    }
}

model::ImageSpec build_image(const Node& node) {
    const auto& credentials = map_at(node, "credentials");
    const auto& keep = map_at(node, "keep");
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
    build_logins(node, image);
    image.builder = text_at(node, "builder");
    image.platforms = templates_at(node, "platforms");
    image.cache_from = templates_at(node, "cache-from");
    image.no_cache = template_at(node, "no-cache");
    image.pull = template_at(node, "pull");
    image.smoke = template_at(node, "smoke");
    image.keep_count = template_at(keep, "count");
    image.keep_days = template_at(keep, "days");
    return image;
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

/// The keys that belong to one driver each.
void build_driver(const Node& node, model::DeploySpec& deploy) {
    deploy.file = template_at(node, "file");
    deploy.host = template_at(node, "host");
    deploy.known_hosts = template_at(node, "known-hosts");
    deploy.key = template_at(node, "key");
    deploy.cluster = template_at(node, "cluster");
    deploy.task_definition = template_at(node, "task-definition");
    deploy.container = template_at(node, "container");
    deploy.bake = template_at(node, "bake");
    deploy.listener = template_at(node, "listener");
    deploy.weights = pairs_at(node, "weights");
    deploy.run = template_at(node, "run");
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
    deploy.retire = template_at(node, "retire");
    deploy.registry_username = template_at(credentials, "username");
    deploy.registry_password = template_at(credentials, "password");
    build_driver(node, deploy);
    // What the lock is about has one name in all of them.
    if (deploy.to == "alb") deploy.service = deploy.listener;
    if (!deploy.retire.empty()) deploy.service = deploy.retire;
    return deploy;
}

model::TerraformSpec build_terraform(const Node& node) {
    model::TerraformSpec terraform;
    terraform.directories = templates_at(node, "directory");
    terraform.command = text_at(node, "command");
    terraform.variables = pairs_at(node, "variables");
    terraform.workspace = template_at(node, "workspace");
    terraform.backend = pairs_at(node, "backend");
    terraform.comment = template_at(node, "comment");
    terraform.at = node.at;
    return terraform;
}

model::ApproveSpec build_approve(const Node& node) {
    model::ApproveSpec approve;
    approve.subject = template_at(node, "subject");
    approve.by = templates_at(node, "by");
    approve.min = template_at(node, "min");
    approve.not_by = templates_at(node, "not");
    approve.timeout = template_at(node, "timeout");
    approve.at = node.at;
    return approve;
}

void build_steps(const Node& steps, model::JobDefinition& job) {
    job.kind = "steps";
    job.stage = "build";
    for (const auto* step : steps.items) job.steps.push_back(build_step(*step));
}

void build_call(const Node& node, model::JobDefinition& job) {
    job.kind = "call";
    job.stage = "build";
    job.uses = text_at(node, "uses");
    for (const auto& entry : map_at(node, "with").entries) {
        job.with.emplace_back(entry.key->text, data_of(*entry.value));
    }
    job.inherits_secrets = map_at(node, "secrets").kind == NodeKind::scalar;
    if (!job.inherits_secrets) job.secrets = pairs_at(node, "secrets");
}

}  // namespace

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

/// What the job does, and the column it stands in.
void build_kind(const Node& node, model::JobDefinition& job) {
    if (const auto* image = node.find("image")) {
        job.kind = job.stage = "image";
        job.image = build_image(*image);
    } else if (const auto* deploy = node.find("deploy")) {
        job.kind = job.stage = "deploy";
        job.deploy = build_deploy(*deploy);
    } else if (const auto* terraform = node.find("terraform")) {
        job.kind = "terraform";
        job.stage = "deploy";
        job.terraform = build_terraform(*terraform);
    } else if (const auto* approve = node.find("approve")) {
        job.kind = "approve";
        job.stage = "deploy";
        job.approve = build_approve(*approve);
    } else if (node.find("uses") != nullptr) {
        build_call(node, job);
    } else {
        build_steps(map_at(node, "steps"), job);
    }
    if (node.find("stage") != nullptr) job.stage = text_at(node, "stage");
}

}  // namespace triphammer::workflow
