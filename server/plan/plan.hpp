#pragma once
// Decides what an event starts. Pure: no I/O, no clock; the caller (intake/, `triphammer plan`)
// brings facts, gets a plan or what is missing, and asks again. Any thread.
// Sources: GitHub's pages "Events that trigger workflows", "Workflow syntax", "Skipping workflow
// runs".

#include "model/event.hpp"
#include "model/reason.hpp"
#include "model/states.hpp"
#include "model/workflow.hpp"
#include "plan/job_values.hpp"
#include "workflow/reader.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace triphammer::plan {

struct Repository {
    std::string workflows_dir = ".triphammer";
    std::vector<std::string> workflow_files;  // patterns of those that count; empty: all
    std::vector<std::pair<std::string, std::string>> variables;  // the `vars` context
    std::vector<std::string> allow;  // codes of problems with calls that are lowered to warnings
};

/// A workflow file at the commit that `Needs` named, or a server-held pipeline ("pipeline:NAME").
struct WorkflowFile {
    std::string path;
    std::string blob;  // identifies the content: git blob id, or the pipeline's version
    std::shared_ptr<const workflow::ReadResult> content;  // never null
};

/// Where definitions were read.
struct Definitions {
    std::string commit;
    std::vector<WorkflowFile> files;
    /// Files outside the folder that Needs::files asked for; without content where there is none.
    std::vector<WorkflowFile> called = {};
    /// Other folders that hold workflows, when this one is empty: only for the reason's text.
    std::vector<std::string> other_folders;
};

struct ChangedPaths {
    bool known =
        true;  // false: git could not say (missing commit, too many); path filters then pass
    std::vector<std::string> paths;
};

/// Everything is borrowed for the call.
struct Question {
    const model::Event& event;
    const Repository& repository;
    /// The commit of `Needs::ref`, once resolved; for events that carry their commit, unused.
    std::string resolved_sha = {};
    const Definitions* definitions = nullptr;
    const ChangedPaths* changed = nullptr;
    /// The delivery's body, for `github.event`; empty: the facts of `event` in the payload's shape.
    std::string_view payload_json = {};
};

/// What a path filter compares.
struct Difference {
    std::string base;  // commit, or a ref (refs/heads/main) where only that is known
    std::string head;
    bool from_merge_base = false;  // three dots: pull requests and new branches

    friend bool operator==(const Difference&, const Difference&) = default;
};

/// What must be brought before the question can be answered; everything that is set.
struct Needs {
    std::string ref;                 // resolve this ref to a commit: Question::resolved_sha
    std::string definitions_commit;  // read workflows_dir at this commit: Question::definitions
    std::optional<Difference> changed;
    std::vector<std::string> files;  // read these, too, at the definitions' commit
    model::Reason why;

    friend bool operator==(const Needs&, const Needs&) = default;
};

/// Stand in what planning evaluates for `github.run_id` and `github.run_number`, which nobody knows
/// before the run is there.
inline constexpr std::string_view kRunIdMark = "<run_id>";
inline constexpr std::string_view kRunNumberMark = "<run_number>";

struct PlannedJob {
    model::JobDefinition definition;
    std::string key;          // unique in the run; empty: the definition's
    std::string node;         // the workflow's job; shared by the legs of its matrix; empty: key
    std::string parent = {};  // key of the job that calls the workflow it stands in
    std::string contexts_json = "{}";  // a leg's `matrix` and `strategy`
    std::string name;                  // evaluated where the contexts are known now, else its text
    model::JobKind kind = model::JobKind::steps;
    std::string stage;  // build, image, deploy by kind where the file names none
    std::vector<std::string> needs;
    std::string label;        // runs-on; several labels joined by a comma; empty until known
    std::string environment;  // empty: none, or not known before its needs ended
    bool continue_on_error = false;
    /// blocked: needs others; else what its `if` said: queued or skipped; failed: its text cannot
    /// be evaluated.
    model::JobState state = model::JobState::blocked;
    model::Cause cause = model::Cause::none;
    model::Reason reason;
    std::vector<Group> groups;  // of a queued one, and of a call that has begun
    int position = 0;

    const std::string& own_key() const { return key.empty() ? definition.key : key; }

    const std::string& own_node() const { return node.empty() ? own_key() : node; }
};

struct PlannedRun {
    std::string workflow;
    std::string path;
    std::string blob;
    std::string title;
    std::string event;
    std::string ref;
    std::string sha;
    std::string actor;
    std::string definition_commit;
    bool from_fork = false;
    /// {"github": …, "inputs": …, "vars": …}: what is known before any job starts. The run's id,
    /// number and attempt are added by whoever knows them (`github.run_id`, …).
    std::string contexts_json;
    Group group;  // `concurrency` of the workflow
    std::vector<PlannedJob> jobs;
    /// queued; succeeded when every job is skipped; failed with cause invalid when the file has
    /// errors.
    model::RunState state = model::RunState::queued;
    model::Cause cause = model::Cause::none;
    std::vector<model::Problem> problems;
};

/// `text` with the run's id and number where the marks stand.
std::string fill_marks(std::string text, const std::string& id, const std::string& number);

struct Plan {
    std::vector<PlannedRun> runs;
    /// Why, as a tree: event → file → trigger → filter. `yes` at the top: something started.
    model::Reason reason;
};

using Answer = std::variant<Plan, Needs>;

/// May be called with nothing loaded: events that can never start anything and skip markers are
/// decided first.
Answer make_plan(const Question& question);

}  // namespace triphammer::plan
