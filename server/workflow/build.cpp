#include "workflow/build.hpp"

#include "workflow/extract.hpp"
#include "workflow/yaml/scalar.hpp"

namespace triphammer::workflow {

namespace {

std::vector<model::Notification> build_notify(const Node& node) {
    std::vector<model::Notification> out;
    for (const auto& entry : node.entries) {
        out.push_back({entry.key->text, texts_at(node, entry.key->text), entry.key->at});
    }
    return out;
}

}  // namespace

std::string workflow_name(const Node* root, std::string_view path) {
    const auto* name = root == nullptr ? nullptr : root->find("name");
    const bool is_text = name != nullptr && name->kind == NodeKind::scalar;
    const auto text = is_text ? scalar_text(*name) : std::string{};
    return text.empty() ? std::string{path} : text;
}

model::Workflow build_workflow(const Node& root, std::string_view path) {
    model::Workflow workflow;
    workflow.path = path;
    workflow.name = workflow_name(&root, path);
    workflow.run_name = template_at(root, "run-name");
    workflow.triggers = build_triggers(map_at(root, "on"));
    workflow.permissions = build_permissions(root);
    workflow.concurrency = build_concurrency(root);
    workflow.env = pairs_at(root, "env");
    workflow.defaults = build_defaults(root);
    for (const auto& entry : map_at(root, "jobs").entries) {
        workflow.jobs.push_back(build_job(entry));
    }
    workflow.notify = build_notify(map_at(root, "notify"));
    return workflow;
}

}  // namespace triphammer::workflow
