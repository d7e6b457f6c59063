#include "plan/resolved.hpp"

#include "plan/contexts.hpp"
#include "plan/resolved_job.hpp"
#include "plan/yaml_text.hpp"

#include <nlohmann/json.hpp>

#include <unordered_map>
#include <utility>

namespace triphammer::plan {

namespace {

namespace expression = workflow::expression;
using expression::Value;
using nlohmann::ordered_json;

ordered_json tree_of(const Value& value) {
    return ordered_json::parse(expression::to_compact_json(value));
}

/// One leg in the language: a matrix that has one value for each of its names.
ordered_json make_leg(const Value& own) {
    auto out = ordered_json::object();
    for (const auto* name : {"fail-fast", "max-parallel"}) {
        const auto value = own.member("strategy").member(name);
        if (!value.is_null()) out[name] = tree_of(value);
    }
    const auto matrix = own.member("matrix");
    if (matrix.kind() != expression::Kind::object) return out;
    for (const auto& [name, value] : matrix.as_object()) {
        out["matrix"][name] = ordered_json::array({tree_of(value)});
    }
    return out;
}

class Resolving {
  public:
    explicit Resolving(const ResolvedRun& run) : run_{run} {
        if (run.workflow != nullptr) whole_ = {run.workflow->env, run.workflow->defaults};
        for (const auto& job : run.jobs) {
            if (const auto own = expression::parse_json(job.contexts_json)) own_[job.key] = *own;
        }
    }

    ordered_json make_tree(const ResolvedJob& job) const {
        const auto known = known_of(job);
        auto tree = ordered_json::object();
        if (!job.name.empty() && job.name != job.key) tree["name"] = job.name;
        if (!job.needs.empty()) tree["needs"] = job.needs;
        auto strategy =
            known.has_matrix ? make_leg(own_of(job)) : make_strategy_tree(*job.definition, known);
        if (!strategy.is_null()) tree["strategy"] = std::move(strategy);
        // What a called workflow says for all of its jobs is in their definitions already.
        const bool is_own = job.parent.empty();
        tree.update(make_job_tree(*job.definition, is_own ? whole_ : WorkflowPart{}, known));
        return tree;
    }

  private:
    Value own_of(const ResolvedJob& job) const {
        const auto found = own_.find(job.key);
        return found == own_.end() ? Value{} : found->second;
    }

    Known known_of(const ResolvedJob& job) const {
        const auto own = own_of(job);
        Known known;
        known.left = &left_;
        known.contexts = run_.contexts;
        known.has_matrix = !own.member("strategy").is_null();
        known.has_vars = job.definition->environment.empty();
        known.contexts.set("matrix", own.member("matrix"));
        known.contexts.set("strategy", own.member("strategy"));
        if (job.parent.empty()) return known;
        const auto caller = own_.find(job.parent);
        const auto inputs = caller == own_.end() ? Value{} : caller->second.member("inputs");
        known.has_inputs = !inputs.is_null();
        known.contexts.set("inputs", inputs);
        return known;
    }

    const ResolvedRun& run_;
    mutable std::size_t left_ = kMostWork;
    WorkflowPart whole_;
    std::unordered_map<std::string_view, Value> own_;
};

/// Values only: names are the workflow's own.
void hide_in(ordered_json& tree, const Hide& hide) {
    if (tree.is_structured()) {
        for (auto& member : tree) hide_in(member, hide);
        return;
    }
    const auto text = tree.is_string() ? tree.get<std::string>() : tree.dump();
    if (auto shown = hide(text); shown != text) tree = std::move(shown);
}

std::string write_tree(ordered_json tree, const Hide& hide) {
    if (hide) hide_in(tree, hide);
    return to_yaml(tree);
}

std::string write_head(const ResolvedRun& run) {
    auto head = ordered_json::object();
    if (run.workflow != nullptr) head["name"] = run.workflow->name;
    if (!run.title.empty()) head["run-name"] = run.title;
    if (run.workflow != nullptr && run.workflow->concurrency) {
        Known known;
        known.contexts = run.contexts;
        head["concurrency"] = {{"group", fill_known(run.workflow->concurrency->group.text, known)}};
    }
    return head.empty() ? std::string{} : write_tree(std::move(head), run.hide);
}

std::string indent(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const auto line = text.substr(0, end);
        if (!line.empty()) out += "  ";
        out += line;
        out += '\n';
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return out;
}

}  // namespace

std::string write_resolved(const ResolvedRun& run) {
    const Resolving resolving{run};
    auto out = write_head(run);
    out += run.jobs.empty() ? "jobs: {}\n" : "jobs:\n";
    std::size_t written = 0;
    for (const auto& job : run.jobs) {
        auto tree = ordered_json::object();
        tree[std::string{job.key}] = resolving.make_tree(job);
        const auto text = indent(write_tree(std::move(tree), run.hide));
        if (out.size() + text.size() > kMostResolved) break;
        out += text;
        ++written;
    }
    const auto left = run.jobs.size() - written;
    if (left > 0) out += "# " + std::to_string(left) + " more jobs are left out here\n";
    return out;
}

ordered_json resolve_job(const ResolvedRun& run, const ResolvedJob& job) {
    auto tree = Resolving{run}.make_tree(job);
    if (run.hide) hide_in(tree, run.hide);
    return tree;
}

std::string write_resolved(const PlannedRun& run, const model::Workflow* workflow, Hide hide) {
    ResolvedRun resolved;
    resolved.hide = std::move(hide);
    resolved.title = run.title;
    resolved.contexts = read_contexts(run.contexts_json);
    resolved.workflow = workflow;
    for (const auto& job : run.jobs) {
        resolved.jobs.push_back(
            {job.own_key(), job.parent, job.name, job.needs, &job.definition, job.contexts_json}
        );
    }
    return write_resolved(resolved);
}

}  // namespace triphammer::plan
