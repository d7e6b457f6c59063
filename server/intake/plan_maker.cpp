#include "intake/plan_maker.hpp"

#include "access/repository_keys.hpp"
#include "definitions/pipelines.hpp"
#include "git/repository.hpp"
#include "store/database.hpp"
#include "store/pipeline_store.hpp"

#include <algorithm>
#include <optional>

namespace triphammer::intake {

namespace {

/// A plan asks for a ref, for definitions and for changed paths: once each.
constexpr int kMaxRounds = 6;
constexpr std::size_t kMaxFiles = 256;
constexpr std::size_t kMaxChangedPaths = 10'000;

/// Where a commit of this event is found at the host; empty: nowhere in particular.
std::string find_ref_of(const model::Event& event, const std::string& sha) {
    if (const auto& pull = event.pull_request) {
        const auto number = std::to_string(pull->number);
        if (sha == pull->merge_sha) return "refs/pull/" + number + "/merge";
        if (sha == pull->head_sha) return "refs/pull/" + number + "/head";
        if (sha == pull->base_sha) return "refs/heads/" + pull->base_ref;
    }
    const bool own = sha == event.sha || sha == event.before;
    return own && event.ref.starts_with("refs/") ? event.ref : "";
}

bool is_workflow(const git::TreeEntry& entry) {
    return entry.is_file && (entry.name.ends_with(".yml") || entry.name.ends_with(".yaml"));
}

std::shared_ptr<const workflow::ReadResult> make_too_large(const std::string& path) {
    workflow::ReadResult result;
    model::Problem problem;
    problem.at = {1, 1};
    problem.code = "too-large";
    problem.message = "a workflow file has at most 256 KiB";
    problem.hint = "split it, or move scripts into files of their own";
    result.problems.push_back(std::move(problem));
    result.name = path;
    return std::make_shared<const workflow::ReadResult>(std::move(result));
}

}  // namespace

Result<git::Remote> make_remote(
    const store::RepositoryRow& repository,
    const access::Sealer& sealer,
    const RemoteSettings& settings
) {
    auto url = git::check_url(repository.clone_url, settings.urls);
    if (!url) return with_context(repository.full_name, url.error());
    auto token = access::open_clone_token(sealer, repository);
    if (!token) return token.error();
    const bool is_home = url->host() == settings.token_host;
    return git::Remote{
        std::move(*url), token->empty() && is_home ? settings.token : std::move(*token)};
}

/// What is known so far. Lives in make_plan's frame.
struct PlanMaker::Facts {
    PlanQuestion question;
    plan::Repository repository;
    std::string resolved_sha;
    std::optional<plan::Definitions> definitions;
    std::optional<plan::ChangedPaths> changed;
    std::map<std::string, std::string> texts;

    model::RepositoryId id() const { return question.repository.id; }

    plan::Question ask() const {
        plan::Question out{question.event, repository};
        out.resolved_sha = resolved_sha;
        out.definitions = definitions ? &*definitions : nullptr;
        out.changed = changed ? &*changed : nullptr;
        out.payload_json = question.payload;
        return out;
    }

    void add(const std::string& path, const std::string& blob, const Definition& definition) {
        definitions->files.push_back({path, blob, definition.content});
        texts[path] = *definition.text;
    }
};

PlanMaker::PlanMaker(Parts parts, RemoteSettings settings)
    : parts_{parts}, settings_{std::move(settings)} {}

Task<Result<MadePlan>> PlanMaker::make_plan(PlanQuestion question) {
    Facts facts;
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
            MadePlan made;
            made.plan = std::move(*plan);
            made.texts = std::move(facts.texts);
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
    if (needs.changed) {
        auto read = co_await read_changed_paths(facts, *needs.changed);
        if (!read) co_return read.error();
    }
    co_return Result<>{};
}

Task<Result<>> PlanMaker::fetch(Facts& facts, std::vector<git::Want> wants) {
    auto remote = make_remote(facts.question.repository, parts_.sealer, settings_);
    if (!remote) co_return remote.error();
    auto fetching = parts_.mirrors.ensure(facts.id(), std::move(*remote), std::move(wants));
    co_return co_await std::move(fetching);
}

Task<Result<>> PlanMaker::fetch_commits_of(Facts& facts, const plan::Plan& plan) {
    std::vector<git::Want> wants;
    for (const auto& run : plan.runs) {
        if (run.sha.empty()) continue;
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

namespace {

Result<std::vector<git::TreeEntry>> list_workflows(
    const git::Repository& mirror, const std::string& commit, const std::string& folder
) {
    auto entries = mirror.list_folder(commit, folder);
    if (!entries) return entries.error();
    std::erase_if(*entries, [](const git::TreeEntry& entry) { return !is_workflow(entry); });
    if (entries->size() > kMaxFiles) {
        return invalid(folder + " holds more than 256 workflow files");
    }
    return entries;
}

Result<Definition> read_file_at(
    const git::Repository& mirror,
    DefinitionsCache& cache,
    const git::TreeEntry& entry,
    const std::string& path
) {
    if (const auto* known = cache.find(entry.id, path)) return *known;
    auto text = mirror.read_blob(entry.id, workflow::kMaxFileBytes);
    if (text) return cache.read(entry.id, path, std::move(*text));
    if (text.error().code != Code::too_large) return text.error();
    Definition refused;
    refused.content = make_too_large(path);
    refused.text = std::make_shared<const std::string>();
    return refused;
}

/// For the reason's text alone: workflows that lie where this repository does not look.
std::vector<std::string> find_other_folders(
    const git::Repository& mirror, const std::string& commit, const std::string& folder
) {
    std::vector<std::string> found;
    for (const auto* other : {".triphammer", ".github/workflows"}) {
        if (other == folder) continue;
        const auto entries = list_workflows(mirror, commit, other);
        if (entries && !entries->empty()) found.emplace_back(other);
    }
    return found;
}

}  // namespace

Task<Result<>> PlanMaker::read_definitions(Facts& facts, std::string commit) {
    std::vector<git::Want> wants(1);
    wants[0].ref = find_ref_of(facts.question.event, commit);
    wants[0].sha = commit;
    auto fetched = co_await fetch(facts, std::move(wants));
    if (!fetched) co_return fetched.error();
    const auto path = parts_.mirrors.path_of(facts.id());
    const auto& folder = facts.repository.workflows_dir;
    facts.definitions.emplace().commit = commit;
    auto read = [&]() -> Result<> {
        const auto mirror = git::Repository::open(path);
        if (!mirror) return mirror.error();
        const auto entries = list_workflows(*mirror, commit, folder);
        if (!entries) return entries.error();
        for (const auto& entry : *entries) {
            const auto file = folder + "/" + entry.name;
            const auto definition = read_file_at(*mirror, cache_, entry, file);
            if (!definition) return definition.error();
            facts.add(file, entry.id, *definition);
        }
        if (!entries->empty()) return {};
        facts.definitions->other_folders = find_other_folders(*mirror, commit, folder);
        return {};
    };
    auto reading = offload(parts_.git_thread, read);
    auto done = co_await std::move(reading);
    if (!done) co_return done.error();
    co_return co_await read_pipelines(facts);
}

Task<Result<>> PlanMaker::read_pipelines(Facts& facts) {
    const auto id = facts.id();
    const auto list = [id](store::Connection& db) -> Result<std::vector<store::BoundPipeline>> {
        return store::list_bound_pipelines(db, id);
    };
    auto listing = parts_.database.read(list);
    auto bound = co_await std::move(listing);
    if (!bound) co_return bound.error();
    auto read = [&] {
        for (auto& pipeline : *bound) {
            const auto path = definitions::path_of(pipeline.name);
            const auto blob = path + "@" + std::to_string(pipeline.version);
            facts.add(path, blob, cache_.read(blob, path, std::move(pipeline.text)));
        }
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
