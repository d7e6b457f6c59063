#include "workflow/expression/evaluator.hpp"

#include "base/text.hpp"
#include "workflow/expression/bounded.hpp"
#include "workflow/expression/functions.hpp"
#include "workflow/expression/names.hpp"
#include "workflow/expression/parser.hpp"
#include "workflow/expression/segments.hpp"

#include <algorithm>
#include <cmath>

namespace triphammer::workflow::expression {

namespace {

/// What a node is worth; `filtered` marks the result of a `*`, on which properties act item by
/// item.
struct Worth {
    Value value;
    bool filtered = false;
};

class Evaluation {
  public:
    Evaluation(const Tree& tree, const Contexts& contexts, std::size_t limit = Budget::kMostBytes)
        : tree_(tree), contexts_(contexts), budget_(limit) {}

    boost::system::result<Value, Failure> run() {
        check_contexts();
        if (failure_) return *failure_;
        auto worth = evaluate(tree_.root());
        if (failure_) return *failure_;
        return std::move(worth.value);
    }

    std::size_t used() const { return budget_.used(); }

  private:
    /// All of them first: a wrong name is an error even where `&&` would not reach it.
    void check_contexts() {
        for (const auto& node : tree_.nodes) {
            if (node.kind != NodeKind::context || contexts_.find(node.name)) continue;
            return fail(node, unknown_context_text(node.name));
        }
    }

    Worth evaluate(const Node& node) {
        if (failure_) return {};
        switch (node.kind) {
            case NodeKind::literal:
                return {node.literal};
            case NodeKind::context:
                return {*contexts_.find(node.name)};
            case NodeKind::function:
                return is_case_function(node.name) ? choose(node) : Worth{call(node)};
            case NodeKind::index:
                return index(evaluate(child(node, 0)), child(node, 1));
            case NodeKind::filter:
                return filter(evaluate(child(node, 0)));
            case NodeKind::negate:
                return {Value::boolean(!evaluate(child(node, 0)).value.is_truthy())};
            case NodeKind::both:
                return chain(node, false);
            case NodeKind::either:
                return chain(node, true);
            default:
                return {Value::boolean(compare(node))};
        }
    }

    bool compare(const Node& node) {
        const auto left = evaluate(child(node, 0)).value;
        const auto right = evaluate(child(node, 1)).value;
        if (failure_ || !spend(node, text_size(left) + text_size(right))) return false;
        switch (node.kind) {
            case NodeKind::equal:
                return loosely_equal(left, right);
            case NodeKind::not_equal:
                return !loosely_equal(left, right);
            case NodeKind::less:
                return loosely_less(left, right);
            case NodeKind::less_equal:
                return loosely_less(left, right) || loosely_equal(left, right);
            case NodeKind::greater:
                return loosely_less(right, left);
            default:
                return loosely_less(right, left) || loosely_equal(left, right);
        }
    }

    /// && gives the first falsy value, || the first truthy one, or the last of all.
    Worth chain(const Node& node, bool until) {
        Worth last;
        for (std::size_t i = 0; i < node.children.size(); ++i) {
            last = evaluate(child(node, i));
            if (failure_ || last.value.is_truthy() == until) break;
        }
        return last;
    }

    Value call(const Node& node) {
        Call call{node.name, {}, contexts_, budget_};
        for (std::size_t i = 0; i < node.children.size() && !failure_; ++i) {
            call.arguments.push_back(evaluate(child(node, i)).value);
        }
        if (failure_) return {};
        auto result = call_function(call);
        if (!result) fail(node, result.error().message);
        if (!spend(node, 1)) return {};
        return result ? std::move(*result) : Value{};
    }

    Worth choose(const Node& node) {
        for (std::size_t i = 0; i + 1 < node.children.size() && !failure_; i += 2) {
            const auto predicate = evaluate(child(node, i)).value;
            if (failure_) return {};
            if (predicate.kind() != Kind::boolean) {
                fail(child(node, i), "a predicate of case must be true or false");
                return {};
            }
            if (predicate.as_boolean()) return evaluate(child(node, i + 1));
        }
        return evaluate(child(node, node.children.size() - 1));
    }

    Worth index(Worth operand, const Node& key_node) {
        const auto key = evaluate(key_node).value;
        if (failure_ || !operand.value.is_collection()) return {};
        if (!operand.filtered) {
            auto found = find_member(operand.value, key);
            return {found ? std::move(*found) : Value{}};
        }
        Array found;
        for (const auto& item : operand.value.as_array()) {
            if (auto one = find_member(item, key)) found.push_back(std::move(*one));
        }
        spend(key_node, found.size());
        return {Value::array(std::move(found)), true};
    }

    static std::optional<Value> find_member(const Value& from, const Value& key) {
        if (key.is_collection()) return {};
        if (from.kind() == Kind::object) {
            const auto* found = from.as_object().find(key.to_text());
            return found == nullptr ? std::nullopt : std::optional{*found};
        }
        if (from.kind() != Kind::array) return {};
        const double at = std::floor(key.to_number());
        const auto& items = from.as_array();
        if (!(at >= 0) || at >= static_cast<double>(items.size())) return {};
        return items[static_cast<std::size_t>(at)];
    }

    /// On the result of another filter, each item's own items are put in one row.
    Worth filter(const Worth& operand) {
        Array found;
        if (operand.filtered) {
            for (const auto& item : operand.value.as_array()) add_items(item, found);
        } else {
            add_items(operand.value, found);
        }
        if (!budget_.spend(found.size() * sizeof(Value))) fail(tree_.root(), used_up_text());
        return {Value::array(std::move(found)), true};
    }

    static void add_items(const Value& from, Array& to) {
        if (from.kind() == Kind::array) {
            to.insert(to.end(), from.as_array().begin(), from.as_array().end());
        } else if (from.kind() == Kind::object) {
            for (const auto& [name, value] : from.as_object()) to.push_back(value);
        }
    }

    static std::size_t text_size(const Value& value) {
        return value.kind() == Kind::string ? value.as_string().size() : 1;
    }

    static std::string used_up_text() {
        return "the expression works on too much text (limit 32 MB)";
    }

    bool spend(const Node& node, std::size_t bytes) {
        if (budget_.spend(bytes)) return true;
        fail(node, used_up_text());
        return false;
    }

    void fail(const Node& node, std::string message) {
        if (!failure_) failure_ = Failure{std::move(message), node.position};
    }

    const Node& child(const Node& node, std::size_t i) const {
        return tree_.nodes[node.children[i]];
    }

    const Tree& tree_;
    const Contexts& contexts_;
    Budget budget_;
    std::optional<Failure> failure_;
};

Error to_error(const Failure& failure, std::string_view expression) {
    auto text = failure.message;
    if (failure.position > 0) text += " at position " + std::to_string(failure.position);
    constexpr std::size_t kShown = 120;
    const auto shown = cut_utf8(trim(expression), kShown);
    return invalid(text + " of '" + std::string{shown} + "'");
}

bool asks_for_status(const std::vector<Segment>& segments) {
    return std::any_of(segments.begin(), segments.end(), [](const Segment& segment) {
        if (!segment.is_expression) return false;
        const auto tree = parse(segment.text);
        return tree && has_status_function(*tree);
    });
}

/// Text with several ${{ }}, or something around one, is text: true unless it is empty.
Result<bool> evaluate_text_condition(
    std::string_view text, const Contexts& contexts, bool is_success
) {
    const auto segments = split_segments(text);
    if (!segments) return to_error(segments.error(), text);
    if (!is_success && !asks_for_status(*segments)) return false;
    const auto whole = interpolate(text, contexts);
    if (!whole) return whole.error();
    return !whole->empty();
}

}  // namespace

void throw_exception_from_error(const Failure& failure, const boost::source_location& at) {
    triphammer::throw_exception_from_error(invalid(failure.message), at);
}

void Contexts::set(std::string_view name, Value value) {
    values_.insert_or_assign(to_lower(name), std::move(value));
}

std::optional<Value> Contexts::find(std::string_view name) const {
    const auto found = values_.find(to_lower(name));
    if (found != values_.end()) return found->second;
    if (is_context_name(name)) return Value{};
    return {};
}

Result<void> Contexts::add_json(std::string_view object_text) {
    auto parsed = parse_json(object_text);
    if (!parsed) return with_context("contexts", parsed.error());
    if (parsed->kind() != Kind::object) return invalid("contexts: not a JSON object");
    for (const auto& [name, value] : parsed->as_object()) set(name, value);
    return {};
}

boost::system::result<Value, Failure> try_evaluate(
    std::string_view expression, const Contexts& contexts
) {
    const auto tree = parse(expression);
    if (!tree) return tree.error();
    Evaluation evaluation{*tree, contexts};
    return evaluation.run();
}

boost::system::result<Value, Failure> try_evaluate(
    const Tree& tree, const Contexts& contexts, std::size_t& left
) {
    Evaluation evaluation{tree, contexts, std::min(left, Budget::kMostBytes)};
    auto value = evaluation.run();
    left -= std::min(left, evaluation.used());
    return value;
}

Result<Value> evaluate(std::string_view expression, const Contexts& contexts) {
    auto value = try_evaluate(expression, contexts);
    if (!value) return to_error(value.error(), expression);
    return std::move(*value);
}

Result<std::string> interpolate(std::string_view text, const Contexts& contexts) {
    if (!has_expression(text)) return std::string{text};
    const auto segments = split_segments(text);
    if (!segments) return to_error(segments.error(), text);
    std::string out;
    for (const auto& segment : *segments) {
        if (!segment.is_expression) {
            out += segment.text;
            continue;
        }
        const auto value = evaluate(segment.text, contexts);
        if (!value) return value.error();
        out += value->to_text();
        if (out.size() > kMaxText) return invalid("the text grows over 16 MB");
    }
    return out;
}

Result<Value> evaluate_template(std::string_view text, const Contexts& contexts) {
    const auto inner = strip_braces(text);
    if (inner.data() != text.data() || inner.size() != text.size()) {
        return evaluate(inner, contexts);
    }
    auto whole = interpolate(text, contexts);
    if (!whole) return whole.error();
    return Value::string(std::move(*whole));
}

Result<bool> evaluate_condition(
    std::string_view text, const Contexts& contexts, const StatusFacts& status
) {
    if (trim(text).empty()) return status.success;
    Contexts with_status = contexts;
    with_status.status = status;
    const auto inner = strip_condition(text);
    if (has_expression(inner)) return evaluate_text_condition(inner, with_status, status.success);
    const auto tree = parse(inner);
    if (!tree) return to_error(tree.error(), inner);
    if (!has_status_function(*tree) && !status.success) return false;
    Evaluation evaluation{*tree, with_status};
    const auto value = evaluation.run();
    if (!value) return to_error(value.error(), inner);
    return value->is_truthy();
}

}  // namespace triphammer::workflow::expression
