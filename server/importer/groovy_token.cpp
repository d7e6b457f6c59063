#include "importer/groovy_token.hpp"

#include <algorithm>
#include <cctype>

namespace triphammer::importer {

namespace {

bool begins_word(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
}

bool goes_on_word(char c) {
    return begins_word(c) || std::isdigit(static_cast<unsigned char>(c)) != 0;
}

class Scanner {
  public:
    explicit Scanner(std::string_view source) : source_{source} {}

    std::vector<Token> read() {
        while (at_ < source_.size()) take_one();
        add(Token::Kind::end, "");
        return std::move(tokens_);
    }

  private:
    void take_one() {
        const char c = source_[at_];
        if (c == '\n') return take_newline();
        if (c == ' ' || c == '\t' || c == '\r') return advance(1);
        if (looks_at("//") || looks_at("#!")) return advance(find("\n") - at_);
        if (looks_at("/*")) return advance(std::min(find("*/") + 2, source_.size()) - at_);
        if (c == '\'' || c == '"') return take_text(c);
        if (begins_word(c)) return take_while(Token::Kind::word, goes_on_word);
        if (std::isdigit(static_cast<unsigned char>(c)) != 0)
            return take_while(Token::Kind::number, goes_on_word);
        take_symbol();
    }

    bool looks_at(std::string_view text) const { return source_.substr(at_).starts_with(text); }

    std::size_t find(std::string_view text) const {
        return std::min(source_.find(text, at_), source_.size());
    }

    void advance(std::size_t count) {
        const auto passed = source_.substr(at_, count);
        line_ += static_cast<int>(std::count(passed.begin(), passed.end(), '\n'));
        at_ += count;
    }

    void add(Token::Kind kind, std::string text) {
        tokens_.push_back({kind, std::move(text), false, line_, line_});
    }

    void take_newline() {
        add(Token::Kind::newline, "\n");
        advance(1);
    }

    void take_while(Token::Kind kind, bool (*belongs)(char)) {
        auto end = at_;
        while (end < source_.size() && belongs(source_[end])) ++end;
        add(kind, std::string{source_.substr(at_, end - at_)});
        advance(end - at_);
    }

    void take_symbol() {
        for (const std::string_view longer :
             {"==", "!=", "&&", "||", "=~", "<=", ">=", "->", "?."}) {
            if (!looks_at(longer)) continue;
            add(Token::Kind::symbol, std::string{longer});
            return advance(longer.size());
        }
        add(Token::Kind::symbol, std::string{source_[at_]});
        advance(1);
    }

    void take_text(char quote) {
        const std::string triple(3, quote);
        const bool is_long = looks_at(triple);
        const std::string close = is_long ? triple : std::string(1, quote);
        Token token{Token::Kind::text, "", quote == '\'', line_, line_};
        advance(close.size());
        while (at_ < source_.size() && !looks_at(close)) take_character(token);
        advance(std::min(close.size(), source_.size() - at_));
        token.end_line = line_;
        tokens_.push_back(std::move(token));
    }

    void take_character(Token& token) {
        if (source_[at_] != '\\' || at_ + 1 == source_.size()) {
            token.text += source_[at_];
            return advance(1);
        }
        const char escaped = source_[at_ + 1];
        switch (escaped) {
            case 'n':
                token.text += '\n';
                break;
            case 't':
                token.text += '\t';
                break;
            case '\n':
                break;  // the line goes on
            case '$':
                token.text += token.plain ? "$" : "\\$";
                break;
            default:
                token.text += escaped;
        }
        advance(2);
    }

    std::string_view source_;
    std::size_t at_ = 0;
    int line_ = 1;
    std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> read_tokens(std::string_view source) {
    return Scanner{source}.read();
}

}  // namespace triphammer::importer
