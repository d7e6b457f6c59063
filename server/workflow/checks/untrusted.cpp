#include "workflow/checks/untrusted.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace triphammer::workflow {

namespace {

using expression::Node;
using expression::NodeKind;
using expression::Tree;

// `*` stands for one part of any name.
constexpr std::array<std::string_view, 27> kUntrusted{
    "github.head_ref",
    "github.event.issue.title",
    "github.event.issue.body",
    "github.event.discussion.title",
    "github.event.discussion.body",
    "github.event.comment.body",
    "github.event.review.body",
    "github.event.review_comment.body",
    "github.event.pages.*.page_name",
    "github.event.pull_request.title",
    "github.event.pull_request.body",
    "github.event.pull_request.head.ref",
    "github.event.pull_request.head.label",
    "github.event.pull_request.head.repo.default_branch",
    "github.event.pull_request.head.repo.description",
    "github.event.pull_request.head.repo.homepage",
    "github.event.commits.*.message",
    "github.event.commits.*.author.email",
    "github.event.commits.*.author.name",
    "github.event.head_commit.message",
    "github.event.head_commit.author.email",
    "github.event.head_commit.author.name",
    "github.event.head_commit.committer.email",
    "github.event.head_commit.committer.name",
    "github.event.workflow_run.head_branch",
    "github.event.workflow_run.head_commit.message",
    "github.event.workflow_run.display_title",
};

constexpr std::array<std::string_view, 4> kPassing{"format", "join", "tojson", "fromjson"};

/// The parts of `a.b[0].*.c` in lower case; an index that is no literal is `*`. Empty when it is
/// no such chain from a context.
std::vector<std::string> path_of(const Tree& tree, const Node& node) {
    if (node.kind == NodeKind::context) return {to_lower(node.name)};
    if (node.kind != NodeKind::index && node.kind != NodeKind::filter) return {};
    auto parts = path_of(tree, tree.nodes[node.children[0]]);
    if (parts.empty()) return {};
    if (node.kind == NodeKind::filter) {
        parts.emplace_back("*");
        return parts;
    }
    const auto& key = tree.nodes[node.children[1]];
    const bool is_name =
        key.kind == NodeKind::literal && key.literal.kind() == expression::Kind::string;
    parts.push_back(is_name ? to_lower(key.literal.as_string()) : "*");
    return parts;
}

std::size_t start_of(const Tree& tree, const Node& node) {
    const Node* first = &node;
    while (!first->children.empty()) first = &tree.nodes[first->children[0]];
    return first->position;
}

/// Whether the value at `parts` is, holds, or lies in untrusted text.
bool reaches(const std::vector<std::string>& parts, std::string_view pattern) {
    const auto wanted = split(pattern, '.');
    const auto common = std::min(wanted.size(), parts.size());
    for (std::size_t i = 0; i < common; ++i) {
        if (wanted[i] != "*" && parts[i] != "*" && wanted[i] != parts[i]) return false;
    }
    return true;
}

std::optional<Untrusted> find_in(const Tree& tree, const Node& node);

std::optional<Untrusted> find_in_children(
    const Tree& tree, const Node& node, std::size_t from, std::size_t step
) {
    for (std::size_t i = from; i < node.children.size(); i += step) {
        if (auto found = find_in(tree, tree.nodes[node.children[i]])) return found;
    }
    return {};
}

std::optional<Untrusted> find_in_call(const Tree& tree, const Node& node) {
    const auto name = to_lower(node.name);
    if (name == "case") {
        if (auto found = find_in_children(tree, node, 1, 2)) return found;
        return find_in(tree, tree.nodes[node.children.back()]);
    }
    const bool passes = std::find(kPassing.begin(), kPassing.end(), name) != kPassing.end();
    if (passes) return find_in_children(tree, node, 0, 1);
    return {};
}

std::optional<Untrusted> find_in_path(const Tree& tree, const Node& node) {
    const auto parts = path_of(tree, node);
    if (parts.empty()) return find_in(tree, tree.nodes[node.children[0]]);
    for (const auto pattern : kUntrusted) {
        if (reaches(parts, pattern)) return Untrusted{join(parts, "."), start_of(tree, node)};
    }
    return {};
}

std::optional<Untrusted> find_in(const Tree& tree, const Node& node) {
    switch (node.kind) {
        case NodeKind::context:
        case NodeKind::index:
        case NodeKind::filter:
            return find_in_path(tree, node);
        case NodeKind::function:
            return find_in_call(tree, node);
        case NodeKind::either:
            return find_in_children(tree, node, 0, 1);
        case NodeKind::both:
            // All but the last are given on only when they are empty.
            return find_in(tree, tree.nodes[node.children.back()]);
        default:
            return {};
    }
}

}  // namespace

std::optional<Untrusted> find_untrusted(const Tree& tree) {
    return find_in(tree, tree.root());
}

}  // namespace triphammer::workflow
