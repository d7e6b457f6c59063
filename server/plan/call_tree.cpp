#include "plan/call_tree.hpp"

#include "base/text.hpp"
#include "plan/call.hpp"
#include "plan/called_path.hpp"
#include "workflow/checks/calls.hpp"

#include <algorithm>
#include <set>

namespace triphammer::plan {

namespace {

using model::JobDefinition;
using model::Workflow;

constexpr std::string_view kUnder = " / ";
/// Of one run: a matrix may still multiply those that call.
constexpr std::size_t kMaxJobs = 1024;

bool is_call(const JobDefinition& job) {
    return job.kind == "call";
}

const WorkflowFile* find_file(const Definitions& definitions, const std::string& path) {
    for (const auto* files : {&definitions.files, &definitions.called}) {
        const auto found = std::find_if(files->begin(), files->end(), [&](const auto& file) {
            return file.path == path;
        });
        if (found != files->end()) return &*found;
    }
    return nullptr;
}

/// A cycle ends where everything on it was seen.
class Missing {
  public:
    explicit Missing(const Definitions& definitions) : definitions_{definitions} {}

    void look(const Workflow& workflow) {
        if (!seen_.insert(workflow.path).second) return;
        for (const auto& job : workflow.jobs) {
            if (is_call(job)) look_at(name_called(workflow.path, job.uses));
        }
    }

    std::vector<std::string> take() && { return std::move(names_); }

  private:
    void look_at(const std::string& name) {
        const auto* file = find_file(definitions_, name);
        if (file == nullptr) {
            const bool is_new = std::find(names_.begin(), names_.end(), name) == names_.end();
            if (is_new) names_.push_back(name);
        } else if (file->content->workflow) {
            look(*file->content->workflow);
        }
    }

    const Definitions& definitions_;
    std::set<std::string> seen_;
    std::vector<std::string> names_;
};

/// Null: it is not to be called.
const model::Trigger* call_trigger(const Workflow& workflow) {
    const auto& triggers = workflow.triggers;
    const auto found = std::find_if(triggers.begin(), triggers.end(), [](const auto& trigger) {
        return trigger.event == "workflow_call";
    });
    return found == triggers.end() ? nullptr : &*found;
}

model::Data text_data(std::string text) {
    model::Data data;
    data.kind = model::Data::Kind::text;
    data.text = std::move(text);
    return data;
}

std::string empty_of(const std::string& type) {
    if (type == "boolean") return "false";
    return type == "number" ? "0" : "";
}

/// `with` as the called workflow declares it: every input, with its type.
void bind_inputs(JobDefinition& call, const model::Trigger& trigger) {
    std::vector<std::pair<std::string, model::Data>> bound;
    for (const auto& input : trigger.inputs) {
        const auto given = std::find_if(call.with.begin(), call.with.end(), [&](const auto& one) {
            return equal_ignoring_case(one.first, input.name);
        });
        const auto fallback = input.has_fallback ? input.fallback : empty_of(input.type);
        auto value = given != call.with.end() ? given->second : text_data(fallback);
        bound.emplace_back(input.name, bind_input(input.type, std::move(value)));
    }
    call.with = std::move(bound);
}

/// One without a name is a whole map: it takes nothing away, and nothing takes it away.
void put_before(const model::Pairs& outer, model::Pairs& pairs) {
    model::Pairs out;
    for (const auto& one : outer) {
        const bool is_set = std::any_of(pairs.begin(), pairs.end(), [&](const auto& own) {
            return !one.first.empty() && own.first == one.first;
        });
        if (!is_set) out.push_back(one);
    }
    out.insert(out.end(), pairs.begin(), pairs.end());
    pairs = std::move(out);
}

/// What the called workflow says for all its jobs; the caller's own env and defaults stay outside.
void put_workflow_into(const Workflow& workflow, JobDefinition& job) {
    put_before(workflow.env, job.env);
    if (!job.permissions) job.permissions = workflow.permissions;
    auto& defaults = job.defaults;
    if (defaults.shell.empty()) defaults.shell = workflow.defaults.shell;
    if (defaults.working_directory.empty()) {
        defaults.working_directory = workflow.defaults.working_directory;
    }
}

class Calls {
  public:
    Calls(PlannedRun& run, const Question& question)
        : definitions_{*question.definitions},
          repository_{question.event.repository},
          todo_{std::move(run.jobs)},
          run_{run} {}

    std::optional<model::Problem> add_all(const Workflow& workflow) {
        for (auto& job : todo_) {
            at_ = job.definition.at;
            if (!add(std::move(job), workflow)) break;
        }
        return std::move(problem_);
    }

  private:
    /// `home`: the workflow that the job stands in.
    bool add(PlannedJob job, const Workflow& home) {
        if (run_.jobs.size() >= kMaxJobs) {
            return refuse(job, "more than " + std::to_string(kMaxJobs) + " jobs come of its calls");
        }
        if (!is_call(job.definition)) {
            run_.jobs.push_back(std::move(job));
            return true;
        }
        const auto* called = bind(job, home);
        if (called == nullptr) return false;
        const auto caller = run_.jobs.emplace_back(std::move(job));
        return std::all_of(called->jobs.begin(), called->jobs.end(), [&](const auto& inner) {
            return add(make_inner(caller, *called, inner), *called);
        });
    }

    /// Null: it is not to be called, and `problem_` says why.
    const Workflow* bind(PlannedJob& job, const Workflow& home) {
        auto& call = job.definition;
        const auto name = name_called(home.path, call.uses);
        const auto* file = find_file(definitions_, name);
        if (file == nullptr) {
            refuse(job, "there is no workflow " + call.uses);
            return nullptr;
        }
        if (!file->content->workflow) {
            refuse_unreadable(job, *file);
            return nullptr;
        }
        const auto& called = *file->content->workflow;
        if (call.inherits_secrets && !is_of_one_owner(home.path, called.path)) {
            refuse(
                job,
                call.uses +
                    " is of another owner, who gets no secrets by 'inherit'; name those that "
                    "it needs"
            );
            return nullptr;
        }
        const auto* trigger = call_trigger(called);
        if (trigger == nullptr) {
            refuse(job, call.uses + " cannot be called: it is not 'on: workflow_call'");
            return nullptr;
        }
        bind_inputs(call, *trigger);
        for (const auto& output : trigger->outputs) {
            call.outputs.emplace_back(output.name, output.value);
        }
        call.called_concurrency = called.concurrency;
        // With the commit that its ref meant when this was planned.
        if (parse_remote(called.path)) call.uses = called.path;
        return &called;
    }

    bool is_of_one_owner(const std::string& caller, const std::string& called) const {
        const auto owner = [this](const std::string& path) {
            return owner_of(parse_remote(path) ? path : repository_);
        };
        return equal_ignoring_case(owner(caller), owner(called));
    }

    void refuse_unreadable(const PlannedJob& job, const WorkflowFile& file) {
        const auto& problems = file.content->problems;
        const auto is_error = [](const model::Problem& one) {
            return one.severity == model::Problem::Severity::error;
        };
        const auto first = std::find_if(problems.begin(), problems.end(), is_error);
        if (first == problems.end()) {
            refuse(job, job.definition.uses + ": it cannot be read");
            return;
        }
        const bool has_place = first->at.line > 0;
        const auto line = has_place ? "line " + std::to_string(first->at.line) + ": " : "";
        refuse(job, job.definition.uses + ": " + line + first->message);
        problem_->hint = first->hint;
    }

    bool refuse(const PlannedJob& job, const std::string& why) {
        problem_.emplace();
        problem_->at = at_;
        problem_->code = "call";
        problem_->message = "job '" + job.key + "': " + why;
        return false;
    }

    static PlannedJob make_inner(
        const PlannedJob& caller, const Workflow& called, const JobDefinition& inner
    ) {
        const auto under = caller.key + std::string{kUnder};
        PlannedJob job;
        job.definition = inner;
        put_workflow_into(called, job.definition);
        job.key = job.node = job.name = under + inner.key;
        job.parent = caller.key;
        job.kind = model::parse_state<model::JobKind>(inner.kind).value_or(model::JobKind::steps);
        job.stage = inner.stage;
        for (const auto& need : inner.needs) job.needs.push_back(under + need);
        return job;
    }

    const Definitions& definitions_;
    const std::string& repository_;
    std::vector<PlannedJob> todo_;
    PlannedRun& run_;
    model::Position at_;  // of the job of the run's own file that is added
    std::optional<model::Problem> problem_;
};

PlannedJob move_job(PlannedJob job, const std::string& from, const std::string& to) {
    job.key = move_under(job.key, from, to);
    job.node = move_under(job.node, from, to);
    job.name = move_under(job.name, from, to);
    job.parent = move_under(job.parent, from, to);
    for (auto& need : job.needs) need = move_under(need, from, to);
    return job;
}

}  // namespace

std::vector<std::string> list_missing_calls(
    const Workflow& workflow, const Definitions& definitions
) {
    Missing missing{definitions};
    missing.look(workflow);
    return std::move(missing).take();
}

std::vector<model::Problem> add_calls(
    PlannedRun& run, const Workflow& workflow, const Question& question
) {
    const auto& jobs = workflow.jobs;
    if (std::none_of(jobs.begin(), jobs.end(), is_call)) return {};
    const auto find = [&](const Workflow& caller, const std::string& uses) -> const Workflow* {
        const auto* file = find_file(*question.definitions, name_called(caller.path, uses));
        return file == nullptr || !file->content->workflow ? nullptr : &*file->content->workflow;
    };
    auto problems = workflow::check_calls(workflow, find, question.repository.allow);
    const bool fits = std::none_of(problems.begin(), problems.end(), [](const auto& one) {
        return one.severity == model::Problem::Severity::error;
    });
    if (!fits) return problems;
    Calls calls{run, question};
    run.jobs.clear();
    if (auto problem = calls.add_all(workflow)) problems.push_back(std::move(*problem));
    return problems;
}

std::string move_under(const std::string& text, const std::string& from, const std::string& to) {
    if (text == from) return to;
    return text.starts_with(from + std::string{kUnder}) ? to + text.substr(from.size()) : text;
}

void expand_jobs(std::vector<PlannedJob>& jobs, const Expansion& expansion) {
    const auto is_whole = [&](const PlannedJob& job) { return job.key == expansion.key; };
    const auto place = std::find_if(jobs.begin(), jobs.end(), is_whole);
    const auto whole = *place;
    const auto end = std::find_if(place + 1, jobs.end(), [&](const PlannedJob& job) {
        return !job.key.starts_with(expansion.key + std::string{kUnder});
    });
    const std::vector<PlannedJob> family(place + 1, end);
    const auto next = jobs.erase(place, end);
    std::vector<PlannedJob> legs;
    for (const auto& leg : expansion.legs) {
        auto& own = legs.emplace_back(whole);
        own.key = own.name = leg.key;
        own.contexts_json = leg.contexts_json;
        for (const auto& job : family) legs.push_back(move_job(job, expansion.key, leg.key));
    }
    jobs.insert(next, legs.begin(), legs.end());
}

}  // namespace triphammer::plan
