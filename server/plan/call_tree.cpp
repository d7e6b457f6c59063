#include "plan/call_tree.hpp"

#include "base/text.hpp"
#include "plan/call.hpp"

#include <algorithm>

namespace triphammer::plan {

namespace {

using model::JobDefinition;
using model::Permissions;
using model::Workflow;

constexpr int kMaxLevels = 4;  // the workflow that was started is the first
constexpr std::string_view kUnder = " / ";

bool is_call(const JobDefinition& job) {
    return job.kind == "call";
}

/// "./x/y.yml" and "$/x/y.yml" → "x/y.yml".
std::string path_of(const std::string& uses) {
    const bool is_local = uses.starts_with("./") || uses.starts_with("$/");
    return is_local ? uses.substr(2) : uses;
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

const model::Trigger* find_call_trigger(const Workflow& workflow) {
    const auto& triggers = workflow.triggers;
    const auto found = std::find_if(triggers.begin(), triggers.end(), [](const auto& trigger) {
        return trigger.event == "workflow_call";
    });
    return found == triggers.end() ? nullptr : &*found;
}

void collect_missing(
    const Workflow& workflow,
    const Definitions& definitions,
    int level,
    std::vector<std::string>& out
) {
    for (const auto& job : workflow.jobs) {
        if (!is_call(job) || level >= kMaxLevels) continue;
        const auto path = path_of(job.uses);
        const auto* file = find_file(definitions, path);
        if (file == nullptr) {
            if (std::find(out.begin(), out.end(), path) == out.end()) out.push_back(path);
        } else if (file->content->workflow) {
            collect_missing(*file->content->workflow, definitions, level + 1, out);
        }
    }
}

template <class List>
bool has_name(const List& list, const std::string& name) {
    return std::any_of(list.begin(), list.end(), [&](const auto& one) {
        return equal_ignoring_case(one.name, name);
    });
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
Result<> bind_inputs(JobDefinition& call, const model::Trigger& trigger) {
    for (const auto& [name, value] : call.with) {
        if (!has_name(trigger.inputs, name)) {
            return invalid(call.uses + " has no input '" + name + "'");
        }
    }
    std::vector<std::pair<std::string, model::Data>> bound;
    for (const auto& input : trigger.inputs) {
        const auto given = std::find_if(call.with.begin(), call.with.end(), [&](const auto& one) {
            return equal_ignoring_case(one.first, input.name);
        });
        const bool is_given = given != call.with.end();
        if (!is_given && input.required) {
            return invalid(call.uses + " requires the input '" + input.name + "'");
        }
        const auto fallback = input.has_fallback ? input.fallback : empty_of(input.type);
        auto value = is_given ? given->second : text_data(fallback);
        bound.emplace_back(input.name, bind_input(input.type, std::move(value)));
    }
    call.with = std::move(bound);
    return {};
}

Result<> check_secrets(const JobDefinition& call, const model::Trigger& trigger) {
    if (call.inherits_secrets) return {};
    for (const auto& [name, value] : call.secrets) {
        if (!has_name(trigger.secrets, name)) {
            return invalid(call.uses + " has no secret '" + name + "'");
        }
    }
    for (const auto& secret : trigger.secrets) {
        const bool is_given =
            std::any_of(call.secrets.begin(), call.secrets.end(), [&](const auto& one) {
                return equal_ignoring_case(one.first, secret.name);
            });
        if (secret.required && !is_given) {
            return invalid(call.uses + " requires the secret '" + secret.name + "'");
        }
    }
    return {};
}

int weight_of(std::string_view access) {
    return access == "write" ? 2 : access == "read" ? 1 : 0;
}

int weight_in(const Permissions& permissions, const std::string& scope) {
    for (const auto& [name, access] : permissions.scopes) {
        if (name == scope) return weight_of(access);
    }
    return weight_of(permissions.all);
}

/// The first scope in which `wanted` is more than `allowed`; empty: none.
std::string find_growth(const Permissions& wanted, const Permissions& allowed) {
    for (const auto& [name, access] : wanted.scopes) {
        if (weight_of(access) > weight_in(allowed, name)) return name + ": " + access;
    }
    if (weight_of(wanted.all) <= weight_of(allowed.all)) return {};
    return wanted.all + "-all";
}

const std::optional<Permissions>& pick(
    const std::optional<Permissions>& own, const std::optional<Permissions>& outer
) {
    return own ? own : outer;
}

void put_before(const model::Pairs& outer, model::Pairs& pairs) {
    model::Pairs out;
    for (const auto& one : outer) {
        const bool is_set = std::any_of(pairs.begin(), pairs.end(), [&](const auto& own) {
            return own.first == one.first;
        });
        if (!is_set) out.push_back(one);
    }
    out.insert(out.end(), pairs.begin(), pairs.end());
    pairs = std::move(out);
}

/// What the called workflow says for all its jobs; the caller's own env and defaults stay outside.
void put_workflow_into(const Workflow& workflow, JobDefinition& job) {
    put_before(workflow.env, job.env);
    auto& defaults = job.defaults;
    if (defaults.shell.empty()) defaults.shell = workflow.defaults.shell;
    if (defaults.working_directory.empty()) {
        defaults.working_directory = workflow.defaults.working_directory;
    }
}

class Calls {
  public:
    Calls(PlannedRun& run, const Definitions& definitions)
        : definitions_{definitions}, todo_{std::move(run.jobs)}, run_{run} {}

    std::optional<model::Problem> add_all(const Workflow& workflow) {
        for (auto& job : todo_) {
            auto added = add(std::move(job), {workflow, workflow.permissions, 1});
            if (!added) return problem_;
        }
        return {};
    }

  private:
    struct Place {
        const Workflow& workflow;
        const std::optional<Permissions>& permissions;  // the most that its jobs may have
        int level = 1;
    };

    bool add(PlannedJob job, const Place& place) {
        const bool calls = is_call(job.definition);
        const auto* file = calls ? find_file(definitions_, path_of(job.definition.uses)) : nullptr;
        const auto at = job.definition.at;
        if (calls) {
            if (auto bound = bind(job.definition, file, place); !bound) {
                problem_.emplace();
                problem_->at = at;
                problem_->code = "call";
                problem_->message = "job '" + job.key + "': " + bound.error().message;
                return false;
            }
        }
        if (!calls) {
            run_.jobs.push_back(std::move(job));
            return true;
        }
        run_.jobs.push_back(job);
        const auto& called = *file->content->workflow;
        const auto& allowed = pick(job.definition.permissions, place.permissions);
        for (const auto& inner : called.jobs) {
            if (!add(make_inner(job, called, inner), {called, allowed, place.level + 1}))
                return false;
        }
        return true;
    }

    static Result<> bind(JobDefinition& call, const WorkflowFile* file, const Place& place) {
        if (file == nullptr) return invalid("there is no workflow " + call.uses);
        if (!file->content->workflow) {
            const auto& problems = file->content->problems;
            const auto why = problems.empty() ? std::string{"it cannot be read"}
                                              : "line " + std::to_string(problems.front().at.line) +
                                                    ": " + problems.front().message;
            return invalid(call.uses + ": " + why);
        }
        if (place.level >= kMaxLevels) return invalid("workflows are called four deep at most");
        const auto& called = *file->content->workflow;
        if (call.concurrency || called.concurrency) {
            return invalid(
                call.uses +
                ": 'concurrency' around called jobs is not supported yet; put it into them"
            );
        }
        const auto* trigger = find_call_trigger(called);
        if (trigger == nullptr) {
            return invalid(call.uses + " cannot be called: it is not 'on: workflow_call'");
        }
        if (auto bound = bind_inputs(call, *trigger); !bound) return bound;
        if (auto checked = check_secrets(call, *trigger); !checked) return checked;
        for (const auto& output : trigger->outputs)
            call.outputs.emplace_back(output.name, output.value);
        return check_permissions(call, called, place);
    }

    static Result<> check_permissions(
        const JobDefinition& call, const Workflow& called, const Place& place
    ) {
        const auto& allowed = pick(call.permissions, place.permissions);
        if (!allowed) return {};
        for (const auto& job : called.jobs) {
            const auto& wanted = pick(job.permissions, called.permissions);
            const auto growth = wanted ? find_growth(*wanted, *allowed) : std::string{};
            if (growth.empty()) continue;
            return invalid(
                call.uses + ": job '" + job.key + "' wants '" + growth +
                "', which the job that calls it does not have"
            );
        }
        return {};
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
    std::vector<PlannedJob> todo_;
    PlannedRun& run_;
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
    std::vector<std::string> out;
    collect_missing(workflow, definitions, 1, out);
    return out;
}

std::optional<model::Problem> add_calls(
    PlannedRun& run, const Workflow& workflow, const Definitions& definitions
) {
    const auto& jobs = workflow.jobs;
    if (std::none_of(jobs.begin(), jobs.end(), is_call)) return {};
    Calls calls{run, definitions};
    run.jobs.clear();
    return calls.add_all(workflow);
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
