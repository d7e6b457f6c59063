#include "docker/engine.hpp"
#include "docker/engine_connection.hpp"

#include <utility>

namespace triphammer::docker {

using nlohmann::json;

Task<Result<std::string>> Engine::create_network(std::string name, Labels labels) {
    const json body{{"Name", name}, {"CheckDuplicate", true}, {"Labels", labels}};
    auto call = connection_->request_json("/networks/create", body);
    auto sent = connection_->send_for_json(std::move(call), "create the network");
    auto answer = co_await std::move(sent);
    if (!answer) co_return answer.error();
    co_return answer->body.value("Id", std::string{});
}

Task<Result<std::vector<NetworkSummary>>> Engine::list_networks(Labels labels) {
    const auto query = encode_query({{"filters", label_filter(labels)}});
    auto call = connection_->request(http::Method::get, "/networks" + query);
    call.body_limit = kListLimit;
    auto sent = connection_->send_for_json(std::move(call), "list networks");
    auto answer = co_await std::move(sent);
    if (!answer) co_return answer.error();
    std::vector<NetworkSummary> out;
    for (const auto& entry : answer->body) {
        NetworkSummary network;
        network.id = entry.value("Id", std::string{});
        network.name = entry.value("Name", std::string{});
        // Of a swarm's own networks it is null.
        const auto found = entry.find("Labels");
        if (found != entry.end() && found->is_object()) network.labels = found->get<Labels>();
        out.push_back(std::move(network));
    }
    co_return out;
}

Task<Result<>> Engine::connect_network(
    std::string network, std::string container, std::vector<std::string> aliases
) {
    json body{{"Container", container}};
    if (!aliases.empty()) body["EndpointConfig"]["Aliases"] = std::move(aliases);
    auto call = connection_->request_json("/networks/" + encode_path(network) + "/connect", body);
    auto sent = connection_->send(std::move(call), "connect the container to the network");
    auto answer = co_await std::move(sent);
    if (!answer) co_return answer.error();
    co_return Result<>{};
}

Task<Result<>> Engine::remove_network(std::string id) {
    auto call = connection_->request(http::Method::delete_, "/networks/" + encode_path(id));
    auto sent = connection_->send(std::move(call), "remove the network");
    auto answer = co_await std::move(sent);
    co_return fine_when(answer, Code::not_found);
}

Task<Result<>> Engine::create_volume(std::string name, Labels labels) {
    const json body{{"Name", name}, {"Labels", labels}};
    auto call = connection_->request_json("/volumes/create", body);
    auto sent = connection_->send(std::move(call), "create the volume");
    auto answer = co_await std::move(sent);
    if (!answer) co_return answer.error();
    co_return Result<>{};
}

Task<Result<std::vector<std::string>>> Engine::list_volumes(Labels labels) {
    const auto query = encode_query({{"filters", label_filter(labels)}});
    auto call = connection_->request(http::Method::get, "/volumes" + query);
    call.body_limit = kListLimit;
    auto sent = connection_->send_for_json(std::move(call), "list volumes");
    auto answer = co_await std::move(sent);
    if (!answer) co_return answer.error();
    std::vector<std::string> out;
    const auto found = answer->body.find("Volumes");
    if (found == answer->body.end() || !found->is_array()) co_return out;  // null: none
    for (const auto& entry : *found) out.push_back(entry.value("Name", std::string{}));
    co_return out;
}

Task<Result<>> Engine::remove_volume(std::string name) {
    auto call = connection_->request(http::Method::delete_, "/volumes/" + encode_path(name));
    auto sent = connection_->send(std::move(call), "remove the volume");
    auto answer = co_await std::move(sent);
    co_return fine_when(answer, Code::not_found);
}

}  // namespace triphammer::docker
