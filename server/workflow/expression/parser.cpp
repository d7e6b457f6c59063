#include "workflow/expression/parser.hpp"

#include "base/text.hpp"
#include "workflow/expression/functions.hpp"
#include "workflow/expression/lexer.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>

namespace triphammer::workflow::expression {

namespace {

struct Operator {
    TokenKind token;
    NodeKind node;
};

constexpr std::initializer_list<Operator> kEquality{
    {TokenKind::equal, NodeKind::equal},
    {TokenKind::not_equal, NodeKind::not_equal},
};
constexpr std::initializer_list<Operator> kRelation{
    {TokenKind::less, NodeKind::less},
    {TokenKind::less_equal, NodeKind::less_equal},
    {TokenKind::greater, NodeKind::greater},
    {TokenKind::greater_equal, NodeKind::greater_equal},
};

/// Operators of other languages.
struct Word {
    std::string_view text;
    std::string_view meant;
};

constexpr auto kWords = std::to_array<Word>({
    {"and", "&&"},
    {"or", "||"},
    {"not", "!"},
    {"is", "=="},
    {"eq", "=="},
    {"ne", "!="},
});

/// Recursive descent. Each method reads one level of the table of operators and gives the index of
/// its node; after a failure all return at once.
class Parser {
  public:
    explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

    boost::system::result<Tree, Failure> run() {
        if (peek() == TokenKind::end) return Failure{"the expression is empty", 1};
        read_either();
        if (!failure_ && peek() != TokenKind::end) fail_unexpected();
        if (failure_) return *failure_;
        return std::move(tree_);
    }

  private:
    using Index = std::size_t;
    using Reader = Index (Parser::*)();

    Index read_either() {
        return read_chain(TokenKind::either, NodeKind::either, &Parser::read_both);
    }

    Index read_both() {
        return read_chain(TokenKind::both, NodeKind::both, &Parser::read_equality);
    }

    Index read_equality() { return read_binary(kEquality, &Parser::read_relation); }

    Index read_relation() { return read_binary(kRelation, &Parser::read_unary); }

    /// a && b && c is one node: a long chain is not deep.
    Index read_chain(TokenKind token, NodeKind kind, Reader read) {
        const Index first = (this->*read)();
        if (failure_ || peek() != token) return first;
        Node node = start(kind);
        node.children.push_back(first);
        while (!failure_ && peek() == token) {
            ++at_;
            node.children.push_back((this->*read)());
        }
        return add(std::move(node));
    }

    Index read_binary(std::initializer_list<Operator> operators, Reader read) {
        Index left = (this->*read)();
        while (!failure_) {
            const auto found = std::find_if(operators.begin(), operators.end(), [this](auto& one) {
                return one.token == peek();
            });
            if (found == operators.end()) break;
            Node node = start(found->node);
            ++at_;
            const Index right = (this->*read)();
            node.children = {left, right};
            left = add(std::move(node));
        }
        return left;
    }

    Index read_unary() {
        if (peek() != TokenKind::bang) return read_postfix();
        if (!enter()) return 0;
        Node node = start(NodeKind::negate);
        ++at_;
        node.children = {read_unary()};
        --nesting_;
        return add(std::move(node));
    }

    Index read_postfix() {
        const bool has_members = peek() != TokenKind::value;
        Index operand = read_primary();
        while (!failure_ && has_members) {
            if (peek() == TokenKind::dot) {
                operand = read_property(operand);
            } else if (peek() == TokenKind::open_bracket) {
                operand = read_index(operand);
            } else {
                break;
            }
        }
        return operand;
    }

    Index read_property(Index operand) {
        ++at_;
        if (peek() == TokenKind::star) return read_filter(operand);
        if (peek() != TokenKind::property) {
            return fail("a property name must follow the dot; it starts with a letter or '_'");
        }
        Node name = start(NodeKind::literal);
        name.literal = Value::string(token().text);
        ++at_;
        return add_index(operand, std::move(name));
    }

    Index read_filter(Index operand) {
        Node node = start(NodeKind::filter);
        ++at_;
        node.children = {operand};
        return add(std::move(node));
    }

    Index read_index(Index operand) {
        Node node = start(NodeKind::index);
        ++at_;
        const bool is_filter =
            peek() == TokenKind::star && tokens_[at_ + 1].kind == TokenKind::close_bracket;
        if (is_filter) {
            const Index filter = read_filter(operand);
            ++at_;
            return filter;
        }
        if (!enter()) return 0;
        node.children = {operand, read_either()};
        --nesting_;
        if (!expect(TokenKind::close_bracket, "']'")) return 0;
        return add(std::move(node));
    }

    Index read_primary() {
        switch (peek()) {
            case TokenKind::value: {
                Node node = start(NodeKind::literal);
                node.literal = token().value;
                ++at_;
                return add(std::move(node));
            }
            case TokenKind::open:
                return read_group();
            case TokenKind::name:
                return tokens_[at_ + 1].kind == TokenKind::open ? read_call() : read_context();
            default:
                return fail_unexpected();
        }
    }

    Index read_group() {
        if (++groups_ > kMaxGroups) return fail_deep(kMaxGroups);
        ++at_;
        const Index inner = read_either();
        --groups_;
        expect(TokenKind::close, "')'");
        return inner;
    }

    Index read_context() {
        Node node = start(NodeKind::context);
        node.name = token().text;
        ++at_;
        return add(std::move(node));
    }

    Index read_call() {
        Node node = start(NodeKind::function);
        node.name = token().text;
        if (!enter()) return 0;
        at_ += 2;
        while (!failure_ && peek() != TokenKind::close) {
            if (!node.children.empty() && !expect(TokenKind::comma, "',' or ')'")) return 0;
            node.children.push_back(read_either());
        }
        --nesting_;
        if (!expect(TokenKind::close, "')'")) return 0;
        if (auto problem = find_call_problem(node.name, node.children.size())) {
            failure_ = Failure{std::move(*problem), node.position};
        }
        return add(std::move(node));
    }

    Index add_index(Index operand, Node name) {
        Node node;
        node.kind = NodeKind::index;
        node.position = name.position;
        const Index key = add(std::move(name));
        node.children = {operand, key};
        return add(std::move(node));
    }

    /// The depth of every node is kept, so that a tree never outgrows the evaluator's stack.
    Index add(Node node) {
        if (failure_) return 0;
        int depth = 1;
        for (const Index child : node.children) depth = std::max(depth, depths_[child] + 1);
        if (depth > kMaxDepth) return fail_deep(kMaxDepth);
        depths_.push_back(depth);
        tree_.nodes.push_back(std::move(node));
        return tree_.nodes.size() - 1;
    }

    bool enter() {
        if (++nesting_ > kMaxDepth) fail_deep(kMaxDepth);
        return !failure_;
    }

    bool expect(TokenKind kind, std::string_view name) {
        if (failure_) return false;
        if (peek() != kind) {
            fail("expected " + std::string{name} + " instead of " + found_text());
            return false;
        }
        ++at_;
        return true;
    }

    Node start(NodeKind kind) const {
        Node node;
        node.kind = kind;
        node.position = token().position;
        return node;
    }

    const Token& token() const { return tokens_[at_]; }

    static bool is_word(const Token& token, std::string_view text) {
        return token.kind == TokenKind::name && token.text == text;
    }

    TokenKind peek() const { return tokens_[at_].kind; }

    std::string found_text() const {
        if (peek() == TokenKind::end) return "the end of the expression";
        return "'" + std::string{token().text} + "'";
    }

    /// `a and b`, `not a`: the word is read as a context, and what follows it is too much.
    Index fail_unexpected() {
        for (const auto& word : kWords) {
            const bool was_before = at_ > 0 && is_word(tokens_[at_ - 1], word.text);
            if (!was_before && !is_word(token(), word.text)) continue;
            if (was_before) --at_;
            return fail(
                "unexpected '" + std::string{word.text} + "'; did you mean '" +
                std::string{word.meant} + "'?"
            );
        }
        return fail("unexpected " + found_text());
    }

    Index fail_deep(int limit) {
        return fail("nested deeper than " + std::to_string(limit) + " levels");
    }

    Index fail(std::string message) {
        if (!failure_) failure_ = Failure{std::move(message), token().position};
        return 0;
    }

    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    int nesting_ = 0;
    int groups_ = 0;
    Tree tree_;
    std::vector<int> depths_;
    std::optional<Failure> failure_;
};

}  // namespace

boost::system::result<Tree, Failure> parse(std::string_view expression) {
    if (expression.size() > kMaxLength) {
        return Failure{"longer than " + std::to_string(kMaxLength) + " characters", 0};
    }
    auto tokens = tokenize(expression);
    if (!tokens) return tokens.error();
    Parser parser{std::move(*tokens)};
    return parser.run();
}

bool has_status_function(const Tree& tree) {
    return std::any_of(tree.nodes.begin(), tree.nodes.end(), [](const Node& node) {
        return node.kind == NodeKind::function && is_status_function(node.name);
    });
}

}  // namespace triphammer::workflow::expression
