#include "model/workflow.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::model {

using nlohmann::json;

// Templates travel as [text, line, column], pairs as [[name, template], …]: compact and in order.

void to_json(json& out, const Template& value) {
    out = json::array({value.text, value.at.line, value.at.column});
}

void from_json(const json& in, Template& value) {
    value.text = in.at(0).get<std::string>();
    value.at = {in.at(1).get<int>(), in.at(2).get<int>()};
}

namespace {

template <class T>
void put(json& out, const char* key, const T& value) {
    if (!(value == T{})) out[key] = value;
}

template <class T>
void take(const json& in, const char* key, T& value) {
    const auto found = in.find(key);
    value = found == in.end() ? T{} : found->template get<T>();
}

}  // namespace

void to_json(json& out, const Position& at) {
    out = json::array({at.line, at.column});
}

void from_json(const json& in, Position& at) {
    at = {in.at(0).get<int>(), in.at(1).get<int>()};
}

void to_json(json& out, const Step& step) {
    out = json::object();
    put(out, "id", step.id);
    put(out, "name", step.name);
    put(out, "if", step.condition);
    put(out, "run", step.run);
    put(out, "uses", step.uses);
    put(out, "shell", step.shell);
    put(out, "working_directory", step.working_directory);
    put(out, "env", step.env);
    put(out, "with", step.with);
    put(out, "continue_on_error", step.continue_on_error);
    put(out, "timeout_minutes", step.timeout_minutes);
    put(out, "at", step.at);
}

void from_json(const json& in, Step& step) {
    take(in, "id", step.id);
    take(in, "name", step.name);
    take(in, "if", step.condition);
    take(in, "run", step.run);
    take(in, "uses", step.uses);
    take(in, "shell", step.shell);
    take(in, "working_directory", step.working_directory);
    take(in, "env", step.env);
    take(in, "with", step.with);
    take(in, "continue_on_error", step.continue_on_error);
    take(in, "timeout_minutes", step.timeout_minutes);
    take(in, "at", step.at);
}

void to_json(json& out, const Container& value) {
    out = json::object();
    put(out, "image", value.image);
    put(out, "env", value.env);
    put(out, "username", value.username);
    put(out, "password", value.password);
}

void from_json(const json& in, Container& value) {
    take(in, "image", value.image);
    take(in, "env", value.env);
    take(in, "username", value.username);
    take(in, "password", value.password);
}

void to_json(json& out, const ImageSpec& value) {
    out = json::object();
    put(out, "context", value.context);
    put(out, "file", value.file);
    put(out, "target", value.target);
    put(out, "tags", value.tags);
    put(out, "build_args", value.build_args);
    put(out, "labels", value.labels);
    put(out, "push", value.push);
    put(out, "registry_username", value.registry_username);
    put(out, "registry_password", value.registry_password);
}

void from_json(const json& in, ImageSpec& value) {
    take(in, "context", value.context);
    take(in, "file", value.file);
    take(in, "target", value.target);
    take(in, "tags", value.tags);
    take(in, "build_args", value.build_args);
    take(in, "labels", value.labels);
    take(in, "push", value.push);
    take(in, "registry_username", value.registry_username);
    take(in, "registry_password", value.registry_password);
}

void to_json(json& out, const HealthSpec& value) {
    out = json::object();
    put(out, "http", value.http);
    put(out, "tcp", value.tcp);
    put(out, "command", value.command);
    put(out, "port", value.port);
    put(out, "interval", value.interval);
    put(out, "timeout", value.timeout);
    put(out, "for", value.hold);
}

void from_json(const json& in, HealthSpec& value) {
    take(in, "http", value.http);
    take(in, "tcp", value.tcp);
    take(in, "command", value.command);
    take(in, "port", value.port);
    take(in, "interval", value.interval);
    take(in, "timeout", value.timeout);
    take(in, "for", value.hold);
}

void to_json(json& out, const DeploySpec& value) {
    out = json::object();
    put(out, "to", value.to);
    put(out, "service", value.service);
    put(out, "image", value.image);
    put(out, "strategy", value.strategy);
    put(out, "on_failure", value.on_failure);
    put(out, "before", value.before);
    put(out, "health", value.health);
    put(out, "verify", value.verify);
    put(out, "ports", value.ports);
    put(out, "env", value.env);
    put(out, "secrets", value.secrets);
    put(out, "volumes", value.volumes);
    put(out, "networks", value.networks);
    put(out, "command", value.command);
    put(out, "replicas", value.replicas);
    put(out, "switch", value.switch_by);
    put(out, "keep_previous", value.keep_previous);
    put(out, "drain", value.drain);
    put(out, "registry_username", value.registry_username);
    put(out, "registry_password", value.registry_password);
}

void from_json(const json& in, DeploySpec& value) {
    take(in, "to", value.to);
    take(in, "service", value.service);
    take(in, "image", value.image);
    take(in, "strategy", value.strategy);
    take(in, "on_failure", value.on_failure);
    take(in, "before", value.before);
    take(in, "health", value.health);
    take(in, "verify", value.verify);
    take(in, "ports", value.ports);
    take(in, "env", value.env);
    take(in, "secrets", value.secrets);
    take(in, "volumes", value.volumes);
    take(in, "networks", value.networks);
    take(in, "command", value.command);
    take(in, "replicas", value.replicas);
    take(in, "switch", value.switch_by);
    take(in, "keep_previous", value.keep_previous);
    take(in, "drain", value.drain);
    take(in, "registry_username", value.registry_username);
    take(in, "registry_password", value.registry_password);
}

void to_json(json& out, const Defaults& value) {
    out = json::object();
    put(out, "shell", value.shell);
    put(out, "working_directory", value.working_directory);
}

void from_json(const json& in, Defaults& value) {
    take(in, "shell", value.shell);
    take(in, "working_directory", value.working_directory);
}

void to_json(json& out, const JobDefinition& job) {
    out = json::object();
    put(out, "key", job.key);
    put(out, "name", job.name);
    put(out, "kind", job.kind);
    put(out, "stage", job.stage);
    put(out, "needs", job.needs);
    put(out, "if", job.condition);
    put(out, "runs_on", job.runs_on);
    put(out, "environment", job.environment);
    put(out, "environment_url", job.environment_url);
    put(out, "env", job.env);
    put(out, "defaults", job.defaults);
    put(out, "outputs", job.outputs);
    put(out, "timeout_minutes", job.timeout_minutes);
    put(out, "continue_on_error", job.continue_on_error);
    if (job.container) out["container"] = *job.container;
    put(out, "steps", job.steps);
    if (job.image) out["image"] = *job.image;
    if (job.deploy) out["deploy"] = *job.deploy;
    put(out, "at", job.at);
}

void from_json(const json& in, JobDefinition& job) {
    take(in, "key", job.key);
    take(in, "name", job.name);
    take(in, "kind", job.kind);
    take(in, "stage", job.stage);
    take(in, "needs", job.needs);
    take(in, "if", job.condition);
    take(in, "runs_on", job.runs_on);
    take(in, "environment", job.environment);
    take(in, "environment_url", job.environment_url);
    take(in, "env", job.env);
    take(in, "defaults", job.defaults);
    take(in, "outputs", job.outputs);
    take(in, "timeout_minutes", job.timeout_minutes);
    take(in, "continue_on_error", job.continue_on_error);
    job.container.reset();
    job.image.reset();
    job.deploy.reset();
    if (in.contains("container")) job.container = in.at("container").get<Container>();
    take(in, "steps", job.steps);
    if (in.contains("image")) job.image = in.at("image").get<ImageSpec>();
    if (in.contains("deploy")) job.deploy = in.at("deploy").get<DeploySpec>();
    take(in, "at", job.at);
}

}  // namespace triphammer::model
