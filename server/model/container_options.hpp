#pragma once
// `options` of a container or service: those of `docker create` that stay inside the container, a
// closed list. Source: docs.docker.com/reference/cli/docker/container/create.

#include "base/result.hpp"
#include "model/container_spec.hpp"

#include <string_view>

namespace triphammer::model {

/// Adds the options to `spec`. Code::invalid names the option that is not in the list or has a
/// wrong value, Code::refused one that no job gets; both say what to write instead.
Result<> add_options(ContainerSpec& spec, std::string_view options);

/// The container of the steps runs our own first process; what only a service may have is refused.
Result<> check_steps_container(const ContainerSpec& spec);

/// Of any container of a job.
constexpr std::int64_t kMostProcesses = 4096;

}  // namespace triphammer::model
