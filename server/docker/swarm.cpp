#include "docker/swarm.hpp"

#include "docker/engine_address.hpp"
#include "docker/engine_connection.hpp"

#include <utility>

namespace triphammer::docker {

using nlohmann::json;

namespace {

constexpr const char* kAuthHeader = "X-Registry-Auth";

/// What is there under these keys; null where something on the way is not.
const json& value_at(const json& tree, std::initializer_list<const char*> keys) {
    static const json kNothing;
    const json* here = &tree;
    for (const auto* key : keys) {
        const auto found = here->is_object() ? here->find(key) : here->end();
        if (!here->is_object() || found == here->end()) return kNothing;
        here = &*found;
    }
    return *here;
}

std::string text_at(const json& tree, std::initializer_list<const char*> keys) {
    const auto& value = value_at(tree, keys);
    return value.is_string() ? value.get<std::string>() : std::string{};
}

std::uint64_t number_at(const json& tree, std::initializer_list<const char*> keys) {
    const auto& value = value_at(tree, keys);
    return value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
}

Labels labels_at(const json& tree, std::initializer_list<const char*> keys) {
    Labels out;
    const auto& labels = value_at(tree, keys);
    if (!labels.is_object()) return out;
    for (const auto& [name, value] : labels.items()) {
        if (value.is_string()) out[name] = value.get<std::string>();
    }
    return out;
}

std::string service_path(const std::string& id, std::string_view rest = "") {
    return "/services/" + encode_path(id) + std::string{rest};
}

}  // namespace

Result<ServiceInfo> parse_service(const json& inspect) {
    ServiceInfo out;
    out.id = text_at(inspect, {"ID"});
    out.name = text_at(inspect, {"Spec", "Name"});
    out.version = number_at(inspect, {"Version", "Index"});
    if (out.id.empty() || out.name.empty() || out.version == 0) {
        return Error{Code::protocol, "inspect the service: the answer is no service"};
    }
    out.spec = value_at(inspect, {"Spec"}).dump();
    const auto& previous = value_at(inspect, {"PreviousSpec"});
    if (previous.is_object()) out.previous_spec = previous.dump();
    out.labels = labels_at(inspect, {"Spec", "Labels"});
    out.image = text_at(inspect, {"Spec", "TaskTemplate", "ContainerSpec", "Image"});
    out.is_replicated = value_at(inspect, {"Spec", "Mode", "Replicated"}).is_object();
    out.replicas = number_at(inspect, {"Spec", "Mode", "Replicated", "Replicas"});
    out.update_state = text_at(inspect, {"UpdateStatus", "State"});
    out.update_message = text_at(inspect, {"UpdateStatus", "Message"});
    return out;
}

TaskInfo parse_task(const json& entry) {
    TaskInfo out;
    out.id = text_at(entry, {"ID"});
    out.node = text_at(entry, {"NodeID"});
    out.state = text_at(entry, {"Status", "State"});
    out.desired = text_at(entry, {"DesiredState"});
    out.error = text_at(entry, {"Status", "Err"});
    out.container = text_at(entry, {"Status", "ContainerStatus", "ContainerID"});
    out.image = text_at(entry, {"Spec", "ContainerSpec", "Image"});
    out.labels = labels_at(entry, {"Spec", "ContainerSpec", "Labels"});
    const auto& code = value_at(entry, {"Status", "ContainerStatus", "ExitCode"});
    if (code.is_number_integer()) out.exit_status = code.get<int>();
    return out;
}

Labels labels_of_spec(const std::string& spec) {
    return labels_at(json::parse(spec, nullptr, false), {"Labels"});
}

Result<Swarm> Swarm::at(const std::string& address, const std::string& api) {
    auto endpoint = engine_endpoint(address);
    if (!endpoint) return endpoint.error();
    return Swarm{std::move(*endpoint), "/v" + api};
}

http::Call Swarm::call(http::Method method, const std::string& path) const {
    http::Call out{method, prefix_ + path};
    out.body_limit = kListLimit;
    return out;
}

Task<Result<std::string>> Swarm::send(http::Call call, const char* what) const {
    auto sending = client_.send(std::move(call));
    auto answer = co_await std::move(sending);
    if (!answer) co_return with_context(what, answer.error());
    if (answer->status >= 400) co_return engine_error(what, answer->status, answer->body);
    co_return std::move(answer->body);
}

Task<Result<std::string>> Swarm::get(std::string path, const char* what) const {
    auto sending = send(call(http::Method::get, path), what);
    auto body = co_await std::move(sending);
    if (!body || json::accept(*body)) co_return body;
    co_return Error{Code::protocol, std::string{what} + ": the engine's answer is not JSON"};
}

Task<Result<SwarmMember>> Swarm::member() {
    auto asking = get("/info", "ask the engine about its swarm");
    const auto body = co_await std::move(asking);
    if (!body) co_return body.error();
    const auto info = json::parse(*body);
    SwarmMember out;
    const bool is_active = text_at(info, {"Swarm", "LocalNodeState"}) == "active";
    if (is_active) out.node = text_at(info, {"Swarm", "NodeID"});
    const auto& controls = value_at(info, {"Swarm", "ControlAvailable"});
    out.is_manager = is_active && controls.is_boolean() && controls.get<bool>();
    co_return out;
}

Task<Result<ServiceInfo>> Swarm::inspect_service(std::string name) {
    auto asking = get(service_path(name), "inspect the service");
    const auto body = co_await std::move(asking);
    if (!body) co_return body.error();
    co_return parse_service(json::parse(*body));
}

Task<Result<std::string>> Swarm::create_service(std::string spec, Credentials credentials) {
    auto request = call(http::Method::post, "/services/create");
    request.headers.set("Content-Type", "application/json");
    request.headers.set(kAuthHeader, registry_auth(credentials));
    request.body = std::move(spec);
    auto sending = send(std::move(request), "create the service");
    const auto body = co_await std::move(sending);
    if (!body) co_return body.error();
    co_return text_at(json::parse(*body, nullptr, false), {"ID"});
}

Task<Result<>> Swarm::update_service(
    std::string id, std::uint64_t version, std::string spec, Credentials credentials
) {
    // Without credentials of ours the swarm keeps those that it has.
    const auto query = encode_query(
        {{"version", std::to_string(version)},
         {"registryAuthFrom", credentials.empty() ? "spec" : ""}}
    );
    auto request = call(http::Method::post, service_path(id, "/update" + query));
    request.headers.set("Content-Type", "application/json");
    if (!credentials.empty()) request.headers.set(kAuthHeader, registry_auth(credentials));
    request.body = std::move(spec);
    auto sending = send(std::move(request), "update the service");
    const auto body = co_await std::move(sending);
    if (body) co_return Result<>{};
    auto error = body.error();
    // The engine says it with status 500.
    const bool is_stale = error.message.find("out of sequence") != std::string::npos;
    if (is_stale) error.code = Code::conflict;
    co_return error;
}

Task<Result<>> Swarm::remove_service(std::string id) {
    auto sending = send(call(http::Method::delete_, service_path(id)), "remove the service");
    const auto body = co_await std::move(sending);
    if (body || body.error().code == Code::not_found) co_return Result<>{};
    co_return body.error();
}

Task<Result<std::vector<TaskInfo>>> Swarm::list_tasks(std::string service) {
    const auto filters = json{{"service", json::array({service})}}.dump();
    auto asking = get("/tasks" + encode_query({{"filters", filters}}), "list the service's tasks");
    const auto body = co_await std::move(asking);
    if (!body) co_return body.error();
    std::vector<TaskInfo> out;
    for (const auto& entry : json::parse(*body)) out.push_back(parse_task(entry));
    co_return out;
}

}  // namespace triphammer::docker
