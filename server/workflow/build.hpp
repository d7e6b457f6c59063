#pragma once
// Tree → model. Called for trees that the checker found nothing wrong with; it may leave out what
// was lowered to a warning.

#include "workflow/node.hpp"

#include <string_view>

namespace triphammer::workflow {

/// The workflow's `name`, or `path` where it has none.
std::string workflow_name(const Node* root, std::string_view path);

model::Workflow build_workflow(const Node& root, std::string_view path);

}  // namespace triphammer::workflow
