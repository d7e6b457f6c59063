#pragma once
// Tree → model. Called for trees that the checker found nothing wrong with; it may leave out what
// was lowered to a warning.

#include "model/workflow.hpp"
#include "workflow/yaml/node.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::workflow {

/// The workflow's `name`, or `path` where it has none.
std::string workflow_name(const Node* root, std::string_view path);

model::Workflow build_workflow(const Node& root, std::string_view path);

/// Parts, one file each.
std::vector<model::Trigger> build_triggers(const Node& on);
model::JobDefinition build_job(const Entry& entry);
void build_kind(const Node& node, model::JobDefinition& job);
model::HealthSpec build_health(const Node& node);
std::optional<model::Container> build_container(const Node& node);
model::Services build_services(const Node& node);
model::Step build_step(const Node& node);
model::Defaults build_defaults(const Node& owner);
std::optional<model::Permissions> build_permissions(const Node& owner);
std::optional<model::Concurrency> build_concurrency(const Node& owner);

}  // namespace triphammer::workflow
