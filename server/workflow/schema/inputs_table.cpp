// Tables of `schedule`, `workflow_dispatch` and `workflow_call`. Source: GitHub's page "Workflow
// syntax", on.schedule to on.workflow_dispatch.inputs.
#include "base/text.hpp"
#include "workflow/expression/segments.hpp"
#include "workflow/schema/cron.hpp"
#include "workflow/schema/events.hpp"
#include "workflow/schema/words.hpp"
#include "workflow/yaml/scalar.hpp"

#include <algorithm>
#include <array>

namespace triphammer::workflow {

namespace {

constexpr std::size_t kMaxDispatchInputs = 25;

void check_cron(const Node& node, Report& report) {
    const auto cron = parse_cron(node.text);
    if (cron) return;
    report.error("cron", node.at, show(node.text) + ": " + cron.error().message);
}

/// Area/Place; whether the machine knows it is seen when the schedule is made.
void check_timezone(const Node& node, Report& report) {
    const auto& text = node.text;
    const bool is_name = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view{"/_+-"}.find(c) != std::string_view::npos;
    });
    if (is_name && text[0] != '/' && text.find("//") == std::string::npos) return;
    report.error("timezone", node.at, show(text) + " is no time zone", "Europe/Berlin, Etc/UTC");
}

constexpr Shape kCron = [] {
    Shape shape = text_shape();
    shape.extra = check_cron;
    return shape;
}();
constexpr Shape kTimezone = [] {
    Shape shape = text_shape();
    shape.extra = check_timezone;
    return shape;
}();
constexpr std::array kScheduleKeys{
    Key{"cron", &kCron, "minute hour day month weekday", true},
    Key{"timezone", &kTimezone, "IANA name; UTC without one"},
};
constexpr Shape kScheduleEntry = map_shape(kScheduleKeys);

void check_not_empty(const Node& node, Report& report) {
    if (node.kind != NodeKind::sequence || !node.items.empty()) return;
    report.error("missing-value", node.at, "this list is empty", "- cron: '30 5 * * 1-5'");
}

constexpr Shape kInputText = value_shape(nullptr);
constexpr Shape kRequired = boolean_shape();
constexpr Shape kOptions = list_shape(&kInputText);

/// Whether a `default` has the input's type. Expressions are seen when they are evaluated.
void check_default(const Node& input, Report& report) {
    const auto* type = input.find("type");
    const auto* value = input.find("default");
    if (type == nullptr || value == nullptr || value->kind != NodeKind::scalar) return;
    if (trim(value->text).empty() || expression::has_expression(value->text)) return;
    const auto text = to_lower(value->text);
    const bool is_boolean = text == "true" || text == "false";
    const bool is_wrong = (type->text == "boolean" && !is_boolean) ||
                          (type->text == "number" && !is_number_text(value->text));
    if (!is_wrong) return;
    report.error(
        "wrong-type", value->at, "the default " + show(value->text) + " is no " + type->text
    );
}

void check_options(const Node& input, Report& report) {
    const auto* type = input.find("type");
    const auto* options = input.find("options");
    const bool is_choice = type != nullptr && type->text == "choice";
    if (is_choice && (options == nullptr || options->items.empty())) {
        return report.error("missing-key", input.at, "a choice needs options");
    }
    if (options == nullptr) return;
    if (!is_choice) {
        return report.error("wrong-type", options->at, "only an input of type choice has options");
    }
    const auto* value = input.find("default");
    if (value == nullptr || value->kind != NodeKind::scalar) return;
    const auto& all = options->items;
    const bool is_one = std::any_of(all.begin(), all.end(), [value](const Node* option) {
        return scalar_text(*option) == scalar_text(*value);
    });
    if (is_one) return;
    report.error(
        "unknown-value", value->at, "the default " + show(value->text) + " is not among the options"
    );
}

void check_dispatch_input(const Node& node, Report& report) {
    check_options(node, report);
    check_default(node, report);
}

void check_dispatch_inputs(const Node& node, Report& report) {
    if (node.entries.size() <= kMaxDispatchInputs) return;
    report.error("too-many", node.at, "more than 25 inputs");
}

constexpr std::array<std::string_view, 5> kDispatchTypes{
    "string", "boolean", "choice", "number", "environment"};
constexpr Shape kDispatchType = words_shape(kDispatchTypes);
constexpr std::array kDispatchInputKeys{
    Key{"description", &kInputText},
    Key{"deprecationMessage", &kInputText},
    Key{"required", &kRequired},
    Key{"default", &kInputText},
    Key{"type", &kDispatchType, "string without one"},
    Key{"options", &kOptions, "Of a choice"},
};
constexpr Shape kDispatchInput = [] {
    Shape shape = map_shape(kDispatchInputKeys);
    shape.accepts = kMap | kEmpty;
    shape.extra = check_dispatch_input;
    return shape;
}();
constexpr Shape kDispatchInputs = [] {
    Shape shape = free_map_shape(&kDispatchInput);
    shape.accepts = kMap | kEmpty;
    shape.key = TextKind::identifier;
    shape.extra = check_dispatch_inputs;
    return shape;
}();
constexpr std::array kDispatchKeys{Key{"inputs", &kDispatchInputs, "What it asks for"}};

constexpr std::array<std::string_view, 3> kCallTypes{"string", "boolean", "number"};
constexpr Shape kCallType = words_shape(kCallTypes);
constexpr Shape kCallDefault = value_shape(&places::kCallDefault);
constexpr std::array kCallInputKeys{
    Key{"description", &kInputText},
    Key{"deprecationMessage", &kInputText},
    Key{"required", &kRequired},
    Key{"default", &kCallDefault},
    Key{"type", &kCallType, "string, boolean or number", true},
};
constexpr Shape kCallInput = [] {
    Shape shape = map_shape(kCallInputKeys);
    shape.extra = check_default;
    return shape;
}();

constexpr std::array kCallSecretKeys{
    Key{"description", &kInputText},
    Key{"required", &kRequired},
};
constexpr Shape kCallSecret = [] {
    Shape shape = map_shape(kCallSecretKeys);
    shape.accepts = kMap | kEmpty;
    return shape;
}();

constexpr Shape kCallOutputValue = value_shape(&places::kCallOutput);
constexpr std::array kCallOutputKeys{
    Key{"description", &kInputText},
    Key{"value", &kCallOutputValue, "${{ jobs.JOB.outputs.NAME }}", true},
};
constexpr Shape kCallOutput = map_shape(kCallOutputKeys);

constexpr Shape named_shape(const Shape* value) {
    Shape shape = free_map_shape(value);
    shape.accepts = kMap | kEmpty;
    shape.key = TextKind::identifier;
    return shape;
}

constexpr Shape kCallInputs = named_shape(&kCallInput);
constexpr Shape kCallSecrets = named_shape(&kCallSecret);
constexpr Shape kCallOutputs = named_shape(&kCallOutput);
constexpr std::array kCallKeys{
    Key{"inputs", &kCallInputs, "What callers hand over"},
    Key{"secrets", &kCallSecrets, "The secrets that callers hand over"},
    Key{"outputs", &kCallOutputs, "What callers get back"},
};

}  // namespace

constexpr Shape kScheduleShape = [] {
    Shape shape = list_shape(&kScheduleEntry);
    shape.expected = "a list of times, each with the key cron";
    shape.extra = check_not_empty;
    return shape;
}();

constexpr Shape kWorkflowDispatchShape = [] {
    Shape shape = map_shape(kDispatchKeys);
    shape.accepts = kMap | kEmpty;
    return shape;
}();

constexpr Shape kWorkflowCallShape = [] {
    Shape shape = map_shape(kCallKeys);
    shape.accepts = kMap | kEmpty;
    return shape;
}();

}  // namespace triphammer::workflow
