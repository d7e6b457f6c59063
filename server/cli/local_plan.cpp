#include "cli/local_plan.hpp"

#include "base/text.hpp"
#include "git/repository.hpp"
#include "plan/called_path.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <set>

namespace triphammer::cli {

namespace {

using nlohmann::json;

constexpr std::size_t kCommitDigits = 40;

plan::Definitions definitions_of(const WorkflowText& file) {
    plan::Definitions definitions;
    auto content = std::make_shared<const workflow::ReadResult>(file.read);
    definitions.files.push_back({file.path, "working-tree", std::move(content)});
    return definitions;
}

plan::WorkflowFile make_unread(const std::string& name, std::string why, std::string remedy) {
    model::Problem problem;
    problem.code = "no-file";
    problem.message = std::move(why);
    problem.hint = std::move(remedy);
    workflow::ReadResult result;
    result.name = name;
    result.problems.push_back(std::move(problem));
    return {name, "", std::make_shared<const workflow::ReadResult>(std::move(result))};
}

/// A file that is not there has that as its problem.
plan::WorkflowFile read_called(const LocalQuestion& question, const std::string& name) {
    if (const auto remote = plan::parse_remote(name)) {
        return make_unread(
            name,
            "only the server reads workflows of other repositories",
            "triphammer repo add " + remote->repository + ", and run this one there"
        );
    }
    auto read = read_workflow_file((question.root / name).string(), question.allow);
    if (!read) return make_unread(name, read.error().message, "");
    // It is known by its name in the tree, as the server would know it.
    if (read->read.workflow) read->read.workflow->path = name;
    return {name, "", std::make_shared<const workflow::ReadResult>(std::move(read->read))};
}

/// The server asks git for the commit of an event that names none (a schedule, a start by hand);
/// here it is the tree's own.
std::string find_commit(const LocalQuestion& question) {
    if (!question.event.sha.empty()) return question.event.sha;
    if (const auto repository = git::Repository::open(question.root / ".git")) {
        if (auto head = repository->resolve_commit("HEAD")) return *head;
    }
    return std::string(kCommitDigits, '0');
}

json step_json(const model::Step& step) {
    json out{{"id", step.id}, {"name", title_of(step)}};
    if (step.uses.empty()) {
        out["run"] = step.run.text;
    } else {
        out["uses"] = step.uses;
    }
    return out;
}

json group_json(const plan::Group& group) {
    if (group.name.empty()) return nullptr;
    return {
        {"group", group.name},
        {"cancel_in_progress", group.cancels},
        {"queue", group.keeps_all ? "max" : "single"},
    };
}

json job_json(const plan::PlannedJob& job) {
    auto steps = json::array();
    for (const auto& step : job.definition.steps) steps.push_back(step_json(step));
    auto groups = json::array();
    for (const auto& group : job.groups) groups.push_back(group_json(group));
    return {
        {"key", job.own_key()},
        {"name", job.name},
        {"kind", name_of(job.kind)},
        {"stage", job.stage},
        {"needs", job.needs},
        {"runs_on", job.label},
        {"environment", job.environment},
        {"state", name_of(job.state)},
        {"reason", job.reason.text},
        {"concurrency", std::move(groups)},
        {"steps", std::move(steps)},
    };
}

json run_json(const plan::PlannedRun& run) {
    auto jobs = json::array();
    for (const auto& job : run.jobs) jobs.push_back(job_json(job));
    return {
        {"workflow", run.workflow},
        {"title", run.title},
        {"event", run.event},
        {"ref", run.ref},
        {"sha", run.sha},
        {"concurrency", group_json(run.group)},
        {"jobs", std::move(jobs)},
    };
}

void append_reason(std::string& out, const model::Reason& reason, int depth, const Paint& paint) {
    out += std::string(static_cast<std::size_t>(depth) * 2, ' ');
    out += (reason.yes ? paint.green("yes  ") : paint.red("no   ")) + reason.text + "\n";
    for (const auto& child : reason.children) append_reason(out, child, depth + 1, paint);
}

/// Every job behind all that it needs, else as in the file. A cycle cannot be: the reader refuses
/// it.
std::vector<const plan::PlannedJob*> in_order(const plan::PlannedRun& run) {
    std::vector<const plan::PlannedJob*> out;
    std::set<const plan::PlannedJob*> taken;
    std::set<std::string> placed;
    const auto is_placed = [&](const std::string& key) { return placed.contains(key); };
    for (std::size_t before = run.jobs.size(); out.size() != before;) {
        before = out.size();
        for (const auto& job : run.jobs) {
            const bool ready = std::all_of(job.needs.begin(), job.needs.end(), is_placed);
            if (!ready || !taken.insert(&job).second) continue;
            out.push_back(&job);
            placed.insert(job.own_node());
        }
    }
    return out;
}

/// Who is in a group may have to wait, or be replaced: the other answer to "why did it not run?".
std::string group_line(const plan::Group& group, const Paint& paint) {
    if (group.name.empty()) return {};
    auto line = "one at a time in group '" + group.name + "'";
    if (group.cancels) {
        line += "; a newer one ends the one that runs";
    } else {
        line += group.keeps_all ? "; the others wait in order" : "; a newer one replaces who waits";
    }
    return "    " + paint.faint(line) + "\n";
}

std::string job_line(const plan::PlannedJob& job, const Paint& paint) {
    auto line = "  " + paint.bold(job.name) + "  " + std::string{name_of(job.kind)};
    if (!job.label.empty()) line += " on " + job.label;
    if (!job.needs.empty()) line += ", after " + join(job.needs, ", ");
    line += ": " + std::string{name_of(job.state)};
    if (!job.reason.text.empty()) line += paint.faint(" (" + job.reason.text + ")");
    return line + "\n";
}

}  // namespace

std::filesystem::path find_root(const std::string& file) {
    std::error_code failure;
    const auto own = std::filesystem::absolute(file, failure).lexically_normal().parent_path();
    for (auto folder = own; folder.has_relative_path(); folder = folder.parent_path()) {
        if (std::filesystem::exists(folder / ".git", failure)) return folder;
    }
    return own.filename() == "workflows" ? own.parent_path().parent_path() : own.parent_path();
}

Result<plan::Plan> make_local_plan(const LocalQuestion& question) {
    auto definitions = definitions_of(question.file);
    plan::ChangedPaths changed;
    changed.known = false;
    plan::Repository repository;
    repository.variables = question.variables;
    repository.allow = question.allow;
    plan::Question asked{question.event, repository};
    asked.resolved_sha = find_commit(question);
    definitions.commit = asked.resolved_sha;
    asked.definitions = &definitions;
    asked.changed = &changed;
    asked.payload_json = question.payload;
    for (;;) {
        auto answer = plan::make_plan(asked);
        if (auto* plan = std::get_if<plan::Plan>(&answer)) return std::move(*plan);
        const auto& needs = std::get<plan::Needs>(answer);
        if (needs.files.empty()) {
            return invalid("the payload does not say enough: " + needs.why.text);
        }
        for (const auto& name : needs.files) {
            definitions.called.push_back(read_called(question, name));
        }
    }
}

std::string list_refusals(const plan::Plan& plan, const Paint& paint) {
    std::string out;
    for (const auto& run : plan.runs) {
        if (run.cause != model::Cause::invalid) continue;
        for (const auto& problem : run.problems) out += to_text(run.path, problem, paint) + "\n";
    }
    return out;
}

json to_json(const plan::Plan& plan) {
    auto runs = json::array();
    for (const auto& run : plan.runs) runs.push_back(run_json(run));
    return {{"starts", !plan.runs.empty()}, {"runs", std::move(runs)}, {"reasons", plan.reason}};
}

std::string to_text(const plan::Plan& plan, const Paint& paint) {
    std::string out;
    const auto& reason = plan.reason;
    const bool is_told_twice =
        reason.children.size() == 1 && reason.children[0].text == reason.text;
    append_reason(out, is_told_twice ? reason.children[0] : reason, 0, paint);
    for (const auto& run : plan.runs) {
        out += "\n" + paint.bold(run.workflow) + ": " + run.title + "\n";
        out += group_line(run.group, paint);
        for (const auto* job : in_order(run)) {
            out += job_line(*job, paint);
            for (const auto& group : job->groups) out += group_line(group, paint);
            for (const auto& step : job->definition.steps) out += "    - " + title_of(step) + "\n";
        }
    }
    return out;
}

std::string title_of(const model::Step& step) {
    if (!step.name.empty()) return std::string{trim(step.name.text)};
    if (!step.uses.empty()) return "Run " + step.uses;
    const auto script = trim(step.run.text);
    return "Run " + std::string{script.substr(0, script.find('\n'))};
}

}  // namespace triphammer::cli
