#pragma once
// What an image tells of itself. Pure.

#include "docker/reference.hpp"
#include "model/job_document.hpp"

#include <map>
#include <string>
#include <vector>

namespace triphammer::runner {

/// Where the image comes from (github.com/opencontainers/image-spec, annotations), and its run.
/// Nothing that differs between two builds of one run: they shall give the same image. `tags`: the
/// image's own.
std::map<std::string, std::string> origin_labels(
    const model::JobDocument& document, const std::vector<docker::ImageReference>& tags
);

/// Those by which the images of one job are found again on its engine.
std::map<std::string, std::string> job_labels(const model::JobDocument& document);

/// An instruction of a Dockerfile that gives all of them. Empty: one of them does not fit into a
/// line, or there is none.
std::string label_instruction(const std::map<std::string, std::string>& labels);

}  // namespace triphammer::runner
