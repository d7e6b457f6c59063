#include "base/text.hpp"
#include "plan/deploying.hpp"
#include "starter/starters.hpp"
#include "workflow/reader.hpp"

#include <algorithm>
#include <set>

namespace triphammer::starter {

namespace {

std::string file_name(std::string_view path) {
    return std::string{path.substr(path.rfind('/') + 1)};
}

/// None where the text is not read: then it does not run either.
std::vector<std::string> list_deploying(std::string_view path, std::string_view text) {
    const auto read = workflow::read_workflow(path, text);
    std::vector<std::string> out;
    if (!read.workflow) return out;
    for (const auto& job : read.workflow->jobs) {
        if (plan::is_deploying(job)) out.push_back(job.key);
    }
    return out;
}

Starter carry_workflow(
    const std::string& path,
    const std::string& text,
    const std::map<std::string, std::string>& commits
) {
    Starter out;
    out.file = file_name(path);
    out.title = file_name(path);
    out.why = "It runs at GitHub now.";
    out.origin = Origin::github;
    out.source = path;
    out.carried = importer::import_workflow(path, text, commits);
    out.deploying = list_deploying(path, out.carried.text);
    return out;
}

Starter carry_jenkinsfile(const std::string& path, const std::string& text) {
    Starter out;
    out.file = to_lower(path);
    std::replace(out.file.begin(), out.file.end(), '.', '-');
    out.file += ".yml";
    out.title = path;
    out.why = "Jenkins runs it now.";
    out.origin = Origin::jenkins;
    out.source = path;
    out.carried = importer::import_jenkinsfile(path.substr(0, path.find('.')), text);
    return out;
}

}  // namespace

std::vector<importer::RemoteAction> list_actions(const Tree& tree) {
    std::set<importer::RemoteAction> out;
    for (const auto& [path, text] : tree.texts) {
        if (!is_github_workflow(path)) continue;
        for (auto& action : importer::find_remote_actions(text)) out.insert(std::move(action));
    }
    return {out.begin(), out.end()};
}

std::vector<Starter> carry_over(
    const Tree& tree, const std::map<std::string, std::string>& commits
) {
    std::vector<Starter> out;
    for (const auto& [path, text] : tree.texts) {
        if (is_github_workflow(path)) out.push_back(carry_workflow(path, text, commits));
        if (is_jenkinsfile(path)) out.push_back(carry_jenkinsfile(path, text));
    }
    return out;
}

}  // namespace triphammer::starter
