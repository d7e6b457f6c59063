#pragma once
// What an engine is and how it sees registries. Source: Docker Engine API 1.41 … 1.47
// (docs.docker.com/engine/api), SystemVersion, SystemInfo (RegistryConfig), DistributionInspect. On
// the logic thread; errors as engine.hpp's.

#include "docker/engine.hpp"
#include "docker/registry.hpp"
#include "http/client.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace triphammer::docker {

class EngineFacts {
  public:
    /// `address` of an engine that was connected to, `api`: EngineVersion's. Code::invalid.
    static Result<EngineFacts> at(const std::string& address, const std::string& api);

    /// linux/amd64: for what it builds and runs without an emulation.
    Task<Result<std::string>> platform();
    /// Whether the engine speaks to the registry without TLS where it has none.
    Task<Result<bool>> is_insecure(std::string registry);
    /// What the registry has under the name now.
    Task<Result<ManifestFacts>> describe(ImageReference image, Credentials credentials);

  private:
    EngineFacts(http::Endpoint endpoint, std::string prefix)
        : client_{std::move(endpoint)}, prefix_{std::move(prefix)} {}

    Task<Result<std::string>> get(std::string path, std::string authorization, const char* what)
        const;

    http::Client client_;
    std::string prefix_;  // "/v1.41"
};

/// By SystemInfo's RegistryConfig: named there as insecure, or an address of an insecure network.
/// This machine's own are such networks. Pure.
bool is_insecure_registry(const nlohmann::json& info, const std::string& registry);

}  // namespace triphammer::docker
