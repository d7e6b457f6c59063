#include "runner/actions/find.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "runner/session/capture.hpp"
#include "runner/session/source.hpp"
#include "workflow/reader.hpp"

#include <algorithm>

namespace triphammer::runner {

namespace {

/// $1 the folder. The first line of the answer names the file that was found.
constexpr const char* kRead = R"sh(cd -- "$1" 2> /dev/null || exit 3
for file in action.yml action.yaml; do
    if [ -f "$file" ]; then
        printf '%s\n' "$file"
        exec cat -- "$file"
    fi
done
exit 4
)sh";
constexpr int kNoFolder = 3;
constexpr int kNoFile = 4;
constexpr std::size_t kFirstLineBytes = 16;

/// "./a/./b/" → "a/b"
Result<std::string> folder_of(std::string_view uses) {
    std::vector<std::string> parts;
    for (const auto part : split(uses, '/')) {
        if (part.empty() || part == ".") continue;
        if (part == "..") {
            return invalid(
                std::string{uses} + ": a local action is in the workspace; write ./path"
            );
        }
        parts.emplace_back(part);
    }
    return join(parts, "/");
}

Error missing(std::string_view uses, int status) {
    const auto name = std::string{uses};
    if (status == kNoFolder && uses.starts_with('.')) {
        return invalid(
            name +
            " is no folder of the workspace; is there a step before it that checks the "
            "repository out (uses: actions/checkout)?"
        );
    }
    if (status == kNoFolder) return invalid(name + " is no folder of that repository");
    if (status == kNoFile) return invalid(name + " has neither action.yml nor action.yaml");
    return invalid(name + ": its file cannot be read (status " + std::to_string(status) + ")");
}

/// Warnings become remarks, errors the reason.
Result<workflow::Action> read_text(
    const std::string& path, std::string_view text, std::string& remarks
) {
    auto read = workflow::read_action(text);
    std::string errors;
    for (const auto& problem : read.problems) {
        const bool is_error = problem.severity == model::Problem::Severity::error;
        const auto line = workflow::to_line(path, problem);
        if (is_error) errors += (errors.empty() ? "" : "\n") + line;
        if (!is_error) remarks += "##[warning]" + line + "\n";
    }
    if (!read.action) return invalid(errors);
    return std::move(*read.action);
}

/// Reads the file in `found.path`; `folder`: its name for people.
Task<Result<FoundAction>> read_found(
    const ActionCall& call,
    FoundAction found,
    std::string folder,
    execution::StopToken& stop,
    std::string& remarks
) {
    const auto& uses = call.step.uses;
    StepCommand command;
    command.arguments = {"/bin/sh", "-c", kRead, "read", found.path};
    command.environment = {std::string{"PATH="} + kUsualPath};
    command.directory = call.executor.folders().workspace.inside;
    const auto most = workflow::kMaxFileBytes + kFirstLineBytes;
    auto reading = capture(call.executor, std::move(command), most, stop);
    const auto said = co_await std::move(reading);
    if (!said) co_return with_context(uses, said.error());
    if (said->status != 0) co_return missing(uses, said->status);
    const auto line = said->text.find('\n');
    const auto path = (folder.empty() ? "" : folder + "/") + said->text.substr(0, line);
    auto action = read_text(path, std::string_view{said->text}.substr(line + 1), remarks);
    if (!action) co_return action.error();
    found.action = std::move(*action);
    co_return found;
}

struct RemoteName {
    std::string repository;
    std::string path;
    std::string commit;
};

Result<RemoteName> split_name(std::string_view uses) {
    const auto at = uses.find('@');
    const auto name = uses.substr(0, at);
    const auto version = at == std::string_view::npos ? std::string_view{} : uses.substr(at + 1);
    const auto parts = split(name, '/');
    if (parts.size() < 2) return invalid("'" + std::string{uses} + "' names no action");
    if (!is_commit_id(version)) {
        return invalid(
            std::string{uses} +
            ": a tag or branch may be moved by others; an action is named by its "
            "full commit, " +
            std::string{name} + "@ and 40 hex digits"
        );
    }
    RemoteName out;
    out.repository = std::string{parts[0]} + "/" + std::string{parts[1]};
    const auto path = folder_of(name.substr(std::min(out.repository.size() + 1, name.size())));
    if (!path) return path.error();
    out.path = *path;
    out.commit = version;
    return out;
}

}  // namespace

Task<Result<FoundAction>> find_local_action(
    const ActionCall& call, execution::StopToken& stop, std::string& remarks
) {
    auto folder = folder_of(call.step.uses);
    if (!folder) co_return folder.error();
    const auto& workspace = call.executor.folders().workspace.inside;
    FoundAction found;
    found.path = folder->empty() ? workspace : workspace + "/" + *folder;
    auto reading = read_found(call, std::move(found), std::move(*folder), stop, remarks);
    co_return co_await std::move(reading);
}

bool is_of_steps(const FoundAction& found, const ActionLayer* outer, const JobFolders& folders) {
    const bool is_used_by_one = outer != nullptr && outer->is_of_steps;
    return found.repository.empty() || is_used_by_one || folders.in_container;
}

Task<Result<FoundAction>> find_remote_action(
    const ActionCall& call, execution::StopToken& stop, std::string& remarks
) {
    const auto name = split_name(call.step.uses);
    if (!name) co_return name.error();
    auto& session = call.scope.session();
    auto folder = "/" + name->repository + "@" + name->commit;
    std::replace(folder.begin() + 1, folder.end(), '/', '_');
    const auto& place = call.executor.folders().actions;
    if (call.scope.actions().fetched.insert(folder).second) {
        auto made = make_directory(place.outside + folder, 0755);
        if (!made) co_return made.error();
        SourceAsk ask;
        ask.action = name->repository;
        ask.commit = name->commit;
        SourcePlace where;
        where.folder = place.outside + folder;
        where.is_action = true;
        auto fetching = fetch_source(session, call.place.log, std::move(ask), std::move(where));
        const auto fetched = co_await std::move(fetching);
        if (!fetched) call.scope.actions().fetched.erase(folder);
        if (!fetched) co_return with_context(call.step.uses, fetched.error());
    }
    FoundAction found;
    found.path = place.inside + folder + (name->path.empty() ? "" : "/" + name->path);
    found.repository = name->repository;
    found.ref = name->commit;
    auto reading = read_found(call, std::move(found), call.step.uses, stop, remarks);
    co_return co_await std::move(reading);
}

}  // namespace triphammer::runner
