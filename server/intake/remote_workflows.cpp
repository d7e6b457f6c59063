#include "intake/remote_workflows.hpp"

#include "base/text.hpp"
#include "git/repository.hpp"
#include "intake/definition_files.hpp"
#include "store/sqlite/database.hpp"

namespace triphammer::intake {

namespace {

plan::WorkflowFile refuse(const plan::RemotePath& wanted, std::string why, std::string remedy) {
    model::Problem problem;
    problem.code = "call";
    problem.message = std::move(why);
    problem.hint = std::move(remedy);
    workflow::ReadResult result;
    result.name = wanted.text();
    result.problems.push_back(std::move(problem));
    auto content = std::make_shared<const workflow::ReadResult>(std::move(result));
    return {wanted.text(), "", std::move(content)};
}

plan::WorkflowFile refuse_access(
    const plan::RemotePath& wanted, const store::RepositoryRow& called
) {
    const auto* who = called.workflow_access == "owner" ? "its owner" : "itself";
    return refuse(
        wanted,
        called.full_name + " lets only repositories of " + who + " call its workflows",
        "triphammer repo access " + called.full_name + " everyone"
    );
}

/// What a ref may mean, in GitHub's order: a tag goes before a branch of the same name.
std::vector<git::Want> list_wants(const std::string& ref) {
    if (git::is_object_id(ref)) return {{"", ref}};
    if (ref.starts_with("refs/")) return {{ref, ""}};
    return {{"refs/tags/" + ref, ""}, {"refs/heads/" + ref, ""}};
}

/// Neither host nor mirror has it, or it is no name at all.
bool is_absent(const Error& error) {
    return error.code == Code::conflict || error.code == Code::invalid;
}

}  // namespace

bool may_call(const store::RepositoryRow& caller, const store::RepositoryRow& called) {
    if (caller.id == called.id || called.workflow_access == "everyone") return true;
    const bool is_kin =
        equal_ignoring_case(plan::owner_of(caller.full_name), plan::owner_of(called.full_name));
    return called.workflow_access == "owner" && is_kin;
}

Task<Result<plan::WorkflowFile>> RemoteWorkflows::read(
    store::RepositoryRow caller, plan::RemotePath wanted
) {
    const auto find = [&](store::Connection& db) -> Result<std::optional<store::RepositoryRow>> {
        return store::find_repository_by_name(db, wanted.repository);
    };
    auto finding = parts_.database.read(find);
    auto called = co_await std::move(finding);
    if (!called) co_return called.error();
    if (!*called) {
        co_return refuse(
            wanted,
            wanted.repository + " is not registered here, so that its workflows cannot be read",
            "triphammer repo add " + wanted.repository
        );
    }
    if (!may_call(caller, **called)) co_return refuse_access(wanted, **called);
    auto resolving = resolve(**called, wanted.ref);
    const auto commit = co_await std::move(resolving);
    if (!commit && is_absent(commit.error())) {
        co_return refuse(
            wanted,
            wanted.repository + " has no tag, branch or commit '" + wanted.ref + "'",
            "a full commit, a tag or a branch"
        );
    }
    if (!commit) co_return with_context(wanted.text(), commit.error());
    const auto folder = parts_.mirrors.path_of((*called)->id);
    auto work = [&]() -> Result<plan::WorkflowFile> {
        const auto mirror = git::Repository::open(folder);
        if (!mirror) return mirror.error();
        auto at_commit = wanted;
        at_commit.ref = *commit;
        return read_called_file(*mirror, cache_, {*commit, wanted.path, at_commit.text()});
    };
    auto reading = offload(parts_.git_thread, work);
    auto file = co_await std::move(reading);
    if (file) file->path = wanted.text();
    co_return file;
}

Task<Result<std::string>> RemoteWorkflows::resolve(
    store::RepositoryRow repository, std::string ref
) {
    const auto key = repository.full_name + "@" + ref;
    const auto known = commits_.find(key);
    if (known != commits_.end()) co_return known->second;
    const auto wants = list_wants(ref);
    Result<std::string> commit = conflict("there is no '" + ref + "'");
    for (const auto& want : wants) {
        auto resolving = resolve_name(repository, want);
        commit = co_await std::move(resolving);
        if (commit) commits_[key] = *commit;
        if (commit || !is_absent(commit.error())) break;
    }
    co_return commit;
}

Task<Result<std::string>> RemoteWorkflows::resolve_name(
    store::RepositoryRow repository, git::Want want
) {
    auto finding = find_remote(repository, parts_.sealer, settings_, parts_.clients);
    auto remote = co_await std::move(finding);
    if (!remote) co_return remote.error();
    std::vector<git::Want> wants{want};
    auto fetching = parts_.mirrors.ensure(repository.id, std::move(*remote), std::move(wants));
    auto fetched = co_await std::move(fetching);
    if (!fetched) co_return fetched.error();
    if (!want.sha.empty()) co_return want.sha;
    const auto folder = parts_.mirrors.path_of(repository.id);
    auto work = [&]() -> Result<std::string> {
        const auto mirror = git::Repository::open(folder);
        if (!mirror) return mirror.error();
        return mirror->resolve_commit(want.ref);
    };
    auto resolving = offload(parts_.git_thread, work);
    co_return co_await std::move(resolving);
}

}  // namespace triphammer::intake
