#include "plan/knowable.hpp"

#include "base/text.hpp"
#include "workflow/expression/bounded.hpp"
#include "workflow/expression/parser.hpp"
#include "workflow/expression/segments.hpp"

#include <algorithm>
#include <array>

namespace triphammer::plan {

namespace {

namespace expression = workflow::expression;
using expression::Node;
using expression::NodeKind;
using expression::Tree;

bool is_of_the_runner(const std::string& function) {
    constexpr auto kNames =
        std::to_array<std::string_view>({"success", "failure", "cancelled", "always", "hashFiles"});
    return std::any_of(kNames.begin(), kNames.end(), [&function](std::string_view name) {
        return equal_ignoring_case(function, name);
    });
}

/// A context whose every member is there.
bool is_whole(const std::string& context, const Known& known) {
    if (equal_ignoring_case(context, "inputs")) return known.has_inputs;
    return known.has_matrix &&
           (equal_ignoring_case(context, "matrix") || equal_ignoring_case(context, "strategy"));
}

/// A context of which some members come later: `github.token`, variables of an environment.
bool has_member(const Node& context, const Node& index, const Known& known) {
    const bool is_github = equal_ignoring_case(context.name, "github");
    const bool is_vars = known.has_vars && equal_ignoring_case(context.name, "vars");
    if (!is_github && !is_vars) return false;
    if (index.kind != NodeKind::literal || index.literal.kind() != expression::Kind::string)
        return false;
    const auto value = known.contexts.find(context.name);
    const bool is_object = value && value->kind() == expression::Kind::object;
    return is_object && value->as_object().find(index.literal.as_string()) != nullptr;
}

class Look {
  public:
    Look(const Tree& tree, const Known& known) : nodes_{tree.nodes}, known_{known} {}

    /// Children stand before their parents: depth is the parser's.
    bool is_known(std::size_t at) const {
        const auto& node = nodes_[at];
        if (node.kind == NodeKind::context) return is_whole(node.name, known_);
        if (node.kind == NodeKind::function && is_of_the_runner(node.name)) return false;
        if (node.kind == NodeKind::index) {
            const auto& operand = nodes_[node.children[0]];
            const bool is_context = operand.kind == NodeKind::context;
            if (is_context && has_member(operand, nodes_[node.children[1]], known_)) return true;
        }
        return std::all_of(node.children.begin(), node.children.end(), [this](std::size_t child) {
            return is_known(child);
        });
    }

  private:
    const std::vector<Node>& nodes_;
    const Known& known_;
};

}  // namespace

std::optional<expression::Value> find_value(std::string_view text, const Known& known) {
    std::size_t enough = kMostWork;
    auto& left = known.left != nullptr ? *known.left : enough;
    if (left < text.size()) return {};
    left -= text.size();
    const auto tree = expression::parse(text);
    if (!tree || !Look{*tree, known}.is_known(tree->nodes.size() - 1)) return {};
    const auto value = expression::try_evaluate(*tree, known.contexts, left);
    if (!value) return {};
    return *value;
}

void spend(const Known& known, std::size_t bytes) {
    if (known.left != nullptr) *known.left -= std::min(*known.left, bytes);
}

std::string fill_known(std::string_view text, const Known& known) {
    const auto segments = expression::split_segments(text);
    if (!segments) return std::string{text};
    std::string out;
    for (const auto& segment : *segments) {
        const auto value = segment.is_expression ? find_value(segment.text, known) : std::nullopt;
        const auto shown = value && !value->is_collection() ? value->to_text() : std::string{};
        spend(known, shown.size());
        if (!segment.is_expression) {
            out += segment.text;
        } else if (value && !value->is_collection() && shown.size() <= kLongestShown) {
            out += shown;
        } else {
            out += "${{" + std::string{segment.text} + "}}";
        }
    }
    return out;
}

}  // namespace triphammer::plan
