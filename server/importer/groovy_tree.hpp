#pragma once
// A Jenkinsfile as a tree of calls: `name args { block }`. What is no such call (Groovy code) is a
// statement without a name, with its lines. Pure.

#include "importer/groovy_token.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::importer {

struct NamedValue;

/// An argument. Groovy that is neither a text, a number, a list nor a call keeps its tokens only.
struct Value {
    enum class Kind { none, text, word, list, call, code };

    Kind kind = Kind::none;
    std::string text;               // of text and word; the name of a call
    bool plain = false;             // a text in which nothing is put in
    std::vector<Value> items;       // of a list; positional ones of a call
    std::vector<NamedValue> named;  // of a map or a call
    std::vector<Token> code;        // its tokens, unless it is long

    bool is_text() const { return kind == Kind::text; }

    /// The named one, or none.
    const Value& operator[](std::string_view name) const;
};

struct NamedValue {
    std::string name;
    Value value;
};

struct Statement {
    std::string name;  // empty: Groovy code
    Value arguments;   // kind call
    bool is_assignment = false;
    bool has_block = false;
    bool is_unclosed = false;  // the file ends before its block does
    std::vector<Statement> block;
    std::vector<Token> code;  // the block's tokens, unless it is long
    int line = 0;
    int end_line = 0;

    /// The only positional argument, or none.
    const Value& first() const;
};

/// The first statement of a block with that name; null: there is none.
const Statement* find_part(const Statement& block, std::string_view name);

/// Never fails; braces that nobody closes end with the file, and one that closes nothing is Groovy.
std::vector<Statement> read_statements(std::string_view source);

}  // namespace triphammer::importer
