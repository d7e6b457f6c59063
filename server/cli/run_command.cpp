#include "app/run_here.hpp"
#include "app/single_run.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "cli/language_commands.hpp"
#include "cli/local_payload.hpp"
#include "cli/local_plan.hpp"
#include "cli/replay.hpp"
#include "cli/run_options.hpp"
#include "cli/run_report.hpp"
#include "github/payload.hpp"
#include "launcher/held.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <set>
#include <thread>

namespace triphammer::cli {

namespace fs = std::filesystem;

namespace {

constexpr const char* kTree = "tree.git";

/// A folder for one run: database, logs, the tree's commit, the runners' own folders.
class RunFolder {
  public:
    static Result<RunFolder> make() {
        std::error_code ignored;
        auto name = (fs::temp_directory_path(ignored) / "triphammer-run-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) return from_errno("make " + name);
        return RunFolder{name};
    }

    RunFolder(RunFolder&& other) noexcept : path_{std::exchange(other.path_, {})} {}

    RunFolder& operator=(RunFolder&&) = delete;

    /// What `hold-on-failure` keeps stays.
    ~RunFolder() {
        std::error_code ignored;
        if (path_.empty()) return;
        if (!has_held()) {
            fs::remove_all(path_, ignored);
            return;
        }
        leave_only(path_, run());
        leave_only(run(), held());
    }

    const fs::path& path() const { return path_; }

    fs::path run() const { return path_ / "run"; }

    bool has_held() const {
        std::error_code failure;
        return !fs::is_empty(held(), failure) && !failure;
    }

  private:
    explicit RunFolder(fs::path path) : path_{std::move(path)} {}

    fs::path held() const { return launcher::held_folder(run(), 1).parent_path(); }

    static void leave_only(const fs::path& folder, const fs::path& kept) {
        std::error_code ignored;
        for (const auto& entry : fs::directory_iterator{folder, ignored}) {
            if (entry.path() != kept) fs::remove_all(entry.path(), ignored);
        }
    }

    fs::path path_;
};

/// Everything that is known before the first job starts.
struct Prepared {
    WorkflowText file;
    git::TreeSnapshot tree;
    plan::Plan plan;
};

Result<git::TreeSnapshot> snapshot_into(const fs::path& bare) {
    SystemSpawner spawner;
    std::error_code failure;
    auto here = fs::current_path(failure);
    if (failure) return from_errno("find the current folder", failure.value());
    return app::run_here(git::take_snapshot(spawner, std::move(here), bare));
}

/// Workflows know their path in the repository.
void name_in_tree(WorkflowText& file, const git::TreeSnapshot& tree) {
    std::error_code failure;
    const auto inside = fs::relative(file.path, tree.root, failure).generic_string();
    if (!failure && !inside.empty() && !inside.starts_with("../")) file.path = inside;
}

/// What the jobs are told of.
struct Told {
    model::Event event;
    std::string payload;
};

Result<Told> told_by_payload(
    const RunOptions& options, const model::Workflow& workflow, const git::TreeSnapshot& tree
) {
    const auto name = choose_event(workflow, options.event);
    if (!name) return with_context("--payload", name.error());
    auto given = with_inputs(options.payload, *name, options.inputs);
    const auto made = make_event(tree, trigger_of(workflow, *name), {});
    auto payload = complete_payload(given, made, tree, workflow);
    if (!payload) return with_context("--payload", payload.error());
    auto scanned = *payload;  // the scanner pads it in place
    auto event = github::scan_payload(*name, scanned);
    if (!event) {
        return invalid("--payload: " + event.error().message + "; write it as a webhook has it");
    }
    use_tree(*event, tree);
    return Told{std::move(*event), std::move(*payload)};
}

Result<model::Event> event_of_tree(
    const RunOptions& options, model::Workflow& workflow, const git::TreeSnapshot& tree
) {
    const auto asked =
        options.event.empty() && !options.inputs.empty() ? "workflow_dispatch" : options.event;
    if (!asked.empty()) return make_event(tree, trigger_of(workflow, asked), options.inputs);
    const auto* chosen = choose_trigger(workflow);
    if (chosen == nullptr) return invalid("the workflow has no event; name one with --event");
    drop_filters(workflow);
    return make_event(tree, *chosen, options.inputs);
}

Result<Told> told_for(
    const RunOptions& options, model::Workflow& workflow, const git::TreeSnapshot& tree
) {
    if (!options.payload.empty()) return told_by_payload(options, workflow, tree);
    auto event = event_of_tree(options, workflow, tree);
    if (!event) return event.error();
    auto payload = make_local_payload(*event, tree, workflow);
    return Told{std::move(*event), std::move(payload)};
}

/// By its name in the file: all legs of its matrix, or one of them by its own key.
bool is_called(const plan::PlannedJob& job, const std::string& key) {
    return job.own_key() == key || job.own_node() == key;
}

/// The job and all that it needs; of a called workflow all jobs.
Result<> keep_job(plan::PlannedRun& run, const std::string& key) {
    std::set<std::string> wanted;
    std::set<std::string> names;
    for (const auto& job : run.jobs) {
        names.insert(job.own_node());
        if (is_called(job, key)) wanted.insert(job.own_key());
    }
    if (wanted.empty()) {
        return invalid("--job " + key + ": there are " + join({names.begin(), names.end()}, ", "));
    }
    const auto is_wanted = [&](const plan::PlannedJob& job) {
        return wanted.contains(job.own_key()) || wanted.contains(job.own_node()) ||
               wanted.contains(job.parent);
    };
    for (std::size_t before = 0; before != wanted.size();) {
        before = wanted.size();
        for (const auto& job : run.jobs) {
            if (!is_wanted(job)) continue;
            wanted.insert(job.own_key());
            wanted.insert(job.needs.begin(), job.needs.end());
        }
    }
    std::erase_if(run.jobs, [&](const auto& job) { return !is_wanted(job); });
    return {};
}

Result<WorkflowText> read_file_of(const RunOptions& options) {
    if (options.replay.empty()) return read_workflow_file(options.file, options.allow);
    return read_workflow_text(options.file, options.replayed_text, options.allow);
}

/// Problems of the file go to standard error.
Result<Prepared> prepare(const RunOptions& options, const fs::path& folder) {
    auto file = read_file_of(options);
    if (!file) return file.error();
    for (const auto& problem : file->read.problems)
        std::cerr << to_text(file->path, problem, Paint{false}) << '\n';
    if (!file->read.workflow) return invalid(options.file + " cannot be run");
    auto tree = snapshot_into(folder / kTree);
    if (!tree) return tree.error();
    if (options.replay.empty()) name_in_tree(*file, *tree);
    const auto difference = compare_commits(options, tree->is_changed ? tree->parent : tree->sha);
    if (!difference.empty()) std::cerr << "warning: " << difference << '\n';
    const auto told = told_for(options, *file->read.workflow, *tree);
    if (!told) return told.error();
    const auto& [event, payload] = *told;
    auto plan =
        make_local_plan({*file, event, payload, tree->root, options.allow, options.variables});
    if (!plan) return plan.error();
    const auto refusals = list_refusals(*plan, Paint{false});
    std::cerr << refusals;
    if (!refusals.empty()) return invalid(options.file + " cannot be run");
    if (!options.job.empty() && !plan->runs.empty()) {
        if (auto kept = keep_job(plan->runs.front(), options.job); !kept) return kept.error();
    }
    return Prepared{std::move(*file), std::move(*tree), std::move(*plan)};
}

int show_plan(const plan::Plan& plan, const RunOptions& options, const Paint& paint) {
    print(options.json ? to_json(plan).dump(2) + "\n" : to_text(plan, paint));
    return plan.runs.empty() ? kUsage : kDone;
}

/// What planning found wrong, as `lint` shows it; true where nothing can run.
bool show_problems(const plan::PlannedRun& run) {
    bool has_error = false;
    for (const auto& problem : run.problems) {
        if (problem.severity != model::Problem::Severity::error) continue;
        std::cerr << workflow::to_line(run.path, problem) + "\n";
        has_error = true;
    }
    return has_error;
}

app::Config config_for(app::Config config, const RunOptions& options, const RunFolder& folder) {
    config.data = folder.path() / "data";
    config.run = folder.run();
    config.master_key_file.clear();
    config.submodules = "same-host";  // whoever runs it has the right to say so
    config.git_hosts = {"*"};         // and asks with a git that is theirs
    config.workers = static_cast<int>(std::max(2U, std::thread::hardware_concurrency()));
    for (const auto& [label, executor] : options.runs_on) config.runs_on[label] = executor;
    const auto& actions = options.actions;
    config.allowed_actions.insert(config.allowed_actions.end(), actions.begin(), actions.end());
    const bool is_usual = config.docker_host == app::Config{}.docker_host;
    if (is_usual && !options.engine.empty()) config.docker_host = options.engine;
    return config;
}

int carry_out(app::Config config, RunOptions options, Prepared prepared, const Paint& paint) {
    const auto report = options.json ? make_json_report() : make_text_report(paint);
    report->begin(prepared.plan.runs.front());
    app::SingleRunRequest request;
    request.tree = config.data.parent_path() / kTree;
    request.config = std::move(config);
    request.repository = repository_of(prepared.tree);
    request.origin = prepared.tree.origin;
    request.plan = std::move(prepared.plan);
    request.workflow_text = std::move(prepared.file.text);
    request.secrets = std::move(options.secrets);
    request.caches = std::move(options.caches);
    request.artifacts = std::move(options.artifacts);
    const auto run = app::run_single(std::move(request), *report);
    if (!run) return complain(run.error(), kUsage);
    report->end(*run);
    return run->state == model::RunState::succeeded ? kDone : kFailed;
}

}  // namespace

int run_workflow(const Invocation& invocation) {
    log::configure(log::Level::error, log::Format::logfmt);
    auto options = read_run_options(invocation);
    if (!options) return complain(options.error(), kUsage);
    auto config = load_config(invocation);
    if (!config) return complain(config.error(), kUsage);
    const auto folder = RunFolder::make();
    if (!folder) return complain(folder.error(), kUsage);
    if (!options->replay.empty()) {
        auto used = use_export(*options, folder->path() / "export");
        if (!used) return complain(used.error(), kUsage);
    }
    auto prepared = prepare(*options, folder->path());
    if (!prepared) return complain(prepared.error(), kUsage);
    const auto paint = Paint::for_output(invocation.environment);
    if (options->dry_run) return show_plan(prepared->plan, *options, paint);
    if (prepared->plan.runs.empty()) {
        std::cerr << to_text(prepared->plan, Paint{false});
        return complain("the event does not start this workflow", kUsage);
    }
    const auto& planned = prepared->plan.runs.front();
    if (show_problems(planned)) return complain(planned.path + " cannot be run", kUsage);
    auto made = config_for(std::move(*config), *options, *folder);
    const auto status =
        carry_out(std::move(made), std::move(*options), std::move(*prepared), paint);
    if (folder->has_held()) {
        std::cerr << "what hold-on-failure keeps lies in " << folder->path().string()
                  << " until you remove it\n";
    }
    return status;
}

}  // namespace triphammer::cli
