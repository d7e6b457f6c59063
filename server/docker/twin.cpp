#include "docker/twin.hpp"

#include "docker/engine_connection.hpp"

#include <algorithm>

namespace triphammer::docker {

using nlohmann::json;

namespace {

constexpr const char* kVersion = "/v1.41";  // the least that Engine::connect takes
constexpr std::string_view kUnix = "unix://";

Task<Result<Parsed>> ask(http::Client client, http::Call call, const char* what) {
    auto sending = client.send(std::move(call));
    const auto answer = co_await std::move(sending);
    if (!answer) co_return with_context(what, answer.error());
    if (answer->status >= 400) co_return engine_error(what, answer->status, answer->body);
    auto parsed = json::parse(answer->body, nullptr, false);
    if (!parsed.is_object()) co_return Error{Code::protocol, std::string{what} + ": no object"};
    co_return Parsed{std::move(parsed)};
}

/// Without what the engine lays over /proc: the kernel gives a sandbox a /proc of its own only
/// where the one around it is whole (mount_namespaces(7), locked mounts).
void show_all_of_proc(json& host) {
    host["MaskedPaths"] = json::array();
    host["ReadonlyPaths"] = json::array();
}

bool makes_sandboxes(const json& host) {
    const auto added = host.find("CapAdd");
    if (added == host.end() || !added->is_array()) return false;
    return std::ranges::any_of(*added, [](const json& right) {
        return right == "SYS_ADMIN" || right == "CAP_SYS_ADMIN";
    });
}

}  // namespace

json twin_body(const json& original, const Twin& twin) {
    const auto& config = original.at("Config");
    json body{
        {"Image", original.at("Image")},
        {"Entrypoint", twin.entrypoint},
        {"Cmd", json::array()},
        {"Labels", twin.labels},
        {"HostConfig", original.at("HostConfig")}};
    for (const char* key : {"Env", "User", "WorkingDir"}) {
        if (config.contains(key)) body[key] = config[key];
    }
    auto& host = body["HostConfig"];
    host["RestartPolicy"] = {{"Name", "no"}};
    host["AutoRemove"] = true;
    host["PortBindings"] = json::object();
    if (makes_sandboxes(host)) show_all_of_proc(host);
    return body;
}

Task<Result<std::string>> create_twin(std::string address, std::string original, Twin twin) {
    if (!address.starts_with(kUnix)) co_return invalid("docker.host is not unix:///PATH");
    const http::Client client{http::unix_endpoint(address.substr(kUnix.size()))};
    const auto place = std::string{kVersion} + "/containers/";
    auto asking =
        ask(client,
            {http::Method::get, place + encode_path(original) + "/json"},
            "look at this container");
    const auto seen = co_await std::move(asking);
    if (!seen) co_return seen.error();
    if (!seen->body.contains("Config") || !seen->body.contains("HostConfig"))
        co_return Error{Code::protocol, "look at this container: no Config"};
    http::Call call{http::Method::post, place + "create" + encode_query({{"name", twin.name}})};
    call.headers.set("Content-Type", "application/json");
    call.body = twin_body(seen->body, twin).dump();
    auto creating = ask(client, std::move(call), "create the container beside");
    const auto made = co_await std::move(creating);
    if (!made) co_return made.error();
    co_return made->body.value("Id", std::string{});
}

}  // namespace triphammer::docker
