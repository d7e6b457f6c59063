#pragma once
// Whose code a fork's run is, and whether it may have its turn: for this folder alone.

#include "store/deployments/approval_store.hpp"
#include "store/runs/run_store.hpp"

#include <string>

namespace triphammer::queue {

/// Of a run that was just written: keeps the forge's numbers of its pull request's author and head
/// repository, as its signed payload has them.
void note_head(store::Transaction& tx, const store::RunRow& run);
/// Whether no job of this run may have its turn.
bool waits_for_trust(store::Connection& db, const store::RunRow& run);
/// Asks people about its head commit, where nobody was asked yet.
Result<> ask_about_head(store::Transaction& tx, const store::RunRow& run);
/// A run that has ended asks no more; what another one asks for the same commit stays.
Result<> stop_asking(store::Transaction& tx, const store::RunRow& run);
/// "waits for approval of commit 0123456789ab, which comes from a fork".
std::string describe_trust(const store::RunRow& run);

/// After the policy or an answer: runs that may begin now do, and the others ask.
Result<> follow_trust(store::Transaction& tx, model::RepositoryId repository);

}  // namespace triphammer::queue
