#pragma once
// What the event of a run brought: commits and files of a push, the pull request. From the
// delivery's body, so it is what GitHub said then.

#include "history/payload.hpp"
#include "model/ids.hpp"
#include "store/sqlite/connection.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace triphammer::history {

/// Files of a push, by path: what came of each over all of its commits, oldest first. One that was
/// added and removed again is left out. Pure.
/// {"path", "change": "added" | "modified" | "removed"}
/// Source: "push" in GitHub's "Webhook events and payloads".
nlohmann::json merge_files(const nlohmann::json& commits);

/// {"sha", "page", "compare", "forced", "commits", "more_commits", "files", "more_files",
/// "pull_request"}; "commits" and "files" are null where the event names none: it is no push, or
/// its body is not kept any more. Texts as `hide` leaves them, links below `github_url` alone.
/// Code::not_found.
Result<std::string> get_changes(
    store::Connection& db, model::RunId run, const std::string& github_url, const HideText& hide
);

}  // namespace triphammer::history
