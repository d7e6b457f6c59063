#pragma once
// A container made like another one, with another command and a life of its own: what compose wrote
// of it (image, environment, volumes, rights, network) is taken from the engine, not said twice.

#include "base/result.hpp"
#include "base/task.hpp"
#include "docker/engine.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace triphammer::docker {

struct Twin {
    std::string name;
    std::vector<std::string> entrypoint;
    Labels labels;
};

/// The body of its creation, of what the engine shows of the original. It restarts by nobody and is
/// removed when it ends; names, labels, published ports and the health check are not taken over.
/// One that may mount (SYS_ADMIN) sees all of /proc: compose has no word for that which each of its
/// releases knows.
nlohmann::json twin_body(const nlohmann::json& original, const Twin& twin);

/// On the engine of a Unix socket (unix:///PATH); its id. Code::conflict: the name is taken.
Task<Result<std::string>> create_twin(std::string address, std::string original, Twin twin);

}  // namespace triphammer::docker
