#pragma once

#include "store/runs/artifact_store.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace triphammer::api {

struct Services;

/// The contract's shape of an artifact; `url` is where it is downloaded.
nlohmann::json to_json(const Services& services, const store::ArtifactRow& artifact);

}  // namespace triphammer::api
