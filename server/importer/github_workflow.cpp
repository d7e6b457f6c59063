#include "importer/github_workflow.hpp"

#include "base/text.hpp"
#include "workflow/reader.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>

namespace triphammer::importer {

namespace {

constexpr std::size_t kCommitDigits = 40;

/// Carried out by the runner itself: their commit is ours.
constexpr std::string_view kOwnActions[] = {
    "actions/checkout",
    "actions/cache",
    "actions/upload-artifact",
    "actions/download-artifact",
    "actions/setup-python",
    "actions/setup-node",
    "actions/setup-go",
    "actions/setup-java",
    "docker/login-action",
    "docker/setup-buildx-action",
    "docker/metadata-action",
    "docker/build-push-action",
    "aws-actions/configure-aws-credentials",
    "aws-actions/amazon-ecr-login",
    "aws-actions/amazon-ecs-render-task-definition",
    "aws-actions/amazon-ecs-deploy-task-definition",
    "hashicorp/setup-terraform",
};

bool is_own(std::string_view repository) {
    const auto* end = std::end(kOwnActions);
    return std::find(std::begin(kOwnActions), end, repository) != end;
}

bool is_commit(std::string_view ref) {
    return ref.size() == kCommitDigits && ref.find_first_not_of("0123456789abcdef") == ref.npos;
}

bool is_name(std::string_view text) {
    const auto fits = [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
    };
    return !text.empty() && text != "." && text != ".." &&
           std::all_of(text.begin(), text.end(), fits);
}

/// What stands behind `uses:` of a line; empty: nothing does.
std::string_view used_in(std::string_view row) {
    auto rest = trim(row);
    if (rest.starts_with("- ")) rest = trim(rest.substr(2));
    if (!rest.starts_with("uses:")) return {};
    rest = trim(rest.substr(5));
    rest = rest.substr(0, rest.find(" #"));
    rest = trim(rest);
    const bool quoted = rest.size() > 2 && (rest.front() == '"' || rest.front() == '\'') &&
                        rest.back() == rest.front();
    return quoted ? rest.substr(1, rest.size() - 2) : rest;
}

std::optional<RemoteAction> parse_action(std::string_view text) {
    const auto at = text.rfind('@');
    if (at == text.npos || text.starts_with(".") || text.starts_with("docker:")) return {};
    const auto parts = split(text.substr(0, at), '/');
    if (parts.size() < 2 || !is_name(parts[0]) || !is_name(parts[1])) return {};
    RemoteAction out;
    out.repository = std::string{parts[0]} + "/" + std::string{parts[1]};
    out.ref = text.substr(at + 1);
    out.text = text;
    if (out.ref.empty() || is_commit(out.ref) || is_own(out.repository)) return {};
    return out;
}

std::set<int> lines_with_errors(const workflow::ReadResult& read) {
    std::set<int> out;
    for (const auto& problem : read.problems) {
        if (problem.severity == model::Problem::Severity::error) out.insert(problem.at.line);
    }
    return out;
}

/// By line.
std::map<int, RemoteAction> actions_of(std::string_view source) {
    std::map<int, RemoteAction> out;
    int line = 0;
    for (const auto row : split(source, '\n')) {
        ++line;
        if (auto action = parse_action(used_in(row))) out.emplace(line, std::move(*action));
    }
    return out;
}

std::string pin(std::string_view row, const RemoteAction& action, const std::string& commit) {
    std::string out{row};
    const auto at = out.find(action.text);
    const auto path = action.text.substr(0, action.text.rfind('@'));
    out.replace(at, action.text.size(), path + "@" + commit);
    if (out.find(" #") == out.npos) out += "  # " + action.ref;
    return out;
}

/// The line stays in the file; somebody has to change it.
std::string remedy_of(const model::Problem& problem) {
    if (!problem.hint.empty()) return problem.hint;
    if (problem.code == "unsupported") {
        return "take it out, or do its work in a run step (docs/workflows.md, Not supported yet)";
    }
    return "change it by hand until 'triphammer lint' is content";
}

bool says_something(std::string_view row) {
    const auto text = trim(row);
    return !text.empty() && !text.starts_with('#');
}

}  // namespace

std::vector<RemoteAction> find_remote_actions(std::string_view source) {
    std::set<RemoteAction> out;
    for (const auto& [line, action] : actions_of(source)) out.insert(action);
    return {out.begin(), out.end()};
}

Imported import_workflow(
    std::string_view path,
    std::string_view source,
    const std::map<std::string, std::string>& commits
) {
    Imported out;
    Remarks remarks;
    const auto actions = actions_of(source);
    std::vector<std::string> rows;
    for (const auto row : split(source, '\n')) {
        rows.emplace_back(row);
        if (says_something(row)) ++out.lines;
        const auto line = static_cast<int>(rows.size());
        const auto action = actions.find(line);
        if (action == actions.end()) continue;
        const auto commit = commits.find(action->second.text);
        if (commit == commits.end()) continue;
        rows.back() = pin(row, action->second, commit->second);
        remarks.changed({line, line}, action->second.text + " is pinned to " + commit->second);
    }
    out.text = join(rows, "\n");
    const auto read = workflow::read_workflow(path, out.text);
    for (const auto& problem : read.problems) {
        if (problem.severity != model::Problem::Severity::error) continue;
        const auto line = problem.at.line;
        remarks.left({line, line}, "lint refuses it: " + problem.message, remedy_of(problem));
    }
    out.carried = out.lines - static_cast<int>(lines_with_errors(read).size());
    out.remarks = remarks.all();
    std::stable_sort(out.remarks.begin(), out.remarks.end(), [](const auto& a, const auto& b) {
        return a.at < b.at;
    });
    return out;
}

}  // namespace triphammer::importer
