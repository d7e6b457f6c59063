#pragma once

#include "github/client.hpp"
#include "store/outbox_store.hpp"

namespace triphammer::report {

/// The outbox's row for a status: what it says, and what a newer one replaces.
store::NewMessage make_message(model::RepositoryId repository, const github::CommitStatus& status);

}  // namespace triphammer::report
