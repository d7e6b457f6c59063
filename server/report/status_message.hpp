#pragma once

#include "github/client.hpp"
#include "store/outbox_store.hpp"

#include <string>

namespace triphammer::report {

/// A status and what it is about.
struct StatusNote {
    github::CommitStatus status = {};
    model::RunId run = {};  // none: a workflow that a filter left out
    model::JobId job = {};  // none: a run without jobs
};

/// The outbox's row for a status: what it says, and what a newer one replaces.
store::NewMessage make_message(model::RepositoryId repository, const StatusNote& note);

/// Without a commit where the text is no such message's.
StatusNote parse_status_note(const std::string& payload);

}  // namespace triphammer::report
