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

/// Contexts of a JSON object {"github": {…}, …}.
Result<expression::Contexts> read_contexts(const std::string& text) {
    expression::Contexts contexts;
    if (auto added = contexts.add_json(text); !added) return added.error();
    contexts.status.emplace();
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
    const auto request = json::parse(line, nullptr, false);
    if (!request.is_object() || !request.contains("expr") || !request["expr"].is_string()) {
        return R"({"error": "not a JSON object with \"expr\"", "position": 0})";
    }
    const auto given = request.find("contexts");
    const auto contexts = read_contexts(given == request.end() ? "{}" : given->dump());
    if (!contexts) return json{{"error", contexts.error().message}, {"position", 0}}.dump();
    return evaluate_line(request["expr"].get<std::string>(), *contexts).first;
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
    const auto contexts = read_contexts(text);
    if (!contexts) return complain(contexts.error(), kUsage);
    const auto [line, ok] = evaluate_line(invocation.arguments.words()[0], *contexts);
    print(line + "\n");
    return ok ? kDone : kFailed;
}

}  // namespace triphammer::cli
