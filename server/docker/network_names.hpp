#pragma once
// Who is called what in a network of the engine: a container joins it under further names, and the
// engine's name service leads to all that have a name and run. The names of a container that has
// joined cannot be changed: it leaves, and joins again. Source: Docker Engine API 1.41 … 1.47
// (docs.docker.com/engine/api), NetworkConnect, NetworkDisconnect, EndpointSettings. On the logic
// thread; errors as engine.hpp's.

#include "docker/engine.hpp"
#include "http/client.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::docker {

/// A container that has joined the network, running or not.
struct Joined {
    std::string container;  // id
    std::string name;
    bool running = false;
    std::vector<std::string> aliases;  // with what the engine adds itself, the short id
    Labels labels;

    /// Whether the name service leads from `wanted` to it while it runs.
    bool answers_to(std::string_view wanted) const;
};

class NetworkNames {
  public:
    /// `address` of an engine that was connected to, `api`: EngineVersion's. Code::invalid.
    static Result<NetworkNames> at(const std::string& address, const std::string& api);

    /// Code::not_found: there is no such network; invalid: in it no container has further names, or
    /// none may join by itself.
    Task<Result<>> check(std::string network) const;
    Task<Result<std::vector<Joined>>> list(std::string network) const;
    /// Code::unauthorized (the engine's 403) where the container has joined already.
    Task<Result<>> join(std::string network, std::string container, std::string alias) const;
    /// Fine when it has not joined, or is gone. Connections by way of the network are cut.
    Task<Result<>> leave(std::string network, std::string container) const;

  private:
    NetworkNames(http::Endpoint endpoint, std::string prefix)
        : client_{std::move(endpoint)}, prefix_{std::move(prefix)} {}

    Task<Result<std::string>> send(http::Call call, const char* what) const;
    http::Call get(const std::string& path) const;
    http::Call post(const std::string& path, const nlohmann::json& body) const;

    http::Client client_;
    std::string prefix_;  // "/v1.41"
};

/// Of GET /networks/NAME: what NetworkNames::check says. Pure.
Result<> judge_network(const nlohmann::json& inspect, const std::string& network);

/// Of GET /containers/ID/json, as far as this network is concerned. Pure.
Joined parse_joined(const nlohmann::json& inspect, const std::string& network);

}  // namespace triphammer::docker
