#pragma once
// The language as tables: what may stand where. The checker walks a file along them; whatever else
// describes the language (a JSON Schema, documentation) is to be made from them too.

#include "workflow/node.hpp"

#include <span>
#include <string_view>

namespace triphammer::workflow {

class Checker;
struct Shape;

/// Where an expression stands: which contexts and special functions it may use.
/// Source: GitHub's page "Contexts reference", table of context availability.
struct Place {
    std::string_view key;        // the documentation's name of the place
    std::string_view contexts;   // separated by blanks
    std::string_view functions;  // success failure … hashFiles; all others are allowed everywhere
};

/// What kinds of value are accepted; a set of bits.
enum Accept : unsigned {
    kText = 1,
    kBoolean = 2,
    kNumber = 4,
    kEmpty = 8,  // the key alone, without a value
    kList = 16,
    kMap = 32,
    kAnything = 64,  // not looked into
};

enum class Support { yes, not_yet };

struct Key {
    std::string_view name;
    const Shape* shape = nullptr;
    Support support = Support::yes;
    bool required = false;
    std::string_view advice = {};  // for a key that is not supported yet: what to do instead
};

/// What text is, besides text.
enum class TextKind {
    plain,
    condition,   // `if`: an expression with or without ${{ }}
    script,      // run by a shell: nothing of an outsider may be interpolated
    identifier,  // a letter or _, then letters, digits, - and _
    duration,    // 10s, 500ms, 2m, 1h
};

struct Shape {
    unsigned accepts = kText;
    std::string_view expected = {};  // "a string or a list of strings"
    const Place* place = nullptr;    // null: no expressions
    TextKind text = TextKind::plain;
    bool may_be_blank = false;                     // text may be empty
    std::span<const std::string_view> words = {};  // text is one of these, when there are any
    const Shape* item = nullptr;                   // of a list
    std::span<const Key> keys = {};                // of a map
    const Shape* value = nullptr;                  // of a map with free keys
    TextKind key = TextKind::plain;                // what free keys are: plain or identifier
    /// More rules than a table holds; called when the kind of the node is accepted.
    void (*extra)(const Node&, Checker&) = nullptr;
};

/// The whole file.
extern const Shape kWorkflowShape;
/// Parts, one table file each.
extern const Shape kOnShape;
extern const Shape kJobsShape;
extern const Shape kStepsShape;
extern const Shape kImageShape;
extern const Shape kDeployShape;
extern const Shape kPermissionsShape;

}  // namespace triphammer::workflow
