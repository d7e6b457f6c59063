#pragma once
// A workflow of GitHub's as one of ours: it stays as it is, but remote actions are pinned to
// commits. Pure; whoever calls asks the forge for the commits.

#include "importer/jenkinsfile.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::importer {

/// `uses: OWNER/NAME[/PATH]@REF` of an action that is not ours and not at a full commit.
struct RemoteAction {
    std::string repository;  // OWNER/NAME
    std::string ref;         // v4, main, …
    std::string text;        // as it stands in the file

    friend auto operator<=>(const RemoteAction&, const RemoteAction&) = default;
};

/// Each once.
std::vector<RemoteAction> find_remote_actions(std::string_view source);

/// `commits`: RemoteAction::text → 40 hex digits; what is missing there is left as it is.
Imported import_workflow(
    std::string_view path,
    std::string_view source,
    const std::map<std::string, std::string>& commits
);

}  // namespace triphammer::importer
