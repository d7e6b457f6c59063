#include "workflow/build.hpp"
#include "workflow/extract.hpp"

namespace triphammer::workflow {

namespace {

void build_environment(const Node& node, model::JobDefinition& job) {
    if (node.kind == NodeKind::scalar) {
        job.environment = template_of(node);
        return;
    }
    job.environment = template_at(node, "name");
    job.environment_url = template_at(node, "url");
    job.environment_deployment = template_at(node, "deployment");
}

void build_runs_on(const Node& job_node, model::JobDefinition& job) {
    const auto& node = map_at(job_node, "runs-on");
    job.runs_on = node.kind == NodeKind::mapping ? templates_at(node, "labels")
                                                 : templates_at(job_node, "runs-on");
    job.runs_on_group = template_at(node, "group");
    // The server's table of labels is where a group's machines are named.
    if (!job.runs_on_group.empty()) job.runs_on.push_back(job.runs_on_group);
}

std::optional<model::Strategy> build_strategy(const Node& job) {
    const auto* node = job.find("strategy");
    if (node == nullptr) return {};
    model::Strategy strategy;
    if (node->kind == NodeKind::scalar) {
        strategy.whole = template_of(*node);
        return strategy;
    }
    strategy.matrix = data_of(map_at(*node, "matrix"));
    strategy.fail_fast = template_at(*node, "fail-fast");
    strategy.max_parallel = template_at(*node, "max-parallel");
    return strategy;
}

/// Our own keys.
void build_extras(const Node& node, model::JobDefinition& job) {
    if (const auto* retry = node.find("retry")) {
        job.retry = model::Retry{
            template_at(*retry, "max"), templates_at(*retry, "on"), template_at(*retry, "backoff")};
    }
    const auto& reports = map_at(node, "reports");
    job.reports = {
        templates_at(reports, "junit"),
        templates_at(reports, "coverage"),
        templates_at(reports, "sarif"),
        templates_at(reports, "text"),
    };
    const auto& resources = map_at(node, "resources");
    job.resources = {
        template_at(resources, "cpu"),
        template_at(resources, "memory"),
        template_at(resources, "disk"),
        template_at(resources, "pids"),
        template_at(resources, "network"),
    };
    job.hold_on_failure = template_at(node, "hold-on-failure");
}

}  // namespace

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
    step.background = flag_at(node, "background");
    step.wait = texts_at(node, "wait");
    step.wait_all = node.find("wait-all") != nullptr;
    step.cancel = text_at(node, "cancel");
    for (const auto* one : map_at(node, "parallel").items)
        step.parallel.push_back(build_step(*one));
    step.at = node.at;
    return step;
}

model::Defaults build_defaults(const Node& owner) {
    const auto& run = map_at(map_at(owner, "defaults"), "run");
    return {member_at(run, "shell"), member_at(run, "working-directory")};
}

std::optional<model::Permissions> build_permissions(const Node& owner) {
    const auto* node = owner.find("permissions");
    if (node == nullptr) return {};
    model::Permissions permissions;
    permissions.at = node->at;
    if (node->text == "read-all") permissions.all = "read";
    if (node->text == "write-all") permissions.all = "write";
    for (const auto& entry : node->entries) {
        permissions.scopes.emplace_back(entry.key->text, entry.value->text);
    }
    return permissions;
}

std::optional<model::Concurrency> build_concurrency(const Node& owner) {
    const auto* node = owner.find("concurrency");
    if (node == nullptr) return {};
    model::Concurrency concurrency;
    concurrency.at = node->at;
    if (node->kind == NodeKind::scalar) {
        concurrency.group = template_of(*node);
        return concurrency;
    }
    concurrency.group = template_at(*node, "group");
    concurrency.cancel_in_progress = template_at(*node, "cancel-in-progress");
    concurrency.queue = text_at(*node, "queue");
    return concurrency;
}

model::JobDefinition build_job(const Entry& entry) {
    const auto& node = *entry.value;
    model::JobDefinition job;
    job.key = entry.key->text;
    job.name = template_at(node, "name");
    build_kind(node, job);
    job.needs = texts_at(node, "needs");
    job.condition = condition_at(node, "if");
    build_runs_on(node, job);
    build_environment(map_at(node, "environment"), job);
    job.env = pairs_at(node, "env");
    job.defaults = build_defaults(node);
    job.outputs = pairs_at(node, "outputs");
    job.timeout_minutes = template_at(node, "timeout-minutes");
    job.continue_on_error = template_at(node, "continue-on-error");
    job.permissions = build_permissions(node);
    job.concurrency = build_concurrency(node);
    job.strategy = build_strategy(node);
    job.container = build_container(map_at(node, "container"));
    job.services = build_services(map_at(node, "services"));
    build_extras(node, job);
    job.at = entry.key->at;
    return job;
}

}  // namespace triphammer::workflow
