#pragma once
// A Dockerfile for the older builder with one more instruction, which no COPY of the context sees.

#include "docker/context_source.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace triphammer::docker {

/// `text` with `instruction` after its last one. Nothing where its end leaves open whether that
/// would be an instruction of its own: a line that is continued, another escape, "<<". Pure.
std::optional<std::string> append_instruction(std::string_view text, std::string_view instruction);

/// Puts `text` into the context for the builder to read in place of `dockerfile`; the name to build
/// by. Before it copies anything the older builder takes out its Dockerfile and .dockerignore where
/// .dockerignore names them (github.com/moby/moby, builder/remotecontext/detect.go): `text` is put
/// where it does. Nothing, and nothing changed, where a COPY may want the .dockerignore itself.
/// Reads that file.
std::optional<std::string> hide_dockerfile(
    FolderTar& context, const std::string& dockerfile, std::string text
);

}  // namespace triphammer::docker
