#include "importer/groovy_tree.hpp"

#include <algorithm>
#include <iterator>

namespace triphammer::importer {

namespace {

const Value kNothing;

class Reader {
  public:
    explicit Reader(std::vector<Token> tokens) : tokens_{std::move(tokens)} {}

    std::vector<Statement> read_all() {
        auto out = read_block();
        while (here().kind != Token::Kind::end) {
            Statement stray;  // a brace that closes nothing
            stray.line = stray.end_line = here().line;
            ++at_;
            out.push_back(std::move(stray));
            std::ranges::move(read_block(), std::back_inserter(out));
        }
        return out;
    }

  private:
    std::vector<Statement> read_block() {
        std::vector<Statement> out;
        for (;;) {
            skip_breaks();
            if (here().kind == Token::Kind::end || here().is("}")) return out;
            const auto before = at_;
            out.push_back(read_statement());
            if (at_ == before) ++at_;  // a stray closing bracket
        }
    }

    const Token& here() const { return tokens_[at_]; }

    const Token& after(std::size_t count) const {
        return tokens_[std::min(at_ + count, tokens_.size() - 1)];
    }

    bool at_break() const {
        return here().kind == Token::Kind::newline || here().kind == Token::Kind::end ||
               here().is(";") || here().is("}");
    }

    void skip_breaks() {
        while (here().kind == Token::Kind::newline || here().is(";")) ++at_;
    }

    void skip_newlines() {
        while (here().kind == Token::Kind::newline) ++at_;
    }

    /// Of what is short enough to be understood.
    std::vector<Token> tokens_since(std::size_t begin) const {
        if (at_ - begin > kMostCodeTokens) return {};
        const auto from = tokens_.begin() + static_cast<std::ptrdiff_t>(begin);
        return {from, tokens_.begin() + static_cast<std::ptrdiff_t>(at_)};
    }

    Statement read_statement() {
        const auto begin = at_;
        auto statement = read_call();
        if ((!at_break() && !statement.has_block) || statement.name.empty()) {
            at_ = begin;
            statement = read_code();
        }
        statement.line = tokens_[begin].line;
        statement.end_line = at_ > begin ? tokens_[at_ - 1].end_line : statement.line;
        return statement;
    }

    /// name = value · name(args) · name args · name(args) { … } · name { … }
    Statement read_call() {
        Statement out;
        out.arguments.kind = Value::Kind::call;
        if (here().kind != Token::Kind::word || is_keyword(here().text)) return out;
        out.name = read_dotted_name();
        if (here().is("=")) {
            ++at_;
            out.is_assignment = true;
            skip_newlines();
            out.arguments.items.push_back(read_value());
            return out;
        }
        if (here().is("(")) {
            ++at_;
            read_arguments(out.arguments, ")");
        } else if (!at_break() && !here().is("{")) {
            read_bare_arguments(out.arguments);
        }
        read_own_block(out);
        return out;
    }

    static bool is_keyword(const std::string& word) {
        for (const char* keyword :
             {"def",
              "if",
              "else",
              "for",
              "while",
              "try",
              "catch",
              "finally",
              "return",
              "switch",
              "throw",
              "import",
              "class",
              "new",
              "final"}) {
            if (word == keyword) return true;
        }
        return false;
    }

    std::string read_dotted_name() {
        auto name = here().text;
        ++at_;
        while (here().is(".") && after(1).kind == Token::Kind::word) {
            name += "." + after(1).text;
            at_ += 2;
        }
        return name;
    }

    void read_own_block(Statement& out) {
        if (!here().is("{")) return;
        ++at_;
        const auto begin = at_;
        out.has_block = true;
        if (++depth_ <= kMostDepth) out.block = read_block();
        if (depth_-- > kMostDepth) skip_code(false);
        out.code = tokens_since(begin);
        out.is_unclosed = !here().is("}");
        if (!out.is_unclosed) ++at_;
    }

    void read_arguments(Value& call, std::string_view close) {
        skip_newlines();
        while (here().kind != Token::Kind::end && !here().is(close)) {
            const auto before = at_;
            read_argument(call);
            skip_newlines();
            if (here().is(",")) ++at_;
            skip_newlines();
            if (at_ == before) ++at_;
        }
        if (here().is(close)) ++at_;
    }

    void read_bare_arguments(Value& call) {
        for (;;) {
            read_argument(call);
            if (!here().is(",")) return;
            ++at_;
            skip_newlines();
        }
    }

    void read_argument(Value& call) {
        const bool named = (here().kind == Token::Kind::word || here().kind == Token::Kind::text) &&
                           after(1).is(":");
        if (!named) {
            call.items.push_back(read_value());
            return;
        }
        auto name = here().text;
        at_ += 2;
        skip_newlines();
        call.named.push_back({std::move(name), read_value()});
    }

    Value read_value() {
        const auto begin = at_;
        auto value = ++depth_ <= kMostDepth ? read_simple_value() : Value{};
        --depth_;
        if (!ends_value() || (at_ == begin && !at_break())) {
            at_ = begin;
            value = Value{};
            value.kind = Value::Kind::code;
            skip_code(true);
        }
        value.code = tokens_since(begin);
        return value;
    }

    bool ends_value() const {
        return at_break() || here().is(",") || here().is(")") || here().is("]") || here().is("{");
    }

    Value read_simple_value() {
        Value value;
        if (here().kind == Token::Kind::text || here().kind == Token::Kind::number) {
            value.kind = Value::Kind::text;
            value.text = here().text;
            value.plain = here().plain || here().kind == Token::Kind::number;
            ++at_;
            read_text_methods();
        } else if (here().is("[")) {
            ++at_;
            value.kind = Value::Kind::list;
            read_arguments(value, "]");
        } else if (here().kind == Token::Kind::word && !is_keyword(here().text)) {
            value.kind = Value::Kind::word;
            value.text = read_dotted_name();
            if (here().is("(")) {
                ++at_;
                value.kind = Value::Kind::call;
                read_arguments(value, ")");
            } else if (begins_argument()) {
                value.kind = Value::Kind::call;
                read_bare_arguments(value);
            }
        }
        return value;
    }

    /// `credentials 'x'`: a call without brackets inside a value.
    bool begins_argument() const { return here().kind == Token::Kind::text; }

    /// '''…'''.stripIndent(): a shell does not mind the indent.
    void read_text_methods() {
        while (here().is(".") && (after(1).text == "stripIndent" || after(1).text == "trim") &&
               after(2).is("(") && after(3).is(")")) {
            at_ += 4;
        }
    }

    Statement read_code() {
        Statement out;
        const auto begin = at_;
        skip_code(false);
        out.code = tokens_since(begin);
        return out;
    }

    /// To the end of the statement, brackets in pairs; `else` and `catch` go on behind a brace.
    void skip_code(bool to_comma) {
        int depth = 0;
        for (; here().kind != Token::Kind::end; ++at_) {
            const auto& token = here();
            const bool opens = token.is("{") || token.is("(") || token.is("[");
            const bool closes = token.is("}") || token.is(")") || token.is("]");
            if (depth == 0 && (closes || token.is(";") || (to_comma && token.is(",")))) return;
            if (depth == 0 && token.kind == Token::Kind::newline && !goes_on()) return;
            if (opens) ++depth;
            if (closes) --depth;
        }
    }

    bool goes_on() const {
        auto next = at_;
        while (tokens_[next].kind == Token::Kind::newline) ++next;
        const auto& word = tokens_[next].text;
        return word == "else" || word == "catch" || word == "finally" || tokens_[next].is(".") ||
               tokens_[next].is("&&") || tokens_[next].is("||");
    }

    static constexpr int kMostDepth = 60;
    static constexpr std::size_t kMostCodeTokens = 300;

    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

}  // namespace

const Value& Value::operator[](std::string_view name) const {
    for (const auto& [key, value] : named) {
        if (key == name) return value;
    }
    return kNothing;
}

const Value& Statement::first() const {
    return arguments.items.size() == 1 ? arguments.items.front() : kNothing;
}

const Statement* find_part(const Statement& block, std::string_view name) {
    const auto& parts = block.block;
    const auto found = std::find_if(parts.begin(), parts.end(), [&](const Statement& part) {
        return part.name == name;
    });
    return found == parts.end() ? nullptr : &*found;
}

std::vector<Statement> read_statements(std::string_view source) {
    return Reader{read_tokens(source)}.read_all();
}

}  // namespace triphammer::importer
