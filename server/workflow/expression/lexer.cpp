#include "workflow/expression/lexer.hpp"

#include <array>
#include <cmath>
#include <optional>

namespace triphammer::workflow::expression {

namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct Symbol {
    std::string_view text;
    TokenKind kind;
};

// Longer ones first: "<=" is not "<".
constexpr std::array<Symbol, 16> kSymbols{{
    {"&&", TokenKind::both},
    {"||", TokenKind::either},
    {"==", TokenKind::equal},
    {"!=", TokenKind::not_equal},
    {"<=", TokenKind::less_equal},
    {">=", TokenKind::greater_equal},
    {"<", TokenKind::less},
    {">", TokenKind::greater},
    {"!", TokenKind::bang},
    {"(", TokenKind::open},
    {")", TokenKind::close},
    {"[", TokenKind::open_bracket},
    {"]", TokenKind::close_bracket},
    {",", TokenKind::comma},
    {"*", TokenKind::star},
    {".", TokenKind::dot},
}};

/// What people write who come from other languages, or paste from a word processor.
struct Stranger {
    std::string_view text;
    std::string_view advice;
};

constexpr std::string_view kQuotes = "text stands in single quotes here: 'like this'";
constexpr std::string_view kNoArithmetic =
    "there is no arithmetic in expressions: compute in a script, and pass the result as an output";
constexpr std::array<Stranger, 10> kStrangers{{
    {"\"", kQuotes},
    {"\u2018", kQuotes},
    {"\u2019", kQuotes},
    {"\u201c", kQuotes},
    {"\u201d", kQuotes},
    {"`", kQuotes},
    {"$", "'$' cannot stand in an expression: write env.NAME for $NAME, and no ${{ }} in another"},
    {"?", "there is no '?' in expressions: write CONDITION && 'this' || 'that'"},
    {"/", kNoArithmetic},
    {"%", kNoArithmetic},
}};

class Lexer {
  public:
    explicit Lexer(std::string_view text) : text_(text) {}

    boost::system::result<std::vector<Token>, Failure> run() {
        while (!failure_) {
            while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
            if (at_ == text_.size()) break;
            next();
        }
        if (failure_) return *failure_;
        push(TokenKind::end, 0);
        return std::move(tokens_);
    }

  private:
    void next() {
        const char c = text_[at_];
        if (c == '\'') return read_string();
        if (is_letter(c)) return read_name();
        if (starts_number()) return read_number();
        for (const auto& symbol : kSymbols) {
            if (text_.substr(at_).starts_with(symbol.text)) {
                return push(symbol.kind, symbol.text.size());
            }
        }
        fail_at_character();
    }

    /// A dot after something that has properties is no decimal point.
    bool starts_number() const {
        const char c = text_[at_];
        if (is_digit(c) || c == '-' || c == '+') return true;
        if (c != '.' || at_ + 1 == text_.size() || !is_digit(text_[at_ + 1])) return false;
        return !follows_operand();
    }

    bool follows_operand() const {
        if (tokens_.empty()) return false;
        switch (tokens_.back().kind) {
            case TokenKind::name:
            case TokenKind::property:
            case TokenKind::star:
            case TokenKind::close:
            case TokenKind::close_bracket:
                return true;
            default:
                return false;
        }
    }

    void read_string() {
        std::string out;
        for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
            if (text_[i] != '\'') {
                out += text_[i];
                continue;
            }
            if (i + 1 < text_.size() && text_[i + 1] == '\'') {
                out += '\'';
                ++i;
                continue;
            }
            push(TokenKind::value, i + 1 - at_);
            tokens_.back().value = Value::string(std::move(out));
            return;
        }
        fail("this string has no closing quote (')");
    }

    void read_number() {
        std::size_t end = at_ + 1;
        const auto belongs = [this](std::size_t i) {
            const char c = text_[i];
            const char before = text_[i - 1];
            const bool exponent = (c == '-' || c == '+') && (before == 'e' || before == 'E');
            return is_letter(c) || is_digit(c) || c == '.' || exponent;
        };
        while (end < text_.size() && belongs(end)) ++end;
        const auto text = text_.substr(at_, end - at_);
        const double value = parse_number(text);
        if (text == "+" || text == "-") return fail(std::string{kNoArithmetic});
        if (std::isnan(value)) return fail("'" + std::string{text} + "' is not a number");
        push(TokenKind::value, text.size());
        tokens_.back().value = Value::number(value);
    }

    void read_name() {
        std::size_t end = at_ + 1;
        while (end < text_.size() &&
               (is_letter(text_[end]) || is_digit(text_[end]) || text_[end] == '-')) {
            ++end;
        }
        const auto text = text_.substr(at_, end - at_);
        if (!tokens_.empty() && tokens_.back().kind == TokenKind::dot) {
            return push(TokenKind::property, text.size());
        }
        const auto literal = find_literal(text);
        push(literal ? TokenKind::value : TokenKind::name, text.size());
        if (literal) tokens_.back().value = *literal;
    }

    static std::optional<Value> find_literal(std::string_view text) {
        if (text == "null") return Value{};
        if (text == "true") return Value::boolean(true);
        if (text == "false") return Value::boolean(false);
        if (text == "NaN") return Value::number(std::nan(""));
        if (text == "Infinity") return Value::number(HUGE_VAL);
        return {};
    }

    void push(TokenKind kind, std::size_t length) {
        tokens_.push_back({kind, text_.substr(at_, length), at_ + 1, {}});
        at_ += length;
    }

    void fail_at_character() {
        const char c = text_[at_];
        if (c == '&' || c == '|' || c == '=') {
            return fail("'" + std::string{c} + "' must be doubled: " + std::string(2, c));
        }
        for (const auto& stranger : kStrangers) {
            if (text_.substr(at_).starts_with(stranger.text)) {
                return fail(std::string{stranger.advice});
            }
        }
        fail("unexpected character '" + std::string{whole_character()} + "'");
    }

    /// Messages stay UTF-8.
    std::string_view whole_character() const {
        std::size_t end = at_ + 1;
        while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xc0U) == 0x80U)
            ++end;
        return text_.substr(at_, end - at_);
    }

    void fail(std::string message) { failure_ = Failure{std::move(message), at_ + 1}; }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<Token> tokens_;
    std::optional<Failure> failure_;
};

}  // namespace

boost::system::result<std::vector<Token>, Failure> tokenize(std::string_view expression) {
    Lexer lexer{expression};
    return lexer.run();
}

}  // namespace triphammer::workflow::expression
