#pragma once
// The image of an action: pulled, or built of the Dockerfile that lies in the action's folder.

#include "docker/engine.hpp"
#include "docker/tar.hpp"
#include "runner/actions/use.hpp"

#include <string>
#include <vector>

namespace triphammer::runner {

/// Who chose an image: whoever writes the workflow, or a pull request from a fork.
enum class ImageNamedBy { owner, stranger };

/// `image` without "docker://". What is here already is used; a stranger gets what everybody may
/// fetch, fetched anew (docs/adr/0075): Code::refused otherwise.
Task<Result<docker::ImageInfo>> pull_action_image(
    const ActionPlace& at,
    docker::Engine& engine,
    std::string image,
    ImageNamedBy named_by,
    execution::StopToken& stop
);

/// `file`: the Dockerfile, as the steps see it; its folder is the context. The engine keeps what
/// was built last of it, for its layers.
Task<Result<docker::ImageInfo>> build_action_image(
    const ActionPlace& at, docker::Engine& engine, std::string file, execution::StopToken& stop
);

/// Whether the Dockerfile among these is a file by which the engine fetches nothing itself. Pure.
/// Code::invalid.
Result<> check_dockerfile(const std::vector<docker::TarEntry>& context, const std::string& name);

}  // namespace triphammer::runner
