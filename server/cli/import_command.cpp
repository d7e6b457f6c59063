#include "app/run_here.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/language_commands.hpp"
#include "git/remote_refs.hpp"
#include "importer/github_workflow.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::cli {

namespace fs = std::filesystem;

namespace {

using nlohmann::json;

constexpr std::uint64_t kMaxBytes = 256U << 10U;
constexpr const char* kLockFile = "actions.lock";

using Commits = std::map<std::string, std::string>;

struct Done {
    std::string source;
    std::string target;
    importer::Imported imported;
};

bool is_jenkinsfile(const fs::path& path, std::string_view text) {
    const auto extension = path.extension();
    if (extension == ".yml" || extension == ".yaml") return false;
    return path.filename().string().starts_with("Jenkinsfile") ||
           text.find("pipeline {") != text.npos || text.find("pipeline{") != text.npos;
}

/// Jenkinsfile → jenkinsfile.yml, Jenkinsfile.release → jenkinsfile-release.yml
std::string target_name(const fs::path& path) {
    const auto extension = path.extension();
    if (extension == ".yml" || extension == ".yaml") return path.filename().string();
    auto name = to_lower(path.filename().string());
    std::replace(name.begin(), name.end(), '.', '-');
    return name + ".yml";
}

/// Lines of "OWNER/NAME@REF COMMIT"; what a file names already is not asked for again.
Commits read_lock(const fs::path& file) {
    Commits out;
    const auto text = read_file(file, kMaxBytes);
    if (!text) return out;
    for (const auto line : split(*text, '\n')) {
        const auto space = line.find(' ');
        if (space != line.npos && !line.starts_with('#'))
            out.emplace(line.substr(0, space), line.substr(space + 1));
    }
    return out;
}

Result<> write_lock(const fs::path& file, const Commits& commits) {
    std::string text =
        "# Remote actions and the commits that they are pinned to (triphammer import)\n";
    for (const auto& [action, commit] : commits) text += action + " " + commit + "\n";
    return replace_file(file, text, 0644);
}

/// A commit that cannot be learned now leaves the line as it is; the complaint says why.
void pin_actions(
    const std::string& github, const std::vector<importer::RemoteAction>& actions, Commits& commits
) {
    SystemSpawner spawner;
    for (const auto& action : actions) {
        if (commits.contains(action.text)) continue;
        const auto url = github + "/" + action.repository + ".git";
        auto commit = app::run_here(git::find_remote_commit(spawner, url, action.ref));
        if (commit) {
            commits.emplace(action.text, std::move(*commit));
        } else {
            complain(with_context(action.text, commit.error()), kFailed);
        }
    }
}

importer::Imported import_text(
    const fs::path& path, const std::string& text, const std::string& github, Commits& commits
) {
    if (is_jenkinsfile(path, text)) return importer::import_jenkinsfile(path.stem().string(), text);
    pin_actions(github, importer::find_remote_actions(text), commits);
    return importer::import_workflow(path.string(), text, commits);
}

Result<> write_imported(const Done& done) {
    if (done.imported.text.empty()) return {};
    const auto there = read_file(done.target, kMaxBytes);
    if (there && *there == done.imported.text) return {};
    if (there)
        return conflict(done.target + " is there already; remove it, or choose another --to");
    return replace_file(done.target, done.imported.text, 0644);
}

bool is_left(const importer::Remark& remark) {
    return remark.kind == importer::Remark::Kind::left;
}

std::string to_text(const Done& done) {
    std::string out;
    for (const auto& remark : done.imported.remarks) {
        out += done.source + ":" + std::to_string(remark.at.first);
        if (remark.at.last > remark.at.first) out += "-" + std::to_string(remark.at.last);
        out += std::string{": "} + (is_left(remark) ? "not carried" : "changed") + ": " +
               remark.message;
        out += remark.remedy.empty() ? "\n" : " (" + remark.remedy + ")\n";
    }
    const auto target = done.imported.text.empty() ? "nothing" : done.target;
    return out + done.source + " -> " + target + ": " + std::to_string(done.imported.carried) +
           " of " + std::to_string(done.imported.lines) + " lines carried\n";
}

json to_entry(const Done& done) {
    auto remarks = json::array();
    for (const auto& remark : done.imported.remarks) {
        remarks.push_back(
            {{"line", remark.at.first},
             {"last_line", remark.at.last},
             {"kind", is_left(remark) ? "left" : "changed"},
             {"message", remark.message},
             {"remedy", remark.remedy}}
        );
    }
    return {
        {"file", done.source},
        {"written", done.imported.text.empty() ? json() : json(done.target)},
        {"lines", done.imported.lines},
        {"carried", done.imported.carried},
        {"remarks", std::move(remarks)},
    };
}

Result<std::vector<Done>> import_all(
    const std::vector<std::string>& files, const fs::path& folder, const std::string& github
) {
    auto commits = read_lock(folder / kLockFile);
    const auto known = commits.size();
    std::vector<Done> out;
    for (const auto& file : files) {
        const auto text = read_file(file, kMaxBytes);
        if (!text) return text.error();
        Done done{file, (folder / target_name(file)).string(), {}};
        done.imported = import_text(file, *text, github, commits);
        if (auto written = write_imported(done); !written) return written.error();
        out.push_back(std::move(done));
    }
    if (commits.size() == known) return out;
    if (auto written = write_lock(folder / kLockFile, commits); !written) return written.error();
    return out;
}

}  // namespace

int import_files(const Invocation& invocation) {
    const auto& files = invocation.arguments.words();
    if (files.empty()) return complain("import needs at least one FILE", kUsage);
    const auto config = load_config(invocation);
    if (!config) return complain(config.error(), kUsage);
    const fs::path folder = invocation.arguments.value("to").value_or(".triphammer");
    std::error_code failure;
    fs::create_directories(folder, failure);
    if (failure) return complain(from_errno("make " + folder.string(), failure.value()), kUsage);
    const auto all = import_all(files, folder, config->github.url);
    if (!all) return complain(all.error(), kUsage);
    auto list = json::array();
    int status = kDone;
    for (const auto& done : *all) {
        const auto& remarks = done.imported.remarks;
        if (std::any_of(remarks.begin(), remarks.end(), is_left)) status = kFailed;
        list.push_back(to_entry(done));
        if (!invocation.arguments.has("json")) print(to_text(done));
    }
    if (invocation.arguments.has("json")) print(list.dump(2) + "\n");
    return status;
}

}  // namespace triphammer::cli
