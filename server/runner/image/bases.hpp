#pragma once
// The images that a Dockerfile begins with and copies from, before a builder gets it
// (docs/adr/0066, 0075).

#include "docker/build_stock.hpp"
#include "docker/dockerfile.hpp"
#include "docker/engine.hpp"

#include <string>
#include <vector>

namespace triphammer::runner {

/// For a stranger's Dockerfile: fetches each of them from its registry without a credential, so
/// that the engine's own images, which may be other repositories', are out of its reach.
/// Code::invalid for a name that the text does not tell, Code::refused for what not everybody may
/// fetch, or what has its name on this engine alone.
Task<Result<>> fetch_public_bases(
    docker::Engine& engine, const docker::DockerfileFacts& facts, docker::ProgressSink& sink
);

/// Whether no registry is known to have given or taken the engine's image that is called so: its
/// name would go over to whatever a registry has under it, for whoever uses it next. Pure.
bool is_here_alone(const docker::ImageInfo& image, const docker::ImageReference& name);

/// Why an image with these triggers (ONBUILD) must not be built on; empty: it may. A stranger's
/// Dockerfile may have none, others none that has the engine itself fetch. Pure.
std::string refuse_triggers(const std::vector<std::string>& triggers, bool is_strangers);

/// Code::invalid for the first of `bases` that is refused. Those that the engine does not have are
/// passed over.
Task<Result<>> check_triggers(
    docker::BuildStock& stock, std::vector<std::string> bases, bool is_strangers
);

}  // namespace triphammer::runner
