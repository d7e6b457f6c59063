#include "model/job_definition.hpp"
#include "model/job_kinds_fields.hpp"

namespace triphammer::model {

using nlohmann::json;

template <class F>
void each_field(fields::Form<Step> auto& value, F field) {
    field("id", value.id);
    field("name", value.name);
    field("if", value.condition);
    field("run", value.run);
    field("uses", value.uses);
    field("shell", value.shell);
    field("working_directory", value.working_directory);
    field("env", value.env);
    field("with", value.with);
    field("continue_on_error", value.continue_on_error);
    field("timeout_minutes", value.timeout_minutes);
    field("background", value.background);
    field("wait", value.wait);
    field("wait_all", value.wait_all);
    field("cancel", value.cancel);
    field("parallel", value.parallel);
    field("at", value.at);
}

template <class F>
void each_field(fields::Form<Container> auto& value, F field) {
    field("image", value.image);
    field("env", value.env);
    field("username", value.username);
    field("password", value.password);
    field("ports", value.ports);
    field("volumes", value.volumes);
    field("options", value.options);
    field("entrypoint", value.entrypoint);
    field("command", value.command);
    field("ready", value.ready);
}

template <class F>
void each_field(fields::Form<Strategy> auto& value, F field) {
    field("whole", value.whole);
    field("matrix", value.matrix);
    field("fail_fast", value.fail_fast);
    field("max_parallel", value.max_parallel);
}

template <class F>
void each_field(fields::Form<Concurrency> auto& value, F field) {
    field("group", value.group);
    field("cancel_in_progress", value.cancel_in_progress);
    field("queue", value.queue);
    field("at", value.at);
}

template <class F>
void each_field(fields::Form<Permissions> auto& value, F field) {
    field("all", value.all);
    field("scopes", value.scopes);
    field("at", value.at);
}

template <class F>
void each_field(fields::Form<Retry> auto& value, F field) {
    field("max", value.max);
    field("on", value.on);
    field("backoff", value.backoff);
}

template <class F>
void each_field(fields::Form<Reports> auto& value, F field) {
    field("junit", value.junit);
    field("coverage", value.coverage);
    field("sarif", value.sarif);
    field("text", value.text);
}

template <class F>
void each_field(fields::Form<Resources> auto& value, F field) {
    field("cpu", value.cpu);
    field("memory", value.memory);
    field("disk", value.disk);
    field("pids", value.pids);
    field("network", value.network);
}

template <class F>
void each_field(fields::Form<Defaults> auto& value, F field) {
    field("shell", value.shell);
    field("working_directory", value.working_directory);
}

/// What GitHub's jobs have.
template <class F>
void each_github_field(fields::Form<JobDefinition> auto& value, F field) {
    field("key", value.key);
    field("name", value.name);
    field("needs", value.needs);
    field("if", value.condition);
    field("runs_on", value.runs_on);
    field("runs_on_group", value.runs_on_group);
    field("environment", value.environment);
    field("environment_url", value.environment_url);
    field("environment_deployment", value.environment_deployment);
    field("env", value.env);
    field("defaults", value.defaults);
    field("outputs", value.outputs);
    field("timeout_minutes", value.timeout_minutes);
    field("continue_on_error", value.continue_on_error);
    field("permissions", value.permissions);
    field("concurrency", value.concurrency);
    field("strategy", value.strategy);
    field("container", value.container);
    field("services", value.services);
    field("steps", value.steps);
    field("uses", value.uses);
    field("with", value.with);
    field("secrets", value.secrets);
    field("inherits_secrets", value.inherits_secrets);
    field("called_concurrency", value.called_concurrency);
    field("at", value.at);
}

template <class F>
void each_field(fields::Form<JobDefinition> auto& value, F field) {
    each_github_field(value, field);
    field("kind", value.kind);
    field("stage", value.stage);
    field("image", value.image);
    field("deploy", value.deploy);
    field("terraform", value.terraform);
    field("approve", value.approve);
    field("retry", value.retry);
    field("reports", value.reports);
    field("resources", value.resources);
    field("hold_on_failure", value.hold_on_failure);
}

void to_json(json& out, const Defaults& value) {
    to_json<Defaults>(out, value);
}

void from_json(const json& in, Defaults& value) {
    from_json<Defaults>(in, value);
}

void to_json(json& out, const Permissions& value) {
    to_json<Permissions>(out, value);
}

void from_json(const json& in, Permissions& value) {
    from_json<Permissions>(in, value);
}

void to_json(json& out, const JobDefinition& job) {
    to_json<JobDefinition>(out, job);
}

void from_json(const json& in, JobDefinition& job) {
    from_json<JobDefinition>(in, job);
}

}  // namespace triphammer::model
