#include "report/deployment_note.hpp"

#include "base/text.hpp"
#include "model/job_definition.hpp"
#include "report/status_text.hpp"
#include "workflow/expression/evaluator.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace triphammer::report {

namespace {

namespace expression = workflow::expression;
using model::JobState;

constexpr std::size_t kMostUrl = 2'000;

std::optional<model::JobDefinition> read_job_definition(const store::JobRow& job) {
    const auto json = nlohmann::json::parse(job.definition_json, nullptr, false);
    if (!json.is_object()) return {};
    return json.get<model::JobDefinition>();
}

/// What planning and the matrix knew; empty where the text needs more, or is wrong.
std::string evaluate_for(
    const store::RunRow& run, const store::JobRow& job, const std::string& text
) {
    expression::Contexts contexts;
    const bool is_known = contexts.add_json(run.contexts_json).has_value() &&
                          contexts.add_json(job.contexts_json).has_value();
    const auto value = expression::interpolate(text, contexts);
    return is_known && value ? *value : std::string{};
}

bool is_told(const store::RunRow& run, const store::JobRow& job) {
    if (trim(job.environment).empty()) return false;
    const auto definition = read_job_definition(job);
    if (!definition || definition->kind == "call") return false;
    const auto& flag = definition->environment_deployment.text;
    return flag.empty() || evaluate_for(run, job, flag) != "false";
}

/// What only the machine that ran the steps knows.
bool needs_steps(const std::string& text) {
    constexpr std::array<std::string_view, 6> kNames{
        "steps.", "env.", "runner.", "needs.", "secrets.", "job."};
    return text.find("${{") != std::string::npos &&
           std::any_of(kNames.begin(), kNames.end(), [&](std::string_view name) {
               return text.find(name) != std::string::npos;
           });
}

std::string environment_url_of(const store::RunRow& run, const store::JobRow& job) {
    const auto definition = read_job_definition(job);
    if (!definition || needs_steps(definition->environment_url.text)) return {};
    const auto url = std::string{trim(evaluate_for(run, job, definition->environment_url.text))};
    const bool is_address = url.starts_with("https://") || url.starts_with("http://");
    return is_address && url.size() <= kMostUrl ? url : std::string{};
}

/// GitHub's word for how the job ended.
std::string ended_as(const store::RunRow& run, const store::JobRow& job) {
    if (job.state == JobState::skipped) return "error";  // it waited, and nothing came of it
    return make_status(run, job, {}).state;
}

bool has_begun(const store::JobRow& job) {
    return job.started_at || job.state == JobState::running || job.state == JobState::waiting;
}

void append_deployment(store::Transaction& tx, model::RepositoryId repository, std::int64_t row) {
    store::NewMessage message;
    message.channel = kDeploymentChannel;
    message.repository = repository;
    message.subject = std::to_string(row);
    message.payload = nlohmann::json{{"deployment", row}}.dump();
    store::append_message(tx, message);
}

/// The job's deployment of now; nothing: there is none yet.
std::optional<store::ForgeDeploymentRow> find_or_begin(
    store::Transaction& tx, const store::RunRow& run, const store::JobRow& job
) {
    auto row = store::find_newest_forge_deployment(tx, job.id);
    const bool is_other = row && row->run_attempt != job.run_attempt;
    if (row && is_other && row->state == "open") {
        store::move_forge_deployment(tx, row->id, job.run_attempt);
        return row;
    }
    if (row && !is_other) return row;
    if (!has_begun(job)) return {};
    store::ForgeDeploymentRow fresh;
    fresh.repository = run.repository;
    fresh.environment = job.environment;
    fresh.line = run.workflow_path + ' ' + job.key;
    fresh.run = run.id;
    fresh.job = job.id;
    fresh.run_attempt = job.run_attempt;
    fresh.id = store::insert_forge_deployment(tx, fresh);
    return fresh;
}

std::string describe_open(const store::JobRow& job) {
    return job.state == JobState::running ? "in_progress" : "queued";
}

}  // namespace

void note_deployment(store::Transaction& tx, const store::RunRow& run, const store::JobRow& job) {
    if (!is_told(run, job)) return;
    const auto row = find_or_begin(tx, run, job);
    if (!row) return;
    const bool ends_now = row->state == "open" && model::is_final(job.state);
    const auto state = ends_now ? ended_as(run, job) : row->state;
    if (ends_now) store::set_forge_deployment_state(tx, row->id, state);
    append_deployment(tx, run.repository, row->id);
    if (!ends_now || state != "success") return;
    if (const auto before = store::find_overtaken(tx, *row)) {
        append_deployment(tx, run.repository, *before);
    }
}

Result<DeploymentDraft> draft_deployment(
    store::Connection& db, const store::MessageRow& message, const std::string& public_url
) {
    const auto id = parse_integer(message.subject);
    const auto row = id ? store::find_forge_deployment(db, *id) : std::nullopt;
    const auto run = row ? store::find_run(db, row->run) : std::nullopt;
    const auto job = row ? store::find_job(db, row->job) : std::nullopt;
    if (!run || !job) return invalid("the deployment's job is not kept any more");
    DeploymentDraft draft;
    draft.row = *row;
    draft.object = store::get_told_object(db, message.channel, message.subject);
    draft.sha = run->sha;
    const auto status = make_status(*run, *job, public_url);
    draft.log_url = status.target_url;
    draft.environment_url = environment_url_of(*run, *job);
    const bool is_current = row->run_attempt == job->run_attempt;
    draft.state = row->state == "open" ? describe_open(*job) : row->state;
    draft.description = is_current ? status.description : "the job ran again since";
    if (row->state == "success" && store::is_overtaken(db, *row)) {
        draft.state = "inactive";
        draft.description = "a later deployment took its place";
    }
    return draft;
}

}  // namespace triphammer::report
