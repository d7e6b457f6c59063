#include "workflow/checks/references.hpp"

#include "base/text.hpp"
#include "workflow/checks/job_facts.hpp"
#include "workflow/checks/properties.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace triphammer::workflow {

namespace {

using expression::Tree;
using ExpressionNode = expression::Node;
using ExpressionKind = expression::NodeKind;

constexpr std::array<std::string_view, 9> kLookedUp{
    "steps", "needs", "matrix", "inputs", "jobs", "github", "runner", "job", "strategy"};

// More are not told; each costs a look at the file.
constexpr std::size_t kMostCalledOutputs = 100;

bool is_looked_up(std::string_view context) {
    return std::any_of(kLookedUp.begin(), kLookedUp.end(), [context](auto one) {
        return equal_ignoring_case(one, context);
    });
}

/// Context and literal names of `a.b['c']`; ends before an index that is no literal text. Empty
/// when it is no such chain.
std::vector<std::string> path_of(const Tree& tree, const ExpressionNode& node) {
    if (node.kind == ExpressionKind::context && is_looked_up(node.name)) return {node.name};
    if (node.kind != ExpressionKind::index) return {};
    const auto& key = tree.nodes[node.children[1]];
    auto path = path_of(tree, tree.nodes[node.children[0]]);
    const bool is_name =
        key.kind == ExpressionKind::literal && key.literal.kind() == expression::Kind::string;
    if (path.empty() || !is_name) return {};
    path.push_back(key.literal.as_string());
    return path;
}

/// Marks what another index takes further, and what `||` replaces where it is empty: that is meant.
std::vector<bool> nodes_left_out(const Tree& tree) {
    std::vector<bool> inner(tree.nodes.size());
    for (const auto& node : tree.nodes) {
        if (node.kind == ExpressionKind::either) {
            for (std::size_t i = 0; i + 1 < node.children.size(); ++i)
                inner[node.children[i]] = true;
        }
        if (node.kind != ExpressionKind::index) continue;
        const auto& key = tree.nodes[node.children[1]];
        if (key.kind == ExpressionKind::literal) inner[node.children[0]] = true;
    }
    return inner;
}

std::size_t start_of(const Tree& tree, const ExpressionNode& node) {
    const auto* first = &node;
    while (!first->children.empty()) first = &tree.nodes[first->children[0]];
    return first->position;
}

/// The lookups of each context in what the file says.
class Lookup {
  public:
    Lookup(const Node& root, const Source& source, Report& report)
        : file_(root), source_(source), report_(report) {}

    void check(const Reference& reference) {
        if (reference.path.size() < 2) return;
        const auto context = to_lower(reference.path[0]);
        if (const auto* properties = find_properties(context)) {
            return check_property(reference, 1, *properties);
        }
        if (context == "inputs") return check_input(reference);
        if (context == "jobs") return check_job(reference);
        if (reference.job == nullptr) return;
        const auto& job = file_.facts_of(*reference.job);
        if (context == "steps") check_step(reference, job);
        if (context == "needs") check_need(reference, job);
        if (context == "matrix") check_matrix(reference, job);
    }

  private:
    /// The name at `depth` of the path is one of those that GitHub's contexts have there.
    void check_property(
        const Reference& reference, std::size_t depth, std::span<const std::string_view> known
    ) {
        if (reference.path.size() <= depth) return;
        const std::string_view name = reference.path[depth];
        const bool is_known = std::any_of(known.begin(), known.end(), [name](auto one) {
            return equal_ignoring_case(one, name);
        });
        if (is_known) return;
        const std::vector<std::string> before{
            reference.path.begin(), reference.path.begin() + static_cast<std::ptrdiff_t>(depth)};
        report_.warning(
            "unknown-reference",
            source_.locate(reference.at),
            join(before, ".") + " has no " + show(name) + ": " + join(reference.path, ".") +
                " is empty",
            nearest_hint(name, {known.begin(), known.end()})
        );
    }

    void check_step(const Reference& reference, const JobFacts& job) {
        const auto& name = reference.path[1];
        const auto index = job.steps.find(name);
        if (!index) {
            return warn(reference, "no step has the id " + show(name), job.steps);
        }
        check_property(reference, 2, kOfStep);
        const auto before = job.ids_before.find(reference.step);
        if (before == job.ids_before.end() || *index < before->second) return;
        warn(reference, "the step " + show(name) + " does not stand before this one", job.steps);
    }

    void check_need(const Reference& reference, const JobFacts& job) {
        const auto& name = reference.path[1];
        const auto* needed = file_.find_job(name);
        if (job.needs.has(name)) {
            check_property(reference, 2, kOfNeed);
            return check_output(reference, needed);
        }
        const auto what = needed != nullptr ? "this job does not need " + show(name)
                                            : "this job needs no job " + show(name);
        warn(reference, what, job.needs);
    }

    /// …outputs.NAME of a job, for `needs` and `jobs`.
    void check_output(const Reference& reference, const Node* job) {
        if (job == nullptr || reference.path.size() < 4) return;
        if (!equal_ignoring_case(reference.path[2], "outputs")) return;
        const auto& outputs = file_.facts_of(*job).outputs;
        if (!outputs || outputs->has(reference.path[3])) return;
        warn(
            reference,
            "the job " + show(reference.path[1]) + " has no output " + show(reference.path[3]),
            *outputs
        );
    }

    void check_matrix(const Reference& reference, const JobFacts& job) {
        if (!job.matrix || job.matrix->has(reference.path[1])) return;
        const auto name = show(reference.path[1]);
        const bool has_none = job.matrix->list().empty();
        warn(
            reference, (has_none ? "no matrix here has " : "the matrix has no ") + name, *job.matrix
        );
    }

    void check_input(const Reference& reference) {
        if (file_.inputs().has(reference.path[1])) return;
        warn(reference, "this workflow has no input " + show(reference.path[1]), file_.inputs());
    }

    void check_job(const Reference& reference) {
        const auto* job = file_.find_job(reference.path[1]);
        if (job != nullptr) return check_output(reference, job);
        warn(reference, "there is no job " + show(reference.path[1]), file_.jobs());
    }

    void warn(const Reference& reference, const std::string& what, const Names& known) {
        const auto& name = reference.path[reference.path.size() > 3 ? 3 : 1];
        report_.warning(
            "unknown-reference",
            source_.locate(reference.at),
            what + ": " + join(reference.path, ".") + " is empty",
            nearest_hint(name, known.list())
        );
    }

    FileFacts file_;
    const Source& source_;
    Report& report_;
};

}  // namespace

std::vector<Found> find_references(const Tree& tree) {
    std::vector<Found> out;
    const bool has_any = std::any_of(tree.nodes.begin(), tree.nodes.end(), [](const auto& node) {
        return node.kind == ExpressionKind::context && is_looked_up(node.name);
    });
    if (!has_any) return out;
    const auto left_out = nodes_left_out(tree);
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
        if (left_out[i] || tree.nodes[i].kind != ExpressionKind::index) continue;
        auto path = path_of(tree, tree.nodes[i]);
        if (!path.empty()) out.push_back({std::move(path), start_of(tree, tree.nodes[i])});
    }
    return out;
}

std::vector<model::CalledOutput> list_called_outputs(
    const Node& root, const std::vector<Reference>& references, const Source& source
) {
    std::vector<model::CalledOutput> out;
    const FileFacts file{root};
    for (const auto& [path, at, job, step] : references) {
        const bool is_output =
            path.size() > 3 && equal_ignoring_case(path[2], "outputs") &&
            (equal_ignoring_case(path[0], "needs") || equal_ignoring_case(path[0], "jobs"));
        const auto* named = is_output ? file.find_job(path[1]) : nullptr;
        if (named == nullptr || named->find("uses") == nullptr) continue;
        out.push_back({path[1], path[3], source.locate(at)});
        if (out.size() == kMostCalledOutputs) break;
    }
    return out;
}

void check_references(
    const Node& root, const std::vector<Reference>& references, const Source& source, Report& report
) {
    Lookup lookup{root, source, report};
    for (const auto& reference : references) {
        if (report.is_crowded()) return;
        lookup.check(reference);
    }
}

}  // namespace triphammer::workflow
