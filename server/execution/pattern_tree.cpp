#include "execution/pattern_tree.hpp"

#include <string>

namespace triphammer::execution {

namespace {

using Kind = PatternNode::Kind;

constexpr int kDeepest = 50;
constexpr std::uint32_t kMostRepeats = 1000;
constexpr std::size_t kMostGroups = 50;

CharacterSet digits() {
    return {{{U'0', U'9'}}, false};
}

CharacterSet word_characters() {
    return {{{U'0', U'9'}, {U'A', U'Z'}, {U'_', U'_'}, {U'a', U'z'}}, false};
}

CharacterSet blanks() {
    return {
        {{U'\t', U'\r'},
         {U' ', U' '},
         {0xA0, 0xA0},
         {0x1680, 0x1680},
         {0x2000, 0x200A},
         {0x2028, 0x2029},
         {0x202F, 0x202F},
         {0x205F, 0x205F},
         {0x3000, 0x3000},
         {0xFEFF, 0xFEFF}},
        false};
}

CharacterSet line_ends() {
    return {{{U'\n', U'\n'}, {U'\r', U'\r'}, {0x2028, 0x2029}}, true};
}

CharacterSet one(char32_t character) {
    return {{{character, character}}, false};
}

/// \d \D \s \S \w \W
std::optional<CharacterSet> find_class(char32_t letter) {
    const char32_t small = letter | 0x20U;
    auto set = small == U'd' ? digits() : small == U's' ? blanks() : word_characters();
    if (small != U'd' && small != U's' && small != U'w') return {};
    set.negated = small != letter;
    return set;
}

/// The ranges of everything that is not in `set`.
CharacterSet turned(const CharacterSet& set) {
    CharacterSet out;
    char32_t next = 0;
    for (const auto& [first, last] : set.ranges) {  // sorted, as the classes above are
        if (first > next) out.ranges.emplace_back(next, first - 1);
        next = last + 1;
    }
    out.ranges.emplace_back(next, 0x10FFFF);
    return out;
}

PatternNode node_of(CharacterSet set) {
    PatternNode out;
    out.kind = Kind::set;
    out.set = std::move(set);
    return out;
}

PatternNode node_of(PatternOp edge) {
    PatternNode out;
    out.kind = Kind::edge;
    out.edge = edge;
    return out;
}

PatternNode node_of(Kind kind, std::vector<PatternNode> children) {
    if (kind != Kind::group && children.size() == 1) return std::move(children.front());
    PatternNode out;
    out.kind = kind;
    out.children = std::move(children);
    return out;
}

int hex_digit(char32_t c) {
    if (c >= U'0' && c <= U'9') return static_cast<int>(c - U'0');
    const char32_t small = c | 0x20U;
    return small >= U'a' && small <= U'f' ? static_cast<int>(small - U'a') + 10 : -1;
}

class Parser {
  public:
    explicit Parser(std::u32string_view text) : text_{text} {}

    Result<PatternTree> parse() {
        auto root = choice(0);
        if (!root) return root.error();
        if (!at_end()) return wrong("a ')' too many");
        return PatternTree{std::move(*root), groups_};
    }

  private:
    Result<PatternNode> choice(int depth) {
        if (depth > kDeepest) return wrong("groups are nested too deep");
        std::vector<PatternNode> branches;
        do {
            auto branch = sequence(depth);
            if (!branch) return branch;
            branches.push_back(std::move(*branch));
        } while (take(U'|'));
        return node_of(Kind::choice, std::move(branches));
    }

    Result<PatternNode> sequence(int depth) {
        std::vector<PatternNode> items;
        while (!at_end() && peek() != U'|' && peek() != U')') {
            auto item = atom(depth);
            if (!item) return item;
            auto whole = repeated(std::move(*item));
            if (!whole) return whole;
            items.push_back(std::move(*whole));
        }
        return items.empty() ? PatternNode{} : node_of(Kind::sequence, std::move(items));
    }

    Result<PatternNode> atom(int depth) {
        const auto c = next();
        switch (c) {
            case U'(':
                return group(depth);
            case U'[':
                return set();
            case U'\\':
                return escape();
            case U'.':
                return node_of(line_ends());
            case U'^':
                return node_of(PatternOp::begin);
            case U'$':
                return node_of(PatternOp::end);
            case U'*':
            case U'+':
            case U'?':
                return wrong("nothing to repeat");
            default:
                return node_of(one(c));
        }
    }

    Result<PatternNode> group(int depth) {
        std::uint32_t number = 0;
        if (!take(U'?')) {
            number = static_cast<std::uint32_t>(groups_++);
        } else if (take(U'<') && !at_end() && peek() != U'=' && peek() != U'!') {
            while (!at_end() && peek() != U'>') ++at_;
            if (!take(U'>')) return wrong("the name of a group has no '>'");
            number = static_cast<std::uint32_t>(groups_++);
        } else if (!take(U':')) {
            return wrong("look-around and options in groups are not supported");
        }
        if (groups_ > kMostGroups) return wrong("there are too many groups");
        auto inner = choice(depth + 1);
        if (!inner) return inner;
        if (!take(U')')) return wrong("a ')' is missing");
        std::vector<PatternNode> children;
        children.push_back(std::move(*inner));
        auto out = node_of(Kind::group, std::move(children));
        out.group = number;
        return out;
    }

    Result<PatternNode> repeated(PatternNode item) {
        PatternNode out;
        out.kind = Kind::repeat;
        out.most = PatternNode::kNoLimit;
        if (take(U'+')) {
            out.least = 1;
        } else if (take(U'?')) {
            out.most = 1;
        } else if (!take(U'*') && !counts(out.least, out.most)) {
            return item;
        }
        if (out.most < out.least) return wrong("the numbers in {} are out of order");
        const auto larger = out.most == PatternNode::kNoLimit ? out.least : out.most;
        if (larger > kMostRepeats) return wrong("a number in {} is too large");
        if (item.kind == Kind::edge) return wrong("nothing to repeat");
        out.lazy = take(U'?');
        out.children.push_back(std::move(item));
        return out;
    }

    /// {2}, {2,} or {2,3}; anything else behind a brace is text.
    bool counts(std::uint32_t& least, std::uint32_t& most) {
        const auto start = at_;
        if (take(U'{') && number(least)) {
            most = least;
            if (take(U',') && !number(most)) most = PatternNode::kNoLimit;
            if (take(U'}')) return true;
        }
        at_ = start;
        return false;
    }

    bool number(std::uint32_t& out) {
        const auto start = at_;
        out = 0;
        for (; !at_end() && peek() >= U'0' && peek() <= U'9'; ++at_) {
            out = std::min<std::uint32_t>(out * 10 + (peek() - U'0'), kMostRepeats + 1);
        }
        return at_ > start;
    }

    Result<PatternNode> escape() {
        if (at_end()) return wrong("a '\\' at the end");
        if (take(U'b')) return node_of(PatternOp::word);
        if (take(U'B')) return node_of(PatternOp::not_word);
        if (peek() >= U'1' && peek() <= U'9') return wrong("backreferences are not supported");
        if (auto set = find_class(peek())) {
            ++at_;
            return node_of(std::move(*set));
        }
        return node_of(one(escaped()));
    }

    /// The character behind a '\' that stands for one.
    char32_t escaped() {
        const auto c = next();
        switch (c) {
            case U't':
                return U'\t';
            case U'n':
                return U'\n';
            case U'r':
                return U'\r';
            case U'f':
                return U'\f';
            case U'v':
                return U'\v';
            case U'0':
                return U'\0';
            case U'x':
                return from_hex(2, c);
            case U'u':
                return from_hex(4, c);
            default:
                return c;
        }
    }

    /// Without so many digits the letter means itself.
    char32_t from_hex(std::size_t count, char32_t letter) {
        if (text_.size() - at_ < count) return letter;
        char32_t out = 0;
        for (const auto digit : text_.substr(at_, count)) {
            if (hex_digit(digit) < 0) return letter;
            out = out * 16 + static_cast<char32_t>(hex_digit(digit));
        }
        at_ += count;
        return out;
    }

    Result<PatternNode> set() {
        CharacterSet out;
        out.negated = take(U'^');
        while (!at_end() && peek() != U']') {
            if (!add_member(out)) return wrong("a range in [] is out of order");
        }
        if (!take(U']')) return wrong("a ']' is missing");
        return node_of(std::move(out));
    }

    /// A character, a range or a class; false: a range out of order.
    bool add_member(CharacterSet& set) {
        const auto first = member(set);
        if (!first) return true;
        const bool range = text_.size() - at_ > 1 && peek() == U'-' && text_[at_ + 1] != U']';
        if (range) ++at_;
        const auto last = range ? member(set) : first;
        if (last && *last < *first) return false;
        set.ranges.emplace_back(*first, last.value_or(*first));
        if (!last) set.ranges.emplace_back(U'-', U'-');
        return true;
    }

    /// One character; nothing for a class, which is in `set` then.
    std::optional<char32_t> member(CharacterSet& set) {
        if (!take(U'\\') || at_end()) return next_or(U'\\');
        if (take(U'b')) return U'\b';
        const auto known = find_class(peek());
        if (!known) return escaped();
        ++at_;
        const auto ranges = known->negated ? turned(*known).ranges : known->ranges;
        set.ranges.insert(set.ranges.end(), ranges.begin(), ranges.end());
        return {};
    }

    char32_t next_or(char32_t otherwise) { return at_end() ? otherwise : next(); }

    bool take(char32_t wanted) {
        if (at_end() || peek() != wanted) return false;
        ++at_;
        return true;
    }

    char32_t peek() const { return text_[at_]; }

    char32_t next() { return text_[at_++]; }

    bool at_end() const { return at_ == text_.size(); }

    Error wrong(const std::string& what) const {
        return invalid(what + " (at character " + std::to_string(at_) + ")");
    }

    std::u32string_view text_;
    std::size_t at_ = 0;
    std::size_t groups_ = 1;
};

}  // namespace

Result<PatternTree> parse_pattern(std::u32string_view text) {
    return Parser{text}.parse();
}

}  // namespace triphammer::execution
