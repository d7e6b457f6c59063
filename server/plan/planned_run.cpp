#include "plan/planned_run.hpp"

#include "base/text.hpp"
#include "plan/entry.hpp"
#include "plan/turn.hpp"

namespace triphammer::plan {

namespace {

namespace expression = workflow::expression;
using model::JobKind;
using model::JobState;

PlannedRun make_head(const Question& question, const WorkflowFile& file) {
    const auto& event = question.event;
    PlannedRun run;
    run.workflow = file.content->name;
    run.path = file.path;
    run.blob = file.blob;
    run.event = event.name;
    run.ref = run_ref(event);
    run.sha = run_sha(question);
    run.actor = event.actor;
    run.definition_commit = question.definitions->commit;
    run.from_fork = event.pull_request && event.pull_request->from_fork;
    run.problems = file.content->problems;
    return run;
}

/// What the event says about itself, else the workflow's name.
std::string event_title(const Question& question, const std::string& workflow) {
    const auto title = trim(question.event.title);
    return title.empty() ? workflow : std::string{title};
}

std::string run_title(
    const Question& question, const model::Workflow& workflow, const expression::Contexts& contexts
) {
    const auto title = expression::interpolate(workflow.run_name.text, contexts);
    if (!title || trim(*title).empty()) return event_title(question, workflow.name);
    return std::string{trim(*title)};
}

/// Text that can be shown before the job's needs have ended.
std::string early_text(const model::Template& text, const expression::Contexts& contexts) {
    if (text.text.find("needs") != std::string::npos) return {};
    const auto value = expression::interpolate(text.text, contexts);
    return value ? std::string{trim(*value)} : std::string{};
}

PlannedJob make_job(const model::JobDefinition& definition, const expression::Contexts& contexts) {
    PlannedJob job;
    job.definition = definition;
    job.kind = model::parse_state<JobKind>(definition.kind).value_or(JobKind::steps);
    job.stage = definition.stage;
    job.needs = definition.needs;
    job.name = early_text(definition.name, contexts);
    if (job.name.empty()) job.name = definition.key;
    job.environment = early_text(definition.environment, contexts);
    return job;
}

void apply(const Transition& transition, PlannedJob& job) {
    job.state = transition.state;
    job.cause = transition.cause;
    job.reason = transition.reason;
    if (transition.state != JobState::queued) return;
    job.name = transition.name;
    job.label = transition.label;
    job.environment = transition.environment;
    job.continue_on_error = transition.continue_on_error;
}

std::vector<JobFacts> facts_of(const std::vector<PlannedJob>& jobs) {
    std::vector<JobFacts> facts;
    for (const auto& job : jobs) {
        JobFacts one;
        one.key = job.definition.key;
        one.definition = &job.definition;
        facts.push_back(one);
    }
    return facts;
}

/// The same rule as for a run that goes on: jobs without needs have their turn at once.
void take_first_turns(PlannedRun& run, const expression::Contexts& contexts) {
    auto facts = facts_of(run.jobs);
    Turns turns{facts, contexts, false};
    for (const auto& step : turns.take_all()) apply(step.transition, run.jobs[step.index]);
    Advance answer;
    settle(facts, false, answer);
    const bool ended = is_final(answer.run);
    run.state = ended ? answer.run : model::RunState::queued;
    run.cause = answer.cause;
}

}  // namespace

std::string run_sha(const Question& question) {
    const auto& event = question.event;
    const bool is_resolved = event.sha.empty() || event.name == "delete";
    return is_resolved ? question.resolved_sha : event.sha;
}

PlannedRun make_run(
    const Question& question,
    const WorkflowFile& file,
    const EventContexts& contexts,
    const expression::Value& inputs
) {
    const auto& workflow = *file.content->workflow;
    auto run = make_head(question, file);
    auto known = contexts.make(workflow.name, file.path, run.definition_commit, inputs);
    run.title = run_title(question, workflow, known.contexts);
    run.contexts_json = std::move(known.json);
    for (const auto& definition : workflow.jobs) {
        run.jobs.push_back(make_job(definition, known.contexts));
        run.jobs.back().position = static_cast<int>(run.jobs.size()) - 1;
    }
    take_first_turns(run, known.contexts);
    return run;
}

PlannedRun make_broken_run(
    const Question& question, const WorkflowFile& file, const EventContexts& contexts
) {
    auto run = make_head(question, file);
    const auto nothing = expression::Value::object({});
    run.title = event_title(question, run.workflow);
    run.contexts_json = contexts.make(run.workflow, file.path, run.definition_commit, nothing).json;
    run.state = model::RunState::failed;
    run.cause = model::Cause::invalid;
    return run;
}

}  // namespace triphammer::plan
