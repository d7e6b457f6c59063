#pragma once
// Who may answer a question: for this folder alone. An actor is what `changes.actor` shows:
// "user:ada", "token:ci", "socket:0".

#include "store/runs/run_store.hpp"

#include <string>
#include <vector>

namespace triphammer::queue {

/// Named in `reviewers` as an account, as an actor, or by a role that the account has on the server
/// or on this repository; anybody where nobody is named. Nobody whose account is disabled or may
/// not approve any more, and no token that was revoked.
bool is_reviewer(
    store::Connection& db,
    model::RepositoryId repository,
    const std::vector<std::string>& reviewers,
    const std::string& actor
);

/// Whether the change or the run is this actor's: who pushed, who wrote the head commit, who opened
/// the pull request, who started the run or its newest attempt. An account that is linked with
/// GitHub is told by GitHub's number, whatever it is called. Beside that names of GitHub's accounts
/// and ours are compared without case: taking two for one only asks for one more person.
bool is_author(store::Connection& db, model::RunId run, const std::string& actor);

}  // namespace triphammer::queue
