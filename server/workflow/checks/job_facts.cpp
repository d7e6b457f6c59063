#include "workflow/checks/job_facts.hpp"

#include "base/text.hpp"
#include "workflow/schema/matrix.hpp"
#include "workflow/schema/step_rules.hpp"

namespace triphammer::workflow {

namespace {

Names keys_of(const Node* map) {
    Names out;
    if (map == nullptr) return out;
    for (const auto& entry : map->entries) out.add(entry.key->text);
    return out;
}

Names texts_in(const Node* node) {
    Names out;
    if (node == nullptr) return out;
    if (node->kind == NodeKind::scalar) out.add(node->text);
    for (const auto* item : node->items) {
        if (item->kind == NodeKind::scalar) out.add(item->text);
    }
    return out;
}

std::optional<Names> matrix_of(const Node& job) {
    const auto properties = matrix_properties(job);
    if (!properties) return {};
    Names out;
    for (const auto& name : *properties) out.add(name);
    return out;
}

Names outputs_of_terraform(const Node& terraform) {
    Names out;
    const auto* command = terraform.find("command");
    if (command != nullptr && command->text == "apply") return out;
    for (const auto* name :
         {"plan-hash", "has-changes", "changes", "create", "update", "replace", "destroy"}) {
        out.add(name);
    }
    return out;
}

std::optional<Names> outputs_of(const Node& job) {
    if (const auto* terraform = job.find("terraform")) return outputs_of_terraform(*terraform);
    if (job.find("image") != nullptr) {
        Names out;
        for (const auto* name : {"ref", "digest", "image-id"}) out.add(name);
        return out;
    }
    const auto* outputs = job.find("outputs");
    const bool is_expression = outputs != nullptr && outputs->kind == NodeKind::scalar;
    if (job.find("steps") == nullptr || is_expression) return {};
    return keys_of(outputs);
}

void read_steps(const Node& job, JobFacts& facts) {
    const auto* steps = job.find("steps");
    if (steps == nullptr) return;
    for (const auto* step : flatten_steps(*steps)) {
        facts.ids_before.emplace(step, facts.steps.list().size());
        const auto* id = step->find("id");
        if (id != nullptr && id->kind == NodeKind::scalar) facts.steps.add(id->text);
    }
}

}  // namespace

void Names::add(const std::string& name) {
    if (index_.emplace(to_lower(name), list_.size()).second) list_.push_back(name);
}

std::optional<std::size_t> Names::find(std::string_view name) const {
    const auto found = index_.find(to_lower(name));
    if (found == index_.end()) return {};
    return found->second;
}

FileFacts::FileFacts(const Node& root) {
    read_inputs(root);
    const auto* jobs = root.find("jobs");
    if (jobs == nullptr) return;
    for (const auto& entry : jobs->entries) {
        jobs_.add(entry.key->text);
        nodes_.push_back(entry.value);
    }
}

void FileFacts::read_inputs(const Node& root) {
    const auto* on = root.find("on");
    if (on == nullptr) return;
    for (const auto* event : {"workflow_dispatch", "workflow_call"}) {
        const auto* node = on->find(event);
        const auto* inputs = node == nullptr ? nullptr : node->find("inputs");
        if (inputs == nullptr) continue;
        for (const auto& entry : inputs->entries) inputs_.add(entry.key->text);
    }
}

const Node* FileFacts::find_job(std::string_view name) const {
    const auto index = jobs_.find(name);
    return index ? nodes_[*index] : nullptr;
}

const JobFacts& FileFacts::facts_of(const Node& job) {
    const auto known = facts_.find(&job);
    if (known != facts_.end()) return known->second;
    auto& facts = facts_[&job];
    facts.needs = texts_in(job.find("needs"));
    facts.matrix = matrix_of(job);
    facts.outputs = outputs_of(job);
    read_steps(job, facts);
    return facts;
}

}  // namespace triphammer::workflow
