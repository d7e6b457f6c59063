#include "cli/language_commands.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "github/payload.hpp"
#include "plan/plan.hpp"
#include "workflow/expression/evaluator.hpp"
#include "workflow/reader.hpp"

#include <nlohmann/json.hpp>

#include <iostream>

namespace triphammer::cli {

namespace {

using nlohmann::json;
namespace expression = workflow::expression;

json problem_json(const std::string& file, const model::Problem& problem) {
    const bool is_error = problem.severity == model::Problem::Severity::error;
    return {
        {"file", file},
        {"line", problem.at.line},
        {"column", problem.at.column},
        {"severity", is_error ? "error" : "warning"},
        {"code", problem.code},
        {"message", problem.message},
        {"hint", problem.hint},
    };
}

/// Files over the reader's limit are refused unread: one byte more is enough to see that.
Result<workflow::ReadResult> read_one(const std::string& file, const Invocation& invocation) {
    auto text = read_file(file, 64 * 1024 * 1024);
    if (!text) return text.error();
    workflow::ReadOptions options;
    options.allow = invocation.arguments.values("allow");
    return workflow::read_workflow(file, *text, options);
}

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

void print_reason(const model::Reason& reason, int depth) {
    print(
        std::string(static_cast<std::size_t>(depth) * 2, ' ') + (reason.yes ? "yes  " : "no   ") +
        reason.text + "\n"
    );
    for (const auto& child : reason.children) print_reason(child, depth + 1);
}

json plan_json(const plan::Plan& plan) {
    auto runs = json::array();
    for (const auto& run : plan.runs) {
        auto jobs = json::array();
        for (const auto& job : run.jobs) {
            jobs.push_back({
                {"key", job.definition.key},
                {"name", job.name},
                {"kind", name_of(job.kind)},
                {"stage", job.stage},
                {"needs", job.needs},
                {"runs_on", job.label},
                {"state", name_of(job.state)},
                {"reason", job.reason.text},
            });
        }
        runs.push_back({{"workflow", run.workflow}, {"title", run.title}, {"jobs", jobs}});
    }
    return {{"starts", !plan.runs.empty()}, {"runs", runs}, {"reasons", plan.reason}};
}

void print_plan(const plan::Plan& plan) {
    print_reason(plan.reason, 0);
    for (const auto& run : plan.runs) {
        print("\n" + run.workflow + ": " + run.title + "\n");
        for (const auto& job : run.jobs) {
            print(
                "  " + job.name + "  (" + std::string{name_of(job.kind)} + ", " +
                std::string{name_of(job.state)} + ")\n"
            );
        }
    }
}

/// What git would say is left open: path filters pass where the payload cannot tell.
Result<plan::Plan> make_plan_of(
    const std::string& file,
    const workflow::ReadResult& read,
    const model::Event& event,
    const std::string& body
) {
    plan::Definitions definitions;
    definitions.commit = event.sha;
    definitions.files.push_back({file, "", std::make_shared<const workflow::ReadResult>(read)});
    plan::ChangedPaths changed;
    changed.known = false;
    const plan::Repository repository;
    plan::Question question{event, repository};
    question.resolved_sha = event.sha;
    question.definitions = &definitions;
    question.changed = &changed;
    question.payload_json = body;
    auto answer = plan::make_plan(question);
    if (auto* plan = std::get_if<plan::Plan>(&answer)) return std::move(*plan);
    return invalid("the payload does not say enough: " + std::get<plan::Needs>(answer).why.text);
}

}  // namespace

int lint(const Invocation& invocation) {
    const auto& files = invocation.arguments.words();
    if (files.empty()) return complain("lint needs at least one FILE", kUsage);
    auto list = json::array();
    int status = kDone;
    for (const auto& file : files) {
        const auto read = read_one(file, invocation);
        if (!read) return complain(read.error(), kUsage);
        if (!read->workflow) status = kFailed;
        for (const auto& problem : read->problems) {
            list.push_back(problem_json(file, problem));
            if (!invocation.arguments.has("json")) print(workflow::to_line(file, problem) + "\n");
        }
    }
    if (invocation.arguments.has("json")) print(list.dump(2) + "\n");
    return status;
}

int eval(const Invocation& invocation) {
    if (invocation.arguments.has("batch")) return eval_batch();
    if (invocation.arguments.words().size() != 1)
        return complain("eval needs one EXPRESSION", kUsage);
    std::string text = "{}";
    if (const auto file = invocation.arguments.value("context")) {
        auto read = read_file(*file, 64 * 1024 * 1024);
        if (!read) return complain(read.error(), kUsage);
        text = std::move(*read);
    }
    const auto contexts = read_contexts(text);
    if (!contexts) return complain(contexts.error(), kUsage);
    const auto [line, ok] = evaluate_line(invocation.arguments.words()[0], *contexts);
    print(line + "\n");
    return ok ? kDone : kFailed;
}

int plan_command(const Invocation& invocation) {
    const auto name = invocation.arguments.value("event");
    const auto payload = invocation.arguments.value("payload");
    if (invocation.arguments.words().size() != 1 || !name || !payload) {
        return complain("plan needs FILE --event NAME --payload FILE", kUsage);
    }
    const auto& file = invocation.arguments.words()[0];
    const auto read = read_one(file, invocation);
    if (!read) return complain(read.error(), kUsage);
    const auto body = read_file(*payload, 32 * 1024 * 1024);
    if (!body) return complain(body.error(), kUsage);
    auto scanned = *body;  // the scanner pads it in place
    const auto event = github::scan_payload(*name, scanned);
    if (!event) return complain(with_context(*payload, event.error()), kUsage);
    for (const auto& problem : read->problems)
        std::cerr << workflow::to_line(file, problem) << '\n';
    if (!read->workflow) return kUsage;
    const auto plan = make_plan_of(file, *read, *event, *body);
    if (!plan) return complain(plan.error(), kUsage);
    if (invocation.arguments.has("json")) {
        print(plan_json(*plan).dump(2) + "\n");
    } else {
        print_plan(*plan);
    }
    return plan->runs.empty() ? 3 : kDone;
}

}  // namespace triphammer::cli
