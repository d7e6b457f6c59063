#pragma once
// What a runner asks of `POST /runner/v1/source`, and whether it may have it: commits of its own
// run's repository; of another registered one where `repo access` lets that one be read from here;
// of an action where actions.allow has it; with git.submodules of a submodule, registered and
// readable as above, or on the host of the run's repository and open to anybody. The daemon
// fetches, each with its own credential.
//
// A run without a daemon has one tree. What else is on the host that its `origin` names is fetched
// by the git of whoever runs it, as that person.

#include "base/result.hpp"
#include "base/task.hpp"
#include "git/fetch.hpp"
#include "git/mirror.hpp"
#include "model/ids.hpp"
#include "store/repository_store.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace triphammer::api {

struct Services;

/// The body; empty means the run's own commit, alone.
struct SourceWanted {
    std::string action;      // OWNER/REPO
    std::string repository;  // OWNER/REPO, of a registered one; empty: the run's own
    std::string module;      // the address of a submodule's repository
    std::string commit;
    std::string ref;  // in full
    std::int64_t depth = 1;
    bool tags = false;
    std::string have;  // a commit whose files the runner has; only with a depth of 1
};

/// Code::invalid names the field. Pure.
Result<SourceWanted> read_source_wanted(const std::string& body);

/// The run that asks.
struct SourceOwner {
    store::RepositoryRow repository;
    std::string sha;
    std::string ref;
    bool from_fork = false;
};

/// Of the attempt with this token. Code::unauthorized, Code::not_found.
Task<Result<SourceOwner>> find_source_owner(Services& services, std::string token);

/// A mirror, and what of it is meant where nothing is named.
struct SourcePlace {
    git::Mirrors* mirrors = nullptr;
    model::RepositoryId id;
    std::optional<git::Remote> remote;  // nobody can be asked in a run without a daemon
    std::string url;                    // without a credential; empty: none is known
    std::string commit;
    std::string ref;
};

/// Whether jobs of `owner` may read `other`: as its workflows may be called. The code of a fork's
/// pull request may do so only where everybody may. Pure.
bool may_read(const SourceOwner& owner, const store::RepositoryRow& other);

/// What to do where submodules are off. Pure.
Error refuse_modules();

/// Code::refused with what to do where it is not allowed; Code::invalid.
Task<Result<SourcePlace>> find_source_place(
    Services& services, const SourceOwner& owner, const SourceWanted& wanted
);

/// The default branch of a registered repository.
Task<Result<SourcePlace>> find_default_place(Services& services, store::RepositoryRow repository);

/// Has the mirror fetch what it lacks; nothing where nobody can be asked.
Task<Result<>> bring(const SourcePlace& place, git::Want want);

}  // namespace triphammer::api
