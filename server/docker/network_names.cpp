#include "docker/network_names.hpp"

#include "docker/engine_address.hpp"
#include "docker/engine_connection.hpp"

#include <algorithm>
#include <utility>

namespace triphammer::docker {

using nlohmann::json;

namespace {

constexpr const char* kListing = "list who is in the network";
constexpr std::chrono::seconds kSlowNetwork{60};

Error is_no_api(const char* what) {
    return {Code::protocol, std::string{what} + ": the engine's answer is not as its API says"};
}

}  // namespace

bool Joined::answers_to(std::string_view wanted) const {
    return name == wanted || std::find(aliases.begin(), aliases.end(), wanted) != aliases.end();
}

Joined parse_joined(const json& inspect, const std::string& network) {
    const auto info = parse_container(inspect);
    Joined out;
    out.container = info.id;
    out.name = info.name;
    out.running = info.running;
    out.labels = info.labels;
    const json::json_pointer place{"/NetworkSettings/Networks"};
    if (!inspect.is_object() || !inspect.contains(place)) return out;
    const auto& networks = inspect[place];
    if (!networks.is_object() || !networks.contains(network)) return out;
    const auto& endpoint = networks[network];
    if (!endpoint.is_object() || !endpoint.contains("Aliases")) return out;
    for (const auto& [index, alias] : endpoint["Aliases"].items()) {
        if (alias.is_string()) out.aliases.push_back(alias.get<std::string>());
    }
    return out;
}

Result<> judge_network(const json& inspect, const std::string& network) {
    // An id, or the beginning of one, finds it too; containers know it by its name.
    if (inspect.value("Name", std::string{}) != network) {
        return not_found("there is no network named " + network);
    }
    const auto driver = inspect.value("Driver", std::string{});
    if (network == "bridge" || driver == "host" || driver == "null") {
        return invalid(
            "in the engine's own '" + network + "' no container has further names: make another one"
        );
    }
    const bool is_of_swarm = inspect.value("Scope", std::string{}) == "swarm";
    if (is_of_swarm && !inspect.value("Attachable", false)) {
        return invalid(
            "only services of the swarm join '" + network +
            "': make it with docker network create --attachable"
        );
    }
    return {};
}

Result<NetworkNames> NetworkNames::at(const std::string& address, const std::string& api) {
    auto endpoint = engine_endpoint(address);
    if (!endpoint) return endpoint.error();
    return NetworkNames{std::move(*endpoint), "/v" + api};
}

http::Call NetworkNames::get(const std::string& path) const {
    http::Call call{http::Method::get, prefix_ + path};
    call.body_limit = kListLimit;
    return call;
}

http::Call NetworkNames::post(const std::string& path, const json& body) const {
    http::Call call{http::Method::post, prefix_ + path};
    call.headers.set("Content-Type", "application/json");
    call.body = body.dump();
    call.deadline = kSlowNetwork;
    return call;
}

Task<Result<std::string>> NetworkNames::send(http::Call call, const char* what) const {
    auto sending = client_.send(std::move(call));
    auto answer = co_await std::move(sending);
    if (!answer) co_return with_context(what, answer.error());
    if (answer->status >= 400) co_return engine_error(what, answer->status, answer->body);
    co_return std::move(answer->body);
}

Task<Result<>> NetworkNames::check(std::string network) const {
    constexpr const char* kWhat = "look for the network";
    auto sending = send(get("/networks/" + encode_path(network)), kWhat);
    const auto text = co_await std::move(sending);
    if (!text) co_return text.error();
    const auto found = json::parse(*text, nullptr, false);
    if (!found.is_object()) co_return is_no_api(kWhat);
    co_return judge_network(found, network);
}

Task<Result<std::vector<Joined>>> NetworkNames::list(std::string network) const {
    const json filter{{"network", json::array({network})}};
    const auto query = encode_query({{"all", "1"}, {"filters", filter.dump()}});
    auto listing = send(get("/containers/json" + query), kListing);
    const auto text = co_await std::move(listing);
    if (!text) co_return text.error();
    const auto all = json::parse(*text, nullptr, false);
    if (!all.is_array()) co_return is_no_api(kListing);
    std::vector<Joined> out;
    for (const auto& one : all) {
        const auto id = one.is_object() ? one.value("Id", std::string{}) : std::string{};
        auto asking = send(get("/containers/" + encode_path(id) + "/json"), kListing);
        const auto inspect = co_await std::move(asking);
        if (!inspect && inspect.error().code == Code::not_found) continue;  // meanwhile removed
        if (!inspect) co_return inspect.error();
        const auto parsed = json::parse(*inspect, nullptr, false);
        if (!parsed.is_object()) co_return is_no_api(kListing);
        out.push_back(parse_joined(parsed, network));
    }
    co_return out;
}

Task<Result<>> NetworkNames::join(std::string network, std::string container, std::string alias)
    const {
    const json body{
        {"Container", std::move(container)},
        {"EndpointConfig", {{"Aliases", json::array({std::move(alias)})}}}};
    const auto path = "/networks/" + encode_path(network) + "/connect";
    auto sending = send(post(path, body), "connect the container to the network");
    const auto answer = co_await std::move(sending);
    if (!answer) co_return answer.error();
    co_return Result<>{};
}

Task<Result<>> NetworkNames::leave(std::string network, std::string container) const {
    const json body{{"Container", std::move(container)}, {"Force", false}};
    const auto path = "/networks/" + encode_path(network) + "/disconnect";
    auto sending = send(post(path, body), "disconnect the container from the network");
    const auto answer = co_await std::move(sending);
    if (answer || answer.error().code == Code::not_found) co_return Result<>{};
    // 500 for a running container, 403 for a stopped one.
    const bool is_out = answer.error().message.find("is not connected") != std::string::npos;
    if (is_out) co_return Result<>{};
    co_return answer.error();
}

}  // namespace triphammer::docker
