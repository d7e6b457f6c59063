#include "intake/definition_files.hpp"

#include <algorithm>

namespace triphammer::intake {

namespace {

constexpr std::size_t kMaxFiles = 256;

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

std::shared_ptr<const workflow::ReadResult> make_missing(const CalledFile& wanted) {
    workflow::ReadResult result;
    model::Problem problem;
    problem.code = "no-file";
    problem.message = "there is no such file at commit " + wanted.commit.substr(0, 12);
    result.problems.push_back(std::move(problem));
    result.name = wanted.name;
    return std::make_shared<const workflow::ReadResult>(std::move(result));
}

}  // namespace

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

Result<plan::WorkflowFile> read_called_file(
    const git::Repository& mirror, DefinitionsCache& cache, const CalledFile& wanted
) {
    const auto slash = wanted.path.rfind('/');
    const auto folder = slash == std::string::npos ? "" : wanted.path.substr(0, slash);
    const auto name = wanted.path.substr(slash == std::string::npos ? 0 : slash + 1);
    const auto entries = mirror.list_folder(wanted.commit, folder);
    if (!entries) return entries.error();
    for (const auto& entry : *entries) {
        if (!entry.is_file || entry.name != name) continue;
        const auto definition = read_file_at(mirror, cache, entry, wanted.name);
        if (!definition) return definition.error();
        return plan::WorkflowFile{wanted.name, entry.id, definition->content};
    }
    return plan::WorkflowFile{wanted.name, "", make_missing(wanted)};
}

}  // namespace triphammer::intake
