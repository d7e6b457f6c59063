#include "plan/planned_run.hpp"

#include "base/text.hpp"
#include "plan/call_tree.hpp"
#include "plan/entry.hpp"
#include "plan/turn.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

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
    // What runs for the base branch, with its files, is nobody's but the repository's.
    const bool is_own = event.name == "pull_request_target";
    run.from_fork = !is_own && event.pull_request && event.pull_request->from_fork;
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
    job.key = job.node = definition.key;
    job.kind = model::parse_state<JobKind>(definition.kind).value_or(JobKind::steps);
    job.stage = definition.stage;
    job.needs = definition.needs;
    job.name = early_text(definition.name, contexts);
    if (job.name.empty()) job.name = definition.key;
    job.environment = early_text(definition.environment, contexts);
    return job;
}

bool asks_for_needs(const model::Data& data) {
    const auto& [items, entries] = std::tie(data.items, data.entries);
    return data.text.find("needs") != std::string::npos ||
           std::any_of(items.begin(), items.end(), asks_for_needs) ||
           std::any_of(entries.begin(), entries.end(), [](const auto& entry) {
               return asks_for_needs(entry.second);
           });
}

bool may_expand_early(const PlannedJob& job) {
    return has_matrix(job.definition) && !job.needs.empty() && job.parent.empty() &&
           job.definition.strategy->whole.text.find("needs") == std::string::npos &&
           !asks_for_needs(job.definition.strategy->matrix);
}

/// A matrix that says what it is before any job has run is shown as what it will be.
void expand_early(PlannedRun& run, const expression::Contexts& contexts) {
    std::vector<PlannedJob> wholes;
    std::copy_if(run.jobs.begin(), run.jobs.end(), std::back_inserter(wholes), may_expand_early);
    for (const auto& job : wholes) {
        auto legs = make_legs(job.definition, job.node, contexts);
        if (legs) expand_jobs(run.jobs, {job.key, std::move(*legs)});
    }
}

void apply(const Transition& transition, PlannedJob& job) {
    job.state = transition.state;
    job.cause = transition.cause;
    job.reason = transition.reason;
    if (!transition.contexts_json.empty()) job.contexts_json = transition.contexts_json;
    if (transition.name.empty()) return;
    job.name = transition.name;
    job.label = transition.label;
    job.environment = transition.environment;
    job.continue_on_error = transition.continue_on_error;
    job.groups = transition.groups;
}

std::vector<JobFacts> facts_of(const std::vector<PlannedJob>& jobs) {
    std::vector<JobFacts> facts;
    for (const auto& job : jobs) {
        JobFacts one;
        one.key = job.key;
        one.node = job.node;
        one.parent = job.parent;
        one.definition = &job.definition;
        one.contexts_json = job.contexts_json;
        facts.push_back(one);
    }
    return facts;
}

/// The same rule as for a run that goes on: jobs without needs have their turn at once.
void take_first_turns(PlannedRun& run, const expression::Contexts& contexts) {
    auto facts = facts_of(run.jobs);
    Turns turns{facts, contexts, {}};
    const auto taken = turns.take_all();
    for (const auto& expansion : taken.expansions) expand_jobs(run.jobs, expansion);
    if (!taken.expansions.empty()) return take_first_turns(run, contexts);
    for (const auto& step : taken.steps) apply(step.transition, run.jobs[step.index]);
    Advance answer;
    settle(facts, false, answer);
    const bool ended = is_final(answer.run);
    run.state = ended ? answer.run : model::RunState::queued;
    run.cause = answer.cause;
}

void end_invalid(PlannedRun& run) {
    run.state = model::RunState::failed;
    run.cause = model::Cause::invalid;
    run.jobs.clear();
}

/// A run that cannot begin: why is shown at its place in the file.
void refuse(PlannedRun& run, const model::Position& at, std::string message) {
    model::Problem problem;
    problem.at = at;
    problem.code = "invalid-value";
    problem.message = std::move(message);
    run.problems.push_back(std::move(problem));
    end_invalid(run);
}

bool is_error(const model::Problem& problem) {
    return problem.severity == model::Problem::Severity::error;
}

void replace_all(std::string& text, std::string_view mark, const std::string& value) {
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
        text.replace(at, mark.size(), value);
        at += value.size();
    }
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
        auto& permissions = run.jobs.back().definition.permissions;
        if (!permissions) permissions = workflow.permissions;
    }
    auto called = add_calls(run, workflow, question);
    const bool may_call = std::none_of(called.begin(), called.end(), is_error);
    std::move(called.begin(), called.end(), std::back_inserter(run.problems));
    if (!may_call) {
        end_invalid(run);
        return run;
    }
    expand_early(run, known.contexts);
    take_first_turns(run, known.contexts);
    for (std::size_t i = 0; i < run.jobs.size(); ++i) run.jobs[i].position = static_cast<int>(i);
    if (!workflow.concurrency) return run;
    auto group = read_group(*workflow.concurrency, known.contexts);
    if (!group) {
        refuse(run, workflow.concurrency->at, "concurrency: " + group.error().message);
    } else {
        run.group = std::move(*group);
    }
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

std::string fill_marks(std::string text, const std::string& id, const std::string& number) {
    replace_all(text, kRunIdMark, id);
    replace_all(text, kRunNumberMark, number);
    return text;
}

}  // namespace triphammer::plan
