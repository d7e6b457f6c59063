#include "importer/groovy_condition.hpp"

#include <algorithm>

namespace triphammer::importer {

namespace {

constexpr int kMostDepth = 60;

using Answer = std::optional<std::string>;

class Translator {
  public:
    Translator(std::vector<Token> tokens, const NameTranslator& names)
        : tokens_{std::move(tokens)}, names_{names} {}

    Answer translate() {
        auto out = read_or();
        if (here().kind != Token::Kind::end) return {};
        return out;
    }

  private:
    const Token& here() const { return tokens_[at_]; }

    bool take(std::string_view symbol) {
        if (!here().is(symbol)) return false;
        ++at_;
        return true;
    }

    Answer read_or() {
        return read_chain("||", [this] { return read_and(); });
    }

    Answer read_and() {
        return read_chain("&&", [this] { return read_equality(); });
    }

    template <class Read>
    Answer read_chain(std::string_view symbol, const Read& read) {
        auto left = read();
        while (left && take(symbol)) {
            const auto right = read();
            if (!right) return {};
            left = *left + " " + std::string{symbol} + " " + *right;
        }
        return left;
    }

    Answer read_equality() {
        auto left = read_not();
        for (const char* symbol : {"==", "!="}) {
            if (!left || !take(symbol)) continue;
            const auto right = read_not();
            if (!right) return {};
            left = *left + " " + symbol + " " + *right;
        }
        return left;
    }

    Answer read_not() {
        if (!take("!")) return read_primary();
        const auto operand = read_not_deeper();
        if (!operand) return {};
        return "!" + *operand;
    }

    Answer read_not_deeper() {
        if (++depth_ > kMostDepth) return {};
        return read_not();
    }

    Answer read_primary() {
        if (take("(")) {
            if (++depth_ > kMostDepth) return {};
            const auto inner = read_or();
            if (!inner || !take(")")) return {};
            return "(" + *inner + ")";
        }
        const auto token = here();
        if (token.kind == Token::Kind::text) {
            // What Groovy would put into a text is not there at this time.
            if (!token.plain && token.text.find('$') != std::string::npos) return {};
            ++at_;
            return quote_expression(token.text);
        }
        if (token.kind == Token::Kind::number) return ++at_, token.text;
        if (token.kind == Token::Kind::word) return read_name();
        return {};
    }

    Answer read_name() {
        auto name = here().text;
        ++at_;
        if (name == "true" || name == "false" || name == "null") return name;
        while (here().is(".") && tokens_[at_ + 1].kind == Token::Kind::word) {
            const auto member = tokens_[at_ + 1].text;
            at_ += 2;
            if (here().is("(")) return read_method(name, member);
            name += "." + member;
        }
        return names_(name);
    }

    Answer read_method(const std::string& name, const std::string& method) {
        if (method != "startsWith" && method != "endsWith" && method != "contains") return {};
        const auto object = names_(name);
        if (!object || !take("(")) return {};
        const auto argument = read_primary();
        if (!argument || !take(")")) return {};
        return method + "(" + *object + ", " + *argument + ")";
    }

    std::vector<Token> tokens_;
    const NameTranslator& names_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

}  // namespace

Answer translate_condition(const std::vector<Token>& code, const NameTranslator& names) {
    std::vector<Token> tokens;
    for (const auto& token : code) {
        if (token.kind != Token::Kind::newline) tokens.push_back(token);
    }
    if (!tokens.empty() && tokens.front().text == "return") tokens.erase(tokens.begin());
    if (!tokens.empty() && tokens.back().is(";")) tokens.pop_back();
    tokens.emplace_back();  // the end
    return Translator{std::move(tokens), names}.translate();
}

std::string quote_expression(const std::string& text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
    return out + "'";
}

}  // namespace triphammer::importer
