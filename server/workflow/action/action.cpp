#include "workflow/action/action.hpp"

#include "base/text.hpp"
#include "workflow/action/tables.hpp"
#include "workflow/build.hpp"
#include "workflow/checks/checker.hpp"
#include "workflow/extract.hpp"
#include "workflow/yaml/yaml.hpp"

#include <algorithm>
#include <array>

namespace triphammer::workflow {

namespace {

constexpr std::array<std::string_view, 4> kNodes{"node12", "node16", "node20", "node24"};

/// GitHub takes them in any case.
std::optional<Action::Kind> kind_of(std::string_view written) {
    const auto text = to_lower(written);
    if (text == "composite") return Action::Kind::composite;
    if (text == "docker") return Action::Kind::docker;
    if (std::find(kNodes.begin(), kNodes.end(), text) != kNodes.end()) return Action::Kind::node;
    return {};
}

const Shape& shape_of(Action::Kind kind) {
    switch (kind) {
        case Action::Kind::composite:
            return kCompositeRunsShape;
        case Action::Kind::node:
            return kNodeRunsShape;
        case Action::Kind::docker:
            return kDockerRunsShape;
    }
    return kNodeRunsShape;
}

void check_runs(const Node& runs, Checker& checker, Report& report) {
    const auto* name = runs.find("using");
    if (name == nullptr) {
        return report.error(
            "missing-key", runs.at, "'runs' needs the key 'using'", "composite, node20 or docker"
        );
    }
    const auto kind = kind_of(name->text);
    if (kind) return checker.check(runs, shape_of(*kind), "runs");
    report.error(
        "unknown-value",
        name->at,
        "unknown value " + show(name->text) + " of 'using'",
        "composite, docker, " + join({kNodes.begin(), kNodes.end()}, ", ")
    );
}

void check_outputs(const Node& root, Report& report) {
    const auto kind = kind_of(map_at(map_at(root, "runs"), "using").text);
    if (kind != Action::Kind::composite) return;
    for (const auto& entry : map_at(root, "outputs").entries) {
        if (entry.value->find("value") != nullptr) continue;
        report.error(
            "missing-key",
            entry.key->at,
            "the output " + show(entry.key->text) + " needs the key 'value' in a composite action"
        );
    }
}

void check_file(const Node& root, std::string_view text, Report& report) {
    const Source source{text};
    Checker checker{source, report};
    checker.check(root, kActionShape, "the action");
    if (const auto* runs = root.find("runs")) check_runs(*runs, checker, report);
    check_outputs(root, report);
}

std::vector<ActionInput> build_inputs(const Node& inputs) {
    std::vector<ActionInput> out;
    for (const auto& entry : inputs.entries) {
        ActionInput input;
        input.name = entry.key->text;
        input.required = flag_at(*entry.value, "required");
        input.has_default = entry.value->find("default") != nullptr;
        input.fallback = template_at(*entry.value, "default");
        input.deprecation = text_at(*entry.value, "deprecationMessage");
        out.push_back(std::move(input));
    }
    return out;
}

Action build_action(const Node& root) {
    Action out;
    const auto& runs = map_at(root, "runs");
    out.name = text_at(root, "name");
    out.inputs = build_inputs(map_at(root, "inputs"));
    for (const auto& entry : map_at(root, "outputs").entries) {
        out.outputs.emplace_back(entry.key->text, template_at(*entry.value, "value"));
    }
    out.kind = *kind_of(text_at(runs, "using"));
    const bool docker = out.kind == Action::Kind::docker;
    if (out.kind == Action::Kind::node) out.node = to_lower(text_at(runs, "using"));
    out.pre = {text_at(runs, docker ? "pre-entrypoint" : "pre"), condition_at(runs, "pre-if")};
    out.main = text_at(runs, docker ? "entrypoint" : "main");
    out.post = {text_at(runs, docker ? "post-entrypoint" : "post"), condition_at(runs, "post-if")};
    for (const auto* step : map_at(runs, "steps").items) out.steps.push_back(build_step(*step));
    out.image = text_at(runs, "image");
    out.arguments = templates_at(runs, "args");
    out.env = pairs_at(runs, "env");
    return out;
}

}  // namespace

ReadAction read_action(std::string_view text) {
    ReadAction result;
    Report report{{"unknown-key", "number-rewritten"}};
    const auto document = read_yaml(text, report);
    const auto* root = document ? document->root : nullptr;
    if (root != nullptr) {
        check_file(*root, text, report);
    } else if (!report.has_errors()) {
        report.error("empty-file", {1, 1}, "the file is empty", "an action needs runs");
    }
    if (!report.has_errors()) result.action = build_action(*root);
    result.problems = std::move(report).take();
    return result;
}

}  // namespace triphammer::workflow
