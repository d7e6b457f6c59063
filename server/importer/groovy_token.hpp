#pragma once
// The words of a Jenkinsfile: as much of Groovy as declarative pipelines are written in. Pure.
// Source: the Groovy documentation, "Syntax" (strings, comments), and Jenkins' "Pipeline Syntax".

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::importer {

struct Token {
    enum class Kind { word, text, number, symbol, newline, end };

    Kind kind = Kind::end;
    std::string text;    // of a text: without quotes, escapes resolved but for `\$`
    bool plain = false;  // a text in which nothing is put in ('…')
    int line = 1;
    int end_line = 1;

    bool is(std::string_view symbol_text) const {
        return kind == Kind::symbol && text == symbol_text;
    }
};

/// Never fails: a character that nothing knows is a symbol of its own. The last token is `end`.
std::vector<Token> read_tokens(std::string_view source);

}  // namespace triphammer::importer
