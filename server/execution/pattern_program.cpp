#include "execution/pattern_program.hpp"

#include "execution/pattern_tree.hpp"

#include <algorithm>

namespace triphammer::execution {

namespace {

using Kind = PatternNode::Kind;

/// The longest text that stands in every match: most lines are none, and that is seen by it.
class Needle {
  public:
    explicit Needle(const PatternNode& root) {
        look(root);
        end();
    }

    std::u32string take() { return std::move(longest_); }

  private:
    void look(const PatternNode& node) {
        switch (node.kind) {
            case Kind::empty:
            case Kind::edge:
                return;
            case Kind::sequence:
            case Kind::group:
                for (const auto& child : node.children) look(child);
                return;
            case Kind::set:
                if (is_one(node.set)) {
                    text_ += node.set.ranges.front().first;
                    return;
                }
                break;
            case Kind::choice:
            case Kind::repeat:
                break;
        }
        end();
    }

    void end() {
        if (text_.size() > longest_.size()) longest_ = text_;
        text_.clear();
    }

    static bool is_one(const CharacterSet& set) {
        return !set.negated && set.ranges.size() == 1 &&
               set.ranges.front().first == set.ranges.front().second;
    }

    std::u32string text_;
    std::u32string longest_;
};

bool begins_at_line(const PatternNode& node) {
    if (node.kind == Kind::edge) return node.edge == PatternOp::begin;
    if (node.kind != Kind::sequence && node.kind != Kind::group) return false;
    return !node.children.empty() && begins_at_line(node.children.front());
}

class Compiler {
  public:
    Result<PatternProgram> compile(const PatternTree& tree) {
        program_.groups = tree.groups;
        program_.needle = Needle{tree.root}.take();
        program_.begins_at_line = begins_at_line(tree.root);
        add(PatternOp::save, 0);
        emit(tree.root);
        add(PatternOp::save, 1);
        add(PatternOp::match);
        if (is_full()) return invalid("the expression is too large");
        return std::move(program_);
    }

  private:
    void emit(const PatternNode& node) {
        if (is_full()) return;
        switch (node.kind) {
            case Kind::empty:
                return;
            case Kind::set:
                program_.sets.push_back(node.set);
                add(PatternOp::set, program_.sets.size() - 1);
                return;
            case Kind::edge:
                add(node.edge);
                return;
            case Kind::sequence:
                for (const auto& child : node.children) emit(child);
                return;
            case Kind::choice:
                return emit_choice(node);
            case Kind::repeat:
                return emit_repeat(node);
            case Kind::group:
                return emit_group(node);
        }
    }

    void emit_group(const PatternNode& node) {
        if (node.group > 0) add(PatternOp::save, 2 * node.group);
        emit(node.children.front());
        if (node.group > 0) add(PatternOp::save, 2 * node.group + 1);
    }

    void emit_choice(const PatternNode& node) {
        std::vector<std::size_t> jumps;
        for (std::size_t i = 0; i + 1 < node.children.size(); ++i) {
            const auto split = add(PatternOp::split, here() + 1);
            emit(node.children[i]);
            jumps.push_back(add(PatternOp::jump));
            step(split).second = here();
        }
        emit(node.children.back());
        for (const auto jump : jumps) step(jump).first = here();
    }

    void emit_repeat(const PatternNode& node) {
        const auto& body = node.children.front();
        for (std::uint32_t i = 0; i < node.least && !is_full(); ++i) emit(body);
        if (node.most == PatternNode::kNoLimit) return emit_loop(node);
        std::vector<std::size_t> splits;
        for (std::uint32_t i = node.least; i < node.most && !is_full(); ++i) {
            splits.push_back(add(PatternOp::split));
            emit(body);
        }
        std::uint32_t next = 0;
        for (const auto split : splits) {
            next = static_cast<std::uint32_t>(split) + 1;
            choose(split, next, here(), node.lazy);
        }
    }

    void emit_loop(const PatternNode& node) {
        const auto split = add(PatternOp::split);
        emit(node.children.front());
        add(PatternOp::jump, split);
        choose(split, static_cast<std::uint32_t>(split) + 1, here(), node.lazy);
    }

    void choose(std::size_t split, std::uint32_t more, std::uint32_t enough, bool lazy) {
        step(split).first = lazy ? enough : more;
        step(split).second = lazy ? more : enough;
    }

    std::size_t add(PatternOp op, std::size_t first = 0) {
        program_.steps.push_back({op, static_cast<std::uint32_t>(first), 0});
        return program_.steps.size() - 1;
    }

    PatternStep& step(std::size_t at) { return program_.steps[at]; }

    std::uint32_t here() const { return static_cast<std::uint32_t>(program_.steps.size()); }

    bool is_full() const { return program_.steps.size() > PatternProgram::kMostSteps; }

    PatternProgram program_;
};

}  // namespace

bool CharacterSet::contains(char32_t character) const {
    const bool found = std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) {
        return range.first <= character && character <= range.second;
    });
    return found != negated;
}

bool is_word_character(char32_t c) {
    return (c >= U'0' && c <= U'9') || (c >= U'A' && c <= U'Z') || (c >= U'a' && c <= U'z') ||
           c == U'_';
}

Result<PatternProgram> compile_pattern(std::u32string_view text) {
    const auto tree = parse_pattern(text);
    if (!tree) return tree.error();
    return Compiler{}.compile(*tree);
}

}  // namespace triphammer::execution
