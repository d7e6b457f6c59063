#pragma once
// Answers "what does this event start?": asks plan::make_plan, brings what it says is missing
// (commits into the mirror, definition files, changed paths) and asks again. Writes nothing; used
// for deliveries, dry runs and runs that a person starts.

#include "base/result.hpp"
#include "base/task.hpp"
#include "base/thread.hpp"
#include "git/mirror.hpp"
#include "intake/definitions_cache.hpp"
#include "intake/repository_remote.hpp"
#include "model/event.hpp"
#include "plan/plan.hpp"
#include "store/repository_store.hpp"
#include "store/runs/schedule_store.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace triphammer::store {
class Database;
}

namespace triphammer::intake {

/// A workflow's text that nobody has committed yet, in place of the file at `path`.
struct Draft {
    std::string path;
    std::string text;
    bool knows_variables = true;  // false: whoever wrote it may not read what it names
};

struct PlanQuestion {
    store::RepositoryRow repository;
    model::Event event;
    // The delivery's body as JSON, for `github.event`; null: none. Copies of a question share it:
    // it may have 25 MiB.
    std::shared_ptr<const std::string> payload = {};
    std::optional<Draft> draft = {};
};

/// What the default branch's workflows start without a webhook.
struct Standing {
    std::vector<store::ScheduleRow> schedules;
    bool follows_runs = false;  // one starts on workflow_run
};

struct MadePlan {
    plan::Plan plan;
    std::map<std::string, std::string> texts;  // PlannedRun::blob → the workflow's text
    std::optional<Standing> standing = {};     // after a push to the default branch
};

class PlanMaker {
  public:
    /// Everything given outlives this object; `git_thread` is the one that `mirrors` uses.
    struct Parts {
        store::Database& database;
        git::Mirrors& mirrors;
        NamedThread& git_thread;
        const access::Sealer& sealer;
        github::Clients* clients = nullptr;  // none: repositories' own credentials alone
    };

    PlanMaker(Parts parts, RemoteSettings settings);

    /// On the logic thread. A deployment that GitHub begins, too, is refused. Every commit that a
    /// run of the plan is about is in the mirror then. Errors are those of git::Mirrors::ensure;
    /// Code::conflict: the commit vanished.
    Task<Result<MadePlan>> make_plan(PlanQuestion question);

    /// intake::find_remote of a repository.
    Task<Result<git::Remote>> find_remote(store::RepositoryRow repository);

  private:
    struct Facts;

    Task<Result<MadePlan>> plan_events(PlanQuestion question);
    Task<Result<MadePlan>> make_one(PlanQuestion question);
    Task<Result<>> bring(Facts& facts, plan::Needs needs);
    Task<Result<>> resolve_ref(Facts& facts, std::string ref);
    Task<Result<>> read_definitions(Facts& facts, std::string commit);
    Task<Result<bool>> try_read_definitions(Facts& facts, std::string commit);
    Task<Result<>> read_definitions_for_standing(Facts& facts);
    Task<Result<>> read_called(Facts& facts, std::vector<std::string> names);
    Task<Result<>> read_remote(Facts& facts, const std::vector<std::string>& names);
    Task<Result<>> read_stored(Facts& facts);
    void put_draft(Facts& facts);
    Task<Result<>> read_changed_paths(Facts& facts, plan::Difference difference);
    Task<Result<>> fetch(Facts& facts, std::vector<git::Want> wants);
    Task<Result<>> fetch_commits_of(Facts& facts, const plan::Plan& plan);

    Parts parts_;
    RemoteSettings settings_;
    DefinitionsCache cache_;  // on the git thread
};

}  // namespace triphammer::intake
