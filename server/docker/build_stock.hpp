#pragma once
// What a build finds on an engine and leaves there, as the engine itself says it: what a build
// prints is written by the Dockerfile's author. Source: Docker Engine API 1.41 … 1.47
// (docs.docker.com/engine/api), ImageInspect (Config.OnBuild) and ImageList (all). On the logic
// thread; errors as engine.hpp's.

#include "docker/engine.hpp"
#include "http/client.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::docker {

class BuildStock {
  public:
    /// `address` of an engine that was connected to, `api`: EngineVersion's. Code::invalid.
    static Result<BuildStock> at(const std::string& address, const std::string& api);

    /// The ids of all images, sha256:…, of the layers of builds, too.
    Task<Result<std::set<std::string>>> list_ids();
    /// What an image does to those that are built on it (ONBUILD). Code::not_found.
    Task<Result<std::vector<std::string>>> triggers_of(std::string image);

  private:
    BuildStock(http::Endpoint endpoint, std::string prefix)
        : client_{std::move(endpoint)}, prefix_{std::move(prefix)} {}

    Task<Result<std::string>> get(std::string path, const char* what) const;

    http::Client client_;
    std::string prefix_;  // "/v1.41"
};

/// Of what a build's output names as its layers (the first 12 digits of ids), those that are on the
/// engine now and were not `before` the build: whole ids, in the order of `named`. Pure.
std::vector<std::string> made_since(
    const std::set<std::string>& before,
    const std::set<std::string>& now,
    const std::vector<std::string>& named
);

}  // namespace triphammer::docker
