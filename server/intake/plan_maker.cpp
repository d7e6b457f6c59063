#include "intake/plan_maker.hpp"

#include "access/variables.hpp"
#include "base/zone_names.hpp"
#include "definitions/pipelines.hpp"
#include "git/repository.hpp"
#include "intake/definition_files.hpp"
#include "intake/remote_workflows.hpp"
#include "plan/entry.hpp"
#include "store/pipeline_store.hpp"
#include "store/sqlite/database.hpp"
#include "workflow/zones.hpp"

#include <algorithm>
#include <optional>

namespace triphammer::intake {

namespace {

/// A plan asks for a ref, for definitions and for changed paths once each, and for called workflows
/// level by level.
constexpr int kMaxRounds = 10;
constexpr std::size_t kMaxChangedPaths = 10'000;

/// Where a commit of this event is found at the host; empty: nowhere in particular.
std::string find_ref_of(const model::Event& event, const std::string& sha) {
    if (const auto& pull = event.pull_request) {
        const auto number = std::to_string(pull->number);
        if (sha == pull->merge_sha) {
            return pull->merged ? "refs/heads/" + pull->base_ref : "refs/pull/" + number + "/merge";
        }
        if (sha == pull->head_sha) return "refs/pull/" + number + "/head";
        if (sha == pull->base_sha) return "refs/heads/" + pull->base_ref;
    }
    const bool own = sha == event.sha || sha == event.before;
    return own && event.ref.starts_with("refs/") ? event.ref : "";
}

}  // namespace

/// What is known so far. Lives in make_plan's frame.
struct PlanMaker::Facts {
    PlanQuestion question;
    plan::Repository repository;
    std::string resolved_sha;
    std::optional<plan::Definitions> definitions;
    std::optional<plan::ChangedPaths> changed;
    std::map<std::string, std::string> texts;
    std::optional<RemoteWorkflows> remote;

    model::RepositoryId id() const { return question.repository.id; }

    bool has_read(const std::string& commit) const {
        return definitions && definitions->commit == commit;
    }

    plan::Question ask() const {
        plan::Question out{question.event, repository};
        out.resolved_sha = resolved_sha;
        out.definitions = definitions ? &*definitions : nullptr;
        out.changed = changed ? &*changed : nullptr;
        if (question.payload) out.payload_json = *question.payload;
        return out;
    }

    bool is_default_push() const {
        const auto& event = question.event;
        return event.name == "push" && !event.branch.empty() &&
               event.branch == event.default_branch && !event.deleted;
    }

    std::optional<Standing> read_standing() const {
        if (!definitions || !is_default_push()) return {};
        Standing standing;
        for (const auto& file : definitions->files) {
            if (file.content->workflow) add_standing(*file.content->workflow, standing);
        }
        return standing;
    }

    static void add_standing(const model::Workflow& workflow, Standing& standing) {
        for (const auto& trigger : workflow.triggers) {
            if (trigger.event == "workflow_run") standing.follows_runs = true;
            for (const auto& one : trigger.schedules) {
                store::ScheduleRow row;
                row.path = workflow.path;
                row.cron = one.cron;
                row.timezone = one.timezone;
                standing.schedules.push_back(std::move(row));
            }
        }
    }

    void add(const std::string& path, const std::string& blob, const Definition& definition) {
        definitions->files.push_back({path, blob, definition.content});
        texts[blob] = *definition.text;
    }
};

PlanMaker::PlanMaker(Parts parts, RemoteSettings settings)
    : parts_{parts}, settings_{std::move(settings)} {}

namespace {

bool concerns_nobody(const plan::Plan& plan) {
    const auto& files = plan.reason.children;
    return plan.runs.empty() && std::all_of(files.begin(), files.end(), [](const auto& file) {
               return file.code == "no-trigger";
           });
}

/// What a second event of the same delivery starts, beside what the first one did.
void merge(MadePlan& made, MadePlan second) {
    if (concerns_nobody(second.plan)) return;
    auto& reason = made.plan.reason;
    if (!second.plan.runs.empty() && !reason.yes) {
        reason.yes = true;
        reason.code = second.plan.reason.code;
        reason.text = second.plan.reason.text;
    }
    reason.children.push_back(std::move(second.plan.reason));
    for (auto& run : second.plan.runs) made.plan.runs.push_back(std::move(run));
    made.texts.merge(second.texts);
}

}  // namespace

Task<Result<MadePlan>> PlanMaker::plan_events(PlanQuestion question) {
    auto second = plan::find_second_event(question.event);
    auto first = question;
    auto making = make_one(std::move(first));
    auto made = co_await std::move(making);
    if (!made || !second) co_return made;
    question.event = std::move(*second);
    auto making_second = make_one(std::move(question));
    auto more = co_await std::move(making_second);
    if (!more) co_return more.error();
    merge(*made, std::move(*more));
    co_return made;
}

Task<Result<MadePlan>> PlanMaker::make_one(PlanQuestion question) {
    Facts facts;
    facts.remote.emplace(parts_, settings_, cache_);
    facts.repository.workflows_dir = question.repository.workflows_dir;
    facts.repository.workflow_files = question.repository.workflow_files;
    facts.question = std::move(question);
    for (int round = 0; round < kMaxRounds; ++round) {
        auto ask = [&] { return plan::make_plan(facts.ask()); };
        auto asking = offload(parts_.git_thread, ask);
        auto answer = co_await std::move(asking);
        if (auto* plan = std::get_if<plan::Plan>(&answer)) {
            auto fetched = co_await fetch_commits_of(facts, *plan);
            if (!fetched) co_return fetched.error();
            auto standing = co_await read_definitions_for_standing(facts);
            if (!standing) co_return standing.error();
            MadePlan made;
            made.plan = std::move(*plan);
            made.texts = std::move(facts.texts);
            made.standing = facts.read_standing();
            co_return made;
        }
        auto bringing = bring(facts, std::move(std::get<plan::Needs>(answer)));
        auto brought = co_await std::move(bringing);
        if (!brought) co_return brought.error();
    }
    co_return Error{Code::internal, "planning asked for the same facts again and again"};
}

Task<Result<>> PlanMaker::bring(Facts& facts, plan::Needs needs) {
    if (!needs.ref.empty()) {
        auto resolved = co_await resolve_ref(facts, needs.ref);
        if (!resolved) co_return resolved.error();
    }
    if (!needs.definitions_commit.empty()) {
        auto read = co_await read_definitions(facts, needs.definitions_commit);
        if (!read) co_return read.error();
    }
    if (!needs.files.empty()) {
        auto read = co_await read_called(facts, std::move(needs.files));
        if (!read) co_return read.error();
    }
    if (needs.changed) {
        auto read = co_await read_changed_paths(facts, *needs.changed);
        if (!read) co_return read.error();
    }
    co_return Result<>{};
}

/// A message that asks for no run (`[skip ci]`) leaves push and pull_request out, not what the
/// commit's schedules start later. Source: GitHub's page "Skipping workflow runs".
Task<Result<>> PlanMaker::read_definitions_for_standing(Facts& facts) {
    if (facts.definitions || !facts.is_default_push()) co_return Result<>{};
    auto reading = read_definitions(facts, facts.question.event.sha);
    co_return co_await std::move(reading);
}

Task<Result<git::Remote>> PlanMaker::find_remote(store::RepositoryRow repository) {
    return intake::find_remote(std::move(repository), parts_.sealer, settings_, parts_.clients);
}

Task<Result<>> PlanMaker::fetch(Facts& facts, std::vector<git::Want> wants) {
    auto finding = find_remote(facts.question.repository);
    auto remote = co_await std::move(finding);
    if (!remote) co_return remote.error();
    auto fetching = parts_.mirrors.ensure(facts.id(), std::move(*remote), std::move(wants));
    co_return co_await std::move(fetching);
}

Task<Result<>> PlanMaker::fetch_commits_of(Facts& facts, const plan::Plan& plan) {
    std::vector<git::Want> wants;
    for (const auto& run : plan.runs) {
        if (run.sha.empty() || facts.has_read(run.sha)) continue;
        git::Want want{find_ref_of(facts.question.event, run.sha), run.sha};
        const bool known = std::find(wants.begin(), wants.end(), want) != wants.end();
        if (!known) wants.push_back(std::move(want));
    }
    if (wants.empty()) co_return Result<>{};
    co_return co_await fetch(facts, std::move(wants));
}

Task<Result<>> PlanMaker::resolve_ref(Facts& facts, std::string ref) {
    std::vector<git::Want> wants(1);
    wants[0].ref = ref;
    auto fetched = co_await fetch(facts, std::move(wants));
    if (!fetched) co_return fetched.error();
    const auto path = parts_.mirrors.path_of(facts.id());
    auto resolve = [&]() -> Result<std::string> {
        const auto mirror = git::Repository::open(path);
        if (!mirror) return mirror.error();
        return mirror->resolve_commit(ref);
    };
    auto resolving = offload(parts_.git_thread, resolve);
    auto sha = co_await std::move(resolving);
    if (!sha) co_return sha.error();
    facts.resolved_sha = std::move(*sha);
    co_return Result<>{};
}

Task<Result<>> PlanMaker::read_definitions(Facts& facts, std::string commit) {
    auto is_read = co_await try_read_definitions(facts, commit);
    if (is_read && !*is_read) {
        std::vector<git::Want> wants(1);
        wants[0].ref = find_ref_of(facts.question.event, commit);
        wants[0].sha = commit;
        auto fetched = co_await fetch(facts, std::move(wants));
        if (!fetched) co_return fetched.error();
        is_read = co_await try_read_definitions(facts, commit);
    }
    if (!is_read) co_return is_read.error();
    if (!*is_read) co_return conflict("commit " + commit + " is not in the mirror any more");
    co_return co_await read_stored(facts);
}

/// False: the mirror has no such commit yet.
Task<Result<bool>> PlanMaker::try_read_definitions(Facts& facts, std::string commit) {
    const auto path = parts_.mirrors.path_of(facts.id());
    const auto& folder = facts.repository.workflows_dir;
    auto read = [&]() -> Result<bool> {
        const auto mirror = git::Repository::open(path);
        if (!mirror || !mirror->has_commit(commit)) return false;
        facts.definitions.emplace().commit = commit;
        const auto entries = list_workflows(*mirror, commit, folder);
        if (!entries) return entries.error();
        for (const auto& entry : *entries) {
            const auto file = folder + "/" + entry.name;
            const auto definition = read_file_at(*mirror, cache_, entry, file);
            if (!definition) return definition.error();
            facts.add(file, entry.id, *definition);
        }
        if (!entries->empty()) return true;
        facts.definitions->other_folders = find_other_folders(*mirror, commit, folder);
        return true;
    };
    auto reading = offload(parts_.git_thread, read);
    co_return co_await std::move(reading);
}

/// On the git thread. Drafts are not kept: each text is a new one.
void PlanMaker::put_draft(Facts& facts) {
    if (!facts.question.draft) return;
    const auto& draft = *facts.question.draft;
    Definition definition;
    auto content = workflow::read_workflow(draft.path, draft.text);
    workflow::check_zones(content, zone_names());
    definition.content = std::make_shared<const workflow::ReadResult>(std::move(content));
    definition.text = std::make_shared<const std::string>(draft.text);
    std::erase_if(facts.definitions->files, [&](const plan::WorkflowFile& file) {
        return file.path == draft.path;
    });
    facts.add(draft.path, "draft", definition);
}

Task<Result<>> PlanMaker::read_called(Facts& facts, std::vector<std::string> names) {
    auto fetching = read_remote(facts, names);
    auto fetched = co_await std::move(fetching);
    if (!fetched) co_return fetched.error();
    std::erase_if(names, [](const auto& name) { return plan::parse_remote(name).has_value(); });
    const auto folder = parts_.mirrors.path_of(facts.id());
    auto read = [&]() -> Result<> {
        const auto mirror = git::Repository::open(folder);
        if (!mirror) return mirror.error();
        for (const auto& name : names) {
            auto& definitions = *facts.definitions;
            auto file = read_called_file(*mirror, cache_, {definitions.commit, name, name});
            if (!file) return file.error();
            definitions.called.push_back(std::move(*file));
        }
        return {};
    };
    auto reading = offload(parts_.git_thread, read);
    co_return co_await std::move(reading);
}

Task<Result<>> PlanMaker::read_remote(Facts& facts, const std::vector<std::string>& names) {
    for (const auto& name : names) {
        auto wanted = plan::parse_remote(name);
        if (!wanted) continue;
        auto caller = facts.question.repository;
        auto reading = facts.remote->read(std::move(caller), std::move(*wanted));
        auto file = co_await std::move(reading);
        if (!file) co_return file.error();
        facts.definitions->called.push_back(std::move(*file));
    }
    co_return Result<>{};
}

Task<Result<>> PlanMaker::read_stored(Facts& facts) {
    const auto id = facts.id();
    const auto list = [&](store::Connection& db) -> Result<std::vector<store::BoundPipeline>> {
        const auto& draft = facts.question.draft;
        if (!draft || draft->knows_variables) {
            facts.repository.variables = access::list_run_variables(db, id);
        }
        return store::list_bound_pipelines(db, id);
    };
    auto listing = parts_.database.read(list);
    auto bound = co_await std::move(listing);
    if (!bound) co_return bound.error();
    if (bound->empty() && !facts.question.draft) co_return Result<>{};
    auto read = [&] {
        for (auto& pipeline : *bound) {
            const auto path = definitions::path_of(pipeline.name);
            const auto blob = path + "@" + std::to_string(pipeline.version);
            facts.add(path, blob, cache_.read(blob, path, std::move(pipeline.text)));
        }
        put_draft(facts);
        return true;
    };
    auto reading = offload(parts_.git_thread, read);
    co_await std::move(reading);
    co_return Result<>{};
}

namespace {

/// Unknown where the two have no history in common or differ in too many files.
plan::ChangedPaths compare(const std::filesystem::path& path, const plan::Difference& difference) {
    plan::ChangedPaths unknown;
    unknown.known = false;
    const auto mirror = git::Repository::open(path);
    if (!mirror) return unknown;
    auto base = mirror->resolve_commit(difference.base);
    if (base && difference.from_merge_base) base = mirror->find_merge_base(*base, difference.head);
    if (!base) return unknown;
    auto changed = mirror->list_changed_paths(*base, difference.head, kMaxChangedPaths);
    if (!changed || !changed->complete) return unknown;
    plan::ChangedPaths out;
    out.paths = std::move(changed->paths);
    return out;
}

}  // namespace

Task<Result<>> PlanMaker::read_changed_paths(Facts& facts, plan::Difference difference) {
    const auto& event = facts.question.event;
    std::vector<git::Want> wants(2);
    wants[0].ref = find_ref_of(event, difference.head);
    wants[0].sha = difference.head;
    const bool is_commit = git::is_object_id(difference.base);
    wants[1].ref = is_commit ? find_ref_of(event, difference.base) : difference.base;
    wants[1].sha = is_commit ? difference.base : "";
    auto fetched = co_await fetch(facts, std::move(wants));
    // What a forced push left behind may be gone for good: then nobody can say what changed.
    if (!fetched && fetched.error().code != Code::conflict) co_return fetched.error();
    const auto path = parts_.mirrors.path_of(facts.id());
    auto work = [&] { return compare(path, difference); };
    auto comparing = offload(parts_.git_thread, work);
    facts.changed = co_await std::move(comparing);
    co_return Result<>{};
}

}  // namespace triphammer::intake
