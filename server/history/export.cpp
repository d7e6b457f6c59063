#include "history/export.hpp"

#include "history/json.hpp"
#include "store/forge/delivery_store.hpp"
#include "store/repository_store.hpp"
#include "store/runs/attempt_store.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/run_store.hpp"
#include "store/runs/step_store.hpp"

#include <algorithm>
#include <cctype>

namespace triphammer::history {

namespace {

constexpr std::size_t kLongestPart = 60;

/// As a part of a path, on any system.
std::string as_file_name(const std::string& text) {
    auto out = text.substr(0, kLongestPart);
    std::replace_if(
        out.begin(),
        out.end(),
        [](unsigned char c) { return std::isalnum(c) == 0 && c != '-' && c != '.'; },
        '_'
    );
    return out;
}

json member(const json& object, const char* name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    return object.is_object() && found != object.end() ? *found : json(nullptr);
}

/// What came, or what stands for it where nothing did.
std::string event_text(store::Connection& db, const store::RunRow& run, const json& contexts) {
    const auto body = run.delivery ? store::find_delivery_body(db, run.delivery) : std::nullopt;
    if (body && !body->empty()) return *body;
    return to_text(member(member(contexts, "github"), "event"));
}

json describe_environment(const store::JobRow& job) {
    return {
        {"key", job.key},
        {"label", job.label},
        {"environment", or_null(job.environment)},
        {"contexts", parse_column(job.contexts_json)},
        {"definition", parse_column(job.definition_json)}};
}

void add_logs(store::Connection& db, const store::JobRow& job, Export& out) {
    const auto attempts = store::list_attempts(db, job.id);
    if (attempts.empty()) return;
    const auto fence = attempts.back().fence;
    const auto folder = "logs/" + to_text(job.id) + "-" + as_file_name(job.key) + "/";
    for (const auto& step : store::list_steps(db, fence)) {
        const auto name = std::to_string(step.number) + "-" + as_file_name(step.name) + ".txt";
        out.logs.push_back({folder + name, {fence.value, step.number}});
    }
}

}  // namespace

Result<Export> make_export(store::Connection& db, model::RunId id) {
    const auto run = store::find_run(db, id);
    if (!run) return not_found("there is no run " + to_text(id));
    const auto shown = get_run(db, id);
    if (!shown) return shown.error();
    auto described = parse_column(*shown);
    described["export"] = 1;
    const auto contexts = parse_column(run->contexts_json);
    json environment{
        {"vars", member(contexts, "vars")},
        {"inputs", member(contexts, "inputs")},
        {"jobs", json::array()}};
    Export out;
    for (const auto& job : store::list_jobs(db, id)) {
        environment["jobs"].push_back(describe_environment(job));
        add_logs(db, job, out);
    }
    const auto repository = store::name_of_repository(db, run->repository);
    out.name = as_file_name(repository) + "-run-" + std::to_string(run->number);
    out.at = to_unix_ms(run->created_at) / 1000;
    out.texts.push_back({"run.json", to_text(described)});
    out.texts.push_back(
        {"definition.yml", store::find_definition(db, run->definition_sha256).value_or("")}
    );
    out.texts.push_back({"event.json", event_text(db, *run, contexts)});
    out.texts.push_back({"environment.json", to_text(environment)});
    return out;
}

}  // namespace triphammer::history
