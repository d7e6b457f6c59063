#include "workflow/build.hpp"
#include "workflow/extract.hpp"

namespace triphammer::workflow {

namespace {

model::DispatchInput build_input(const Entry& entry) {
    const auto& node = *entry.value;
    model::DispatchInput input;
    input.name = entry.key->text;
    input.description = text_at(node, "description");
    input.type = text_at(node, "type");
    input.required = flag_at(node, "required");
    input.has_fallback = node.find("default") != nullptr;
    input.fallback = text_at(node, "default");
    input.options = texts_at(node, "options");
    input.deprecation = text_at(node, "deprecationMessage");
    input.at = entry.key->at;
    return input;
}

void build_interface(const Node& body, model::Trigger& trigger) {
    for (const auto& entry : map_at(body, "inputs").entries) {
        trigger.inputs.push_back(build_input(entry));
    }
    for (const auto& entry : map_at(body, "secrets").entries) {
        const auto& node = *entry.value;
        trigger.secrets.push_back(
            {entry.key->text,
             text_at(node, "description"),
             flag_at(node, "required"),
             entry.key->at}
        );
    }
    for (const auto& entry : map_at(body, "outputs").entries) {
        const auto& node = *entry.value;
        trigger.outputs.push_back(
            {entry.key->text,
             text_at(node, "description"),
             template_at(node, "value"),
             entry.key->at}
        );
    }
}

model::Trigger build_trigger(const Node& name, const Node& body) {
    model::Trigger trigger;
    trigger.event = name.text;
    trigger.types = texts_at(body, "types");
    trigger.branches = texts_at(body, "branches");
    trigger.branches_ignore = texts_at(body, "branches-ignore");
    trigger.tags = texts_at(body, "tags");
    trigger.tags_ignore = texts_at(body, "tags-ignore");
    trigger.paths = texts_at(body, "paths");
    trigger.paths_ignore = texts_at(body, "paths-ignore");
    trigger.workflows = texts_at(body, "workflows");
    for (const auto* time : body.items) {
        trigger.schedules.push_back({text_at(*time, "cron"), text_at(*time, "timezone"), time->at});
    }
    build_interface(body, trigger);
    trigger.at = name.at;
    return trigger;
}

}  // namespace

std::vector<model::Trigger> build_triggers(const Node& on) {
    std::vector<model::Trigger> triggers;
    if (on.kind == NodeKind::scalar) triggers.push_back(build_trigger(on, Node{}));
    for (const auto* name : on.items) triggers.push_back(build_trigger(*name, Node{}));
    for (const auto& entry : on.entries) {
        triggers.push_back(build_trigger(*entry.key, *entry.value));
    }
    return triggers;
}

}  // namespace triphammer::workflow
