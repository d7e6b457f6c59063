#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/language_commands.hpp"
#include "workflow/expression/evaluator.hpp"

#include <nlohmann/json.hpp>

#include <iostream>

namespace triphammer::cli {

namespace {

using nlohmann::json;
namespace expression = workflow::expression;

constexpr std::uint64_t kMaxContextBytes = 64U << 20U;

/// What success() and the others answer is what `job.status` says, where it is given.
expression::StatusFacts read_status(const expression::Contexts& contexts) {
    const auto status = contexts.find("job")->member("status").to_text();
    expression::StatusFacts facts;
    facts.failure = status == "failure";
    facts.cancelled = status == "cancelled";
    facts.success = !facts.failure && !facts.cancelled;
    return facts;
}

/// Contexts of an object {"github": {…}, …}.
Result<expression::Contexts> read_contexts(const expression::Value& given) {
    expression::Contexts contexts;
    if (!given.is_null()) {
        if (given.kind() != expression::Kind::object) return invalid("contexts: not a JSON object");
        for (const auto& [name, value] : given.as_object()) contexts.set(name, value);
    }
    contexts.status = read_status(contexts);
    return contexts;
}

/// The answer of one evaluation on one line; true: it worked.
std::pair<std::string, bool> evaluate_line(
    std::string_view text, const expression::Contexts& contexts
) {
    const auto value = expression::try_evaluate(text, contexts);
    if (!value) {
        const json error{{"error", value.error().message}, {"position", value.error().position}};
        return {error.dump(-1, ' ', false, json::error_handler_t::replace), false};
    }
    const std::string kind{name_of(value->kind())};
    return {"{\"kind\": \"" + kind + "\", \"value\": " + to_compact_json(*value) + "}", true};
}

std::string evaluate_request(const std::string& line) {
    const auto request = expression::parse_json(line);
    const auto text = request ? request->member("expr") : expression::Value{};
    if (text.kind() != expression::Kind::string) {
        return R"({"error": "not a JSON object with \"expr\"", "position": 0})";
    }
    const auto contexts = read_contexts(request->member("contexts"));
    if (!contexts) return json{{"error", contexts.error().message}, {"position", 0}}.dump();
    return evaluate_line(text.as_string(), *contexts).first;
}

int eval_batch() {
    std::string line;
    while (std::getline(std::cin, line)) {
        if (!trim(line).empty()) print(evaluate_request(line) + "\n");
    }
    return kDone;
}

}  // namespace

int eval(const Invocation& invocation) {
    if (invocation.arguments.has("batch")) return eval_batch();
    if (invocation.arguments.words().size() != 1)
        return complain("eval needs one EXPRESSION", kUsage);
    std::string text = "{}";
    if (const auto file = invocation.arguments.value("context")) {
        auto read = read_file(*file, kMaxContextBytes);
        if (!read) return complain(read.error(), kUsage);
        text = std::move(*read);
    }
    const auto given = expression::parse_json(text);
    if (!given) return complain(with_context("contexts", given.error()), kUsage);
    const auto contexts = read_contexts(*given);
    if (!contexts) return complain(contexts.error(), kUsage);
    const auto [line, ok] = evaluate_line(invocation.arguments.words()[0], *contexts);
    print(line + "\n");
    return ok ? kDone : kFailed;
}

}  // namespace triphammer::cli
