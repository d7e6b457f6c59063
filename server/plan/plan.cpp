#include "plan/plan.hpp"

#include "base/text.hpp"
#include "plan/call_tree.hpp"
#include "plan/contexts.hpp"
#include "plan/entry.hpp"
#include "plan/filters.hpp"
#include "plan/glob.hpp"
#include "plan/inputs.hpp"
#include "plan/payload_rules.hpp"
#include "plan/planned_run.hpp"

#include <algorithm>

namespace triphammer::plan {

namespace {

using model::Event;
using model::Reason;

/// For a fork's pull request nothing of the fork decides what runs; pull_request_target is about
/// the default branch anyway.
std::string definitions_commit(const Question& question) {
    const auto& pull = question.event.pull_request;
    const bool is_target = question.event.name == "pull_request_target";
    if (pull && pull->from_fork && !is_target) return pull->base_sha;
    return run_sha(question);
}

/// A file that cannot be read is a red run where somebody works on the code; other events only say
/// so in their reasons.
bool shows_broken_files(const Event& event) {
    return event.name == "push" || event.name == "pull_request" || event.name == "schedule" ||
           event.name == "workflow_dispatch" || event.name == "repository_dispatch";
}

bool is_chosen(const Event& event, const std::string& path) {
    const std::string_view wanted = event.workflow;
    const bool names_one = event.name == "workflow_dispatch" || event.name == "schedule";
    if (!names_one || wanted.empty() || wanted == path) return true;
    if (event.name == "schedule") return false;
    return std::string_view{path}.substr(path.rfind('/') + 1) == wanted;
}

/// Whether a file is among those that the repository counts; the others paint nothing red.
bool counts(const Repository& repository, std::string_view path) {
    const auto& patterns = repository.workflow_files;
    if (patterns.empty() || path.starts_with("pipeline:")) return true;
    return selects(patterns, path.substr(path.rfind('/') + 1));
}

/// Whose turn it is, only the queue can say.
Reason describe_group(const Group& group) {
    const auto in = "in group '" + group.name + "', one at a time: ";
    const auto* rule = group.cancels ? "it ends the one that goes on and replaces those that wait"
                       : group.keeps_all ? "it waits behind those that came before"
                                         : "it replaces the one that waits";
    return {true, "concurrency", in + rule, {}};
}

class Planner {
  public:
    explicit Planner(const Question& question) : question_(question) {}

    Answer run() {
        note_fork();
        for (const auto& file : question_.definitions->files) {
            auto reason = plan_file(file);
            reason.text = file.path + ": " + reason.text;
            plan_.reason.children.push_back(std::move(reason));
        }
        if (undecided_) return ask_for_paths();
        if (!missing_.empty()) return ask_for_files();
        describe();
        return std::move(plan_);
    }

  private:
    Reason plan_file(const WorkflowFile& file) {
        const auto& event = question_.event;
        if (!is_chosen(event, file.path)) {
            return {
                false, "not-chosen", "the event is for another workflow, " + event.workflow, {}};
        }
        if (!counts(question_.repository, file.path)) {
            return {false, "left-out", "not among the files that count in this repository", {}};
        }
        if (!file.content->workflow) return plan_broken(file);
        auto match = match_workflow(*file.content->workflow, event, question_.changed);
        if (match.undecided) undecided_ = true;
        // With paths missing nothing is kept: the question comes again.
        if (!match.starts || undecided_) return wrap(std::move(match.reason));
        for (auto& path : list_missing_calls(*file.content->workflow, *question_.definitions)) {
            missing_.push_back(std::move(path));
        }
        if (!missing_.empty()) return wrap(std::move(match.reason));
        auto inputs = read_run_inputs(*match.trigger);
        if (!inputs) return {false, "inputs", inputs.error().message, {}};
        plan_.runs.push_back(make_run(question_, file, get_contexts(), *inputs));
        auto reason = wrap(std::move(match.reason));
        const auto& group = plan_.runs.back().group;
        if (!group.name.empty()) reason.children.push_back(describe_group(group));
        return reason;
    }

    void note_fork() {
        const auto& pull = question_.event.pull_request;
        if (!pull || !pull->from_fork || question_.event.name != "pull_request") return;
        const auto base = question_.definitions->commit.substr(0, 12);
        plan_.reason.children.push_back(
            {true,
             "fork",
             "the pull request comes from a fork: the files of its base, " + base +
                 ", decide, and its jobs get no secrets",
             {}}
        );
    }

    static Reason wrap(Reason trigger) {
        Reason file{trigger.yes, trigger.yes ? "starts" : "filtered", "starts", {}};
        if (trigger.code == "no-trigger") return trigger;
        if (!trigger.yes) {
            file.text = trigger.children.empty() ? trigger.text : trigger.children.back().text;
        }
        file.children.push_back(std::move(trigger));
        return file;
    }

    Reason plan_broken(const WorkflowFile& file) {
        const auto& problems = file.content->problems;
        const auto text = problems.empty() ? "it cannot be read"
                                           : "line " + std::to_string(problems.front().at.line) +
                                                 ": " + problems.front().message;
        const bool is_shown = shows_broken_files(question_.event);
        if (is_shown) plan_.runs.push_back(make_broken_run(question_, file, get_contexts()));
        return {is_shown, "invalid", text, {}};
    }

    Result<workflow::expression::Value> read_run_inputs(const model::Trigger& trigger) const {
        const auto& event = question_.event;
        if (event.name != "workflow_dispatch") return workflow::expression::Value::object({});
        return read_inputs(trigger.inputs, event.inputs_json);
    }

    Needs ask_for_paths() const {
        Needs needs;
        needs.changed = find_difference(question_.event);
        needs.why = {true, "path-filter", "a path filter must know what changed", {}};
        return needs;
    }

    Needs ask_for_files() const {
        Needs needs;
        needs.files = missing_;
        needs.why = {true, "calls", "called workflows must be read", {}};
        return needs;
    }

    void describe() {
        auto& reason = plan_.reason;
        const auto files = question_.definitions->files.size();
        reason.yes = !plan_.runs.empty();
        reason.code = reason.yes ? "started" : "not-started";
        if (files == 0) return describe_nothing();
        if (files == 1) {
            reason.text = reason.children.back().text;
            return;
        }
        reason.text = std::to_string(plan_.runs.size()) + " of " + std::to_string(files) +
                      " workflow files start on " + question_.event.name;
    }

    void describe_nothing() {
        auto& reason = plan_.reason;
        const auto& other = question_.definitions->other_folders;
        reason.code = "no-files";
        reason.text = question_.repository.workflows_dir + " holds no workflow files at " +
                      question_.definitions->commit.substr(0, 12);
        if (other.empty()) return;
        reason.text += "; " + join(other, " and ") +
                       (other.size() == 1 ? " does: choose it" : " do: choose one") +
                       " in the repository's settings";
    }

    /// Made when the first run needs them: the payload is large, and most files do not start.
    const EventContexts& get_contexts() {
        if (!contexts_) contexts_.emplace(question_);
        return *contexts_;
    }

    const Question& question_;
    Plan plan_;
    bool undecided_ = false;
    std::vector<std::string> missing_;
    std::optional<EventContexts> contexts_;
};

}  // namespace

Answer make_plan(const Question& question) {
    if (auto refusal = find_refusal(question.event)) return Plan{{}, std::move(*refusal)};
    auto refusal = find_payload_refusal(question.event, question.payload_json);
    if (refusal) return Plan{{}, std::move(*refusal)};
    if (run_sha(question).empty()) {
        Needs needs;
        needs.ref = ref_to_resolve(question.event);
        needs.why = {true, "ref", "the event does not name its commit", {}};
        return needs;
    }
    if (question.definitions == nullptr) {
        Needs needs;
        needs.definitions_commit = definitions_commit(question);
        needs.why = {true, "definitions", "the workflow files decide", {}};
        return needs;
    }
    Planner planner{question};
    return planner.run();
}

}  // namespace triphammer::plan
