#include "cli/local_plan.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <set>

namespace triphammer::cli {

namespace {

using nlohmann::json;

plan::Definitions definitions_of(const WorkflowText& file, const model::Event& event) {
    plan::Definitions definitions;
    definitions.commit = event.sha;
    auto content = std::make_shared<const workflow::ReadResult>(file.read);
    definitions.files.push_back({file.path, "working-tree", std::move(content)});
    return definitions;
}

/// The tree that a workflow stands in: what is before its folder.
std::filesystem::path root_of(const std::string& file) {
    const auto absolute = std::filesystem::absolute(file).lexically_normal();
    const auto folder = absolute.parent_path();
    const bool is_github = folder.filename() == "workflows";
    return is_github ? folder.parent_path().parent_path() : folder.parent_path();
}

/// A file that is not there has that as its problem.
plan::WorkflowFile read_called(const std::filesystem::path& root, const std::string& path) {
    workflow::ReadResult result;
    auto read = read_workflow_file((root / path).string(), {});
    if (read) {
        result = std::move(read->read);
    } else {
        model::Problem problem;
        problem.at = {1, 1};
        problem.code = "no-file";
        problem.message = read.error().message;
        result.problems.push_back(std::move(problem));
    }
    return {path, "", std::make_shared<const workflow::ReadResult>(std::move(result))};
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

json job_json(const plan::PlannedJob& job) {
    auto steps = json::array();
    for (const auto& step : job.definition.steps) steps.push_back(step_json(step));
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

std::string job_line(const plan::PlannedJob& job, const Paint& paint) {
    auto line = "  " + paint.bold(job.name) + "  " + std::string{name_of(job.kind)};
    if (!job.label.empty()) line += " on " + job.label;
    if (!job.needs.empty()) line += ", after " + join(job.needs, ", ");
    line += ": " + std::string{name_of(job.state)};
    if (!job.reason.text.empty()) line += paint.faint(" (" + job.reason.text + ")");
    return line + "\n";
}

}  // namespace

Result<plan::Plan> make_local_plan(const LocalQuestion& question) {
    auto definitions = definitions_of(question.file, question.event);
    plan::ChangedPaths changed;
    changed.known = false;
    plan::Repository repository;
    repository.variables = question.variables;
    plan::Question asked{question.event, repository};
    asked.resolved_sha = question.event.sha;
    asked.definitions = &definitions;
    asked.changed = &changed;
    asked.payload_json = question.payload;
    const auto root = root_of(question.file.path);
    for (;;) {
        auto answer = plan::make_plan(asked);
        if (auto* plan = std::get_if<plan::Plan>(&answer)) return std::move(*plan);
        const auto& needs = std::get<plan::Needs>(answer);
        if (needs.files.empty()) {
            return invalid("the payload does not say enough: " + needs.why.text);
        }
        for (const auto& path : needs.files) definitions.called.push_back(read_called(root, path));
    }
}

json to_json(const plan::Plan& plan) {
    auto runs = json::array();
    for (const auto& run : plan.runs) runs.push_back(run_json(run));
    return {{"starts", !plan.runs.empty()}, {"runs", std::move(runs)}, {"reasons", plan.reason}};
}

std::string to_text(const plan::Plan& plan, const Paint& paint) {
    std::string out;
    append_reason(out, plan.reason, 0, paint);
    for (const auto& run : plan.runs) {
        out += "\n" + paint.bold(run.workflow) + ": " + run.title + "\n";
        for (const auto* job : in_order(run)) {
            out += job_line(*job, paint);
            for (const auto& step : job->definition.steps) out += "    - " + title_of(step) + "\n";
        }
    }
    return out;
}

std::string title_of(const model::Step& step) {
    if (!step.name.empty()) return step.name.text;
    if (!step.uses.empty()) return "Run " + step.uses;
    const auto script = trim(step.run.text);
    return "Run " + std::string{script.substr(0, script.find('\n'))};
}

}  // namespace triphammer::cli
