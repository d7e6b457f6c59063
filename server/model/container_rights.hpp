#pragma once
// What a job may ask for of a container's rights. Source:
// docs.docker.com/reference/cli/docker/container/run and capabilities(7).

#include "base/result.hpp"
#include "model/container_spec.hpp"

#include <string>

namespace triphammer::model {

/// --security-opt. Code::invalid.
Result<> harden(ContainerSpec& spec, const std::string& value);
/// --cap-add. Code::refused for what would reach beyond the container.
Result<> add_capability(ContainerSpec& spec, const std::string& value);
/// --cap-drop.
Result<> drop_capability(ContainerSpec& spec, const std::string& value);

}  // namespace triphammer::model
