#pragma once
// `options` of a container or service: those of `docker create` that stay inside the container, a
// closed list. Source: docs.docker.com/reference/cli/docker/container/create.

#include "base/result.hpp"
#include "docker/container_spec.hpp"

#include <string_view>

namespace triphammer::runner {

/// Adds the options to `spec`. Code::invalid names the option that is not in the list or has a
/// wrong value, and what to write instead.
Result<> add_options(docker::ContainerSpec& spec, std::string_view options);

}  // namespace triphammer::runner
