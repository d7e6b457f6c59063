#pragma once
// The language as tables: what may stand where. The checker walks a file along them, and the JSON
// Schema for editors is made from them.

#include "workflow/schema/places.hpp"
#include "workflow/yaml/node.hpp"
#include "workflow/yaml/report.hpp"

#include <span>
#include <string_view>

namespace triphammer::workflow {

struct Shape;

/// What kinds of value are accepted; a set of bits.
enum Accept : unsigned {
    kText = 1,
    kBoolean = 2,
    kNumber = 4,
    kEmpty = 8,  // the key alone, without a value
    kList = 16,
    kMap = 32,
    kAnything = 64,  // any of the above; expressions in its texts are looked at
};

struct Key {
    std::string_view name;
    const Shape* shape = nullptr;
    std::string_view about = {};  // one line for editors
    bool required = false;
    std::string_view feature = {};  // a name in unsupported.cpp, where it may be listed
};

/// What text is, besides text.
enum class TextKind {
    plain,
    condition,   // `if`: an expression with or without ${{ }}
    script,      // run by a shell: nothing of an outsider may be interpolated
    identifier,  // a letter or _, then letters, digits, - and _
    duration,    // 10s, 500ms, 2m, 1h
};

/// What begins with a mapping: a job of its own, a step of its own.
enum class Scope { none, job, step };

/// More rules than a table holds; called when the kind of the node is accepted.
using Rule = void (*)(const Node&, Report&);

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
    Scope scope = Scope::none;
    Rule extra = nullptr;
    std::string_view name =
        {};  // of its definition in the JSON Schema, where it has one of its own
};

/// The whole file.
extern const Shape kWorkflowShape;
/// Parts, one table file each.
extern const Shape kOnShape;
extern const Shape kPermissionsShape;
extern const Shape kWorkflowConcurrencyShape;
extern const Shape kJobConcurrencyShape;
extern const Shape kNotifyShape;
extern const Shape kJobsShape;
extern const Shape kStrategyShape;
extern const Shape kContainerShape;
extern const Shape kServicesShape;
extern const Shape kStepsShape;
extern const Shape kImageShape;
extern const Shape kDeployShape;
extern const Shape kHealthShape;
extern const Shape kTerraformShape;
extern const Shape kApproveShape;
extern const Shape kRetryShape;
extern const Shape kReportsShape;
extern const Shape kResourcesShape;

}  // namespace triphammer::workflow
