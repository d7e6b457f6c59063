#include "runner/action_find.hpp"

#include "base/text.hpp"
#include "runner/capture.hpp"
#include "workflow/reader.hpp"

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
    if (status == kNoFolder) {
        return invalid(
            name +
            " is no folder of the workspace; is there a step before it that checks the "
            "repository out (uses: actions/checkout)?"
        );
    }
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

}  // namespace

Task<Result<FoundAction>> find_action(
    const ActionCall& call, execution::StopToken& stop, std::string& remarks
) {
    const auto& uses = call.step.uses;
    const auto folder = folder_of(uses);
    if (!folder) co_return folder.error();
    const auto& workspace = call.executor.folders().workspace.inside;
    FoundAction found;
    found.path = folder->empty() ? workspace : workspace + "/" + *folder;
    StepCommand command;
    command.arguments = {"/bin/sh", "-c", kRead, "read", found.path};
    command.environment = {std::string{"PATH="} + kUsualPath};
    command.directory = workspace;
    const auto most = workflow::kMaxFileBytes + kFirstLineBytes;
    auto reading = capture(call.executor, std::move(command), most, stop);
    const auto said = co_await std::move(reading);
    if (!said) co_return with_context(uses, said.error());
    if (said->status != 0) co_return missing(uses, said->status);
    const auto line = said->text.find('\n');
    const auto path = (folder->empty() ? "" : *folder + "/") + said->text.substr(0, line);
    auto action = read_text(path, std::string_view{said->text}.substr(line + 1), remarks);
    if (!action) co_return action.error();
    found.action = std::move(*action);
    co_return found;
}

}  // namespace triphammer::runner
