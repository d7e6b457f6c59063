#pragma once
// The fields of our own kinds of job, for JSON.

#include "model/fields.hpp"
#include "model/job_kinds.hpp"

namespace triphammer::model {

template <class F>
void each_field(fields::Form<RegistryLogin> auto& value, F field) {
    field("registry", value.registry);
    field("username", value.username);
    field("password", value.password);
    field("token", value.token);
}

template <class F>
void each_field(fields::Form<EcrLogin> auto& value, F field) {
    field("region", value.region);
    field("account", value.account);
    field("create", value.create);
    field("lifecycle", value.lifecycle);
    field("immutable", value.immutable);
    field("scan", value.scan);
}

template <class F>
void each_field(fields::Form<ImageSpec> auto& value, F field) {
    field("context", value.context);
    field("file", value.file);
    field("target", value.target);
    field("tags", value.tags);
    field("build_args", value.build_args);
    field("labels", value.labels);
    field("push", value.push);
    field("registry_username", value.registry_username);
    field("registry_password", value.registry_password);
    field("logins", value.logins);
    field("ecr", value.ecr);
    field("builder", value.builder);
    field("platforms", value.platforms);
    field("cache_from", value.cache_from);
    field("no_cache", value.no_cache);
    field("pull", value.pull);
    field("smoke", value.smoke);
    field("keep_count", value.keep_count);
    field("keep_days", value.keep_days);
}

template <class F>
void each_field(fields::Form<HealthSpec> auto& value, F field) {
    field("http", value.http);
    field("tcp", value.tcp);
    field("command", value.command);
    field("port", value.port);
    field("interval", value.interval);
    field("timeout", value.timeout);
    field("for", value.hold);
}

template <class F>
void each_field(fields::Form<DeploySpec> auto& value, F field) {
    field("to", value.to);
    field("service", value.service);
    field("image", value.image);
    field("strategy", value.strategy);
    field("on_failure", value.on_failure);
    field("before", value.before);
    field("health", value.health);
    field("verify", value.verify);
    field("ports", value.ports);
    field("env", value.env);
    field("secrets", value.secrets);
    field("volumes", value.volumes);
    field("networks", value.networks);
    field("command", value.command);
    field("replicas", value.replicas);
    field("switch", value.switch_by);
    field("keep_previous", value.keep_previous);
    field("drain", value.drain);
    field("registry_username", value.registry_username);
    field("registry_password", value.registry_password);
    field("retire", value.retire);
    field("file", value.file);
    field("host", value.host);
    field("known_hosts", value.known_hosts);
    field("key", value.key);
    field("cluster", value.cluster);
    field("task_definition", value.task_definition);
    field("container", value.container);
    field("bake", value.bake);
    field("listener", value.listener);
    field("weights", value.weights);
    field("run", value.run);
}

template <class F>
void each_field(fields::Form<TerraformSpec> auto& value, F field) {
    field("directories", value.directories);
    field("command", value.command);
    field("variables", value.variables);
    field("workspace", value.workspace);
    field("backend", value.backend);
    field("comment", value.comment);
    field("at", value.at);
}

template <class F>
void each_field(fields::Form<ApproveSpec> auto& value, F field) {
    field("subject", value.subject);
    field("by", value.by);
    field("min", value.min);
    field("not", value.not_by);
    field("timeout", value.timeout);
    field("at", value.at);
}

}  // namespace triphammer::model
