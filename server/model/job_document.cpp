#include "model/job_document.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::model {

using nlohmann::json;

namespace {

json secrets_json(const std::vector<NamedSecret>& secrets) {
    auto out = json::array();
    for (const auto& secret : secrets) out.push_back({secret.name, secret.value.reveal()});
    return out;
}

std::vector<NamedSecret> read_secrets(const json& in) {
    std::vector<NamedSecret> out;
    for (const auto& pair : in) {
        NamedSecret secret{pair.at(0).get<std::string>(), Secret{pair.at(1).get<std::string>()}};
        out.push_back(std::move(secret));
    }
    return out;
}

}  // namespace

void to_json(json& out, const JobDocument& document) {
    const auto& executor = document.executor;
    const auto& source = document.source;
    const auto& deployment = document.deployment;
    out = {
        {"fence", document.fence},
        {"server_id", document.server_id},
        {"run_id", document.run_id},
        {"run_number", document.run_number},
        {"run_attempt", document.run_attempt},
        {"job_id", document.job_id},
        {"workflow", document.workflow},
        {"job", document.job},
        {"workflow_env", document.workflow_env},
        {"workflow_defaults", document.workflow_defaults},
        {"executor",
         {{"kind", executor.kind},
          {"image", executor.image},
          {"docker_host", executor.docker_host},
          {"label", executor.label},
          {"keep_images", executor.keep_images},
          {"open_builds", executor.open_builds}}},
        {"source", {{"repository", source.repository}, {"sha", source.sha}, {"ref", source.ref}}},
        {"from_fork", document.from_fork},
        {"contexts", document.contexts_json},
        {"secrets", secrets_json(document.secrets)},
        {"token_note", document.token_note},
        {"token_expires_at", document.token_expires_at},
        {"timeout_seconds", document.timeout_seconds},
        {"grace_seconds", document.grace_seconds},
        {"log_limit_bytes", document.log_limit_bytes},
        {"deployment",
         {{"id", deployment.id},
          {"environment", deployment.environment},
          {"previous", deployment.previous_json},
          {"effects", deployment.effects_json},
          {"migrations", deployment.migrations_json},
          {"losses", deployment.losses},
          {"switch_image", deployment.switch_image}}},
    };
}

void from_json(const json& in, JobDocument& document) {
    document.fence = in.at("fence").get<std::int64_t>();
    document.server_id = in.at("server_id").get<std::string>();
    document.run_id = in.at("run_id").get<std::string>();
    document.run_number = in.at("run_number").get<std::int64_t>();
    document.run_attempt = in.at("run_attempt").get<std::int64_t>();
    document.job_id = in.at("job_id").get<std::string>();
    document.workflow = in.at("workflow").get<std::string>();
    document.job = in.at("job").get<JobDefinition>();
    document.workflow_env = in.at("workflow_env").get<Pairs>();
    document.workflow_defaults = in.at("workflow_defaults").get<Defaults>();
    const auto& executor = in.at("executor");
    document.executor.kind = executor.at("kind").get<std::string>();
    document.executor.image = executor.at("image").get<std::string>();
    document.executor.docker_host = executor.at("docker_host").get<std::string>();
    document.executor.label = executor.at("label").get<std::string>();
    document.executor.keep_images = executor.value("keep_images", std::int64_t{0});
    document.executor.open_builds = executor.value("open_builds", false);
    const auto& source = in.at("source");
    document.source.repository = source.at("repository").get<std::string>();
    document.source.sha = source.at("sha").get<std::string>();
    document.source.ref = source.at("ref").get<std::string>();
    document.from_fork = in.value("from_fork", false);
    document.contexts_json = in.at("contexts").get<std::string>();
    document.secrets = read_secrets(in.at("secrets"));
    document.token_note = in.value("token_note", "");
    document.token_expires_at = in.value("token_expires_at", std::int64_t{0});
    document.timeout_seconds = in.at("timeout_seconds").get<std::int64_t>();
    document.grace_seconds = in.at("grace_seconds").get<std::int64_t>();
    document.log_limit_bytes = in.at("log_limit_bytes").get<std::int64_t>();
    const auto& deployment = in.at("deployment");
    document.deployment.id = deployment.at("id").get<std::string>();
    document.deployment.environment = deployment.at("environment").get<std::string>();
    document.deployment.previous_json = deployment.at("previous").get<std::string>();
    document.deployment.effects_json = deployment.at("effects").get<std::string>();
    document.deployment.migrations_json = deployment.at("migrations").get<std::string>();
    document.deployment.losses = deployment.at("losses").get<std::int64_t>();
    document.deployment.switch_image = deployment.at("switch_image").get<std::string>();
}

}  // namespace triphammer::model
