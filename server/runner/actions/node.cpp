#include "runner/actions/node.hpp"

#include "base/text.hpp"
#include "runner/actions/use.hpp"
#include "runner/session/capture.hpp"
#include "runner/steps/files.hpp"

namespace triphammer::runner {

namespace {

constexpr std::size_t kMostProbeBytes = 4096;

/// $1 PATH of the place, $2 PATH of the step: what the machine or the image has comes first.
constexpr const char* kProbe = R"sh(for path in "$1" "$2"; do
    PATH=$path
    if found=$(command -v node); then
        printf '%s\n' "$found"
        exec "$found" --version
    fi
done
exit 3
)sh";

Task<Result<NodeProgram>> find_node(
    StepExecutor& executor, const Environment& environment, execution::StopToken& stop
) {
    Environment below;
    below.set("PATH", kUsualPath);
    for (const auto& line : executor.base_environment()) below.set_line(line);
    StepCommand command;
    command.arguments = {
        "/bin/sh", "-c", kProbe, "probe", *below.find("PATH"), *environment.find("PATH")};
    command.environment = environment.lines();
    command.directory = executor.folders().workspace.inside;
    auto asking = capture(executor, std::move(command), kMostProbeBytes, stop);
    const auto said = co_await std::move(asking);
    if (!said) co_return said.error();
    const auto lines = split(trim(said->text), '\n');
    if (said->status != 0 || lines.size() != 2) {
        co_return not_found("there is no program 'node' on PATH");
    }
    co_return NodeProgram{std::string{lines[0]}, std::string{lines[1]}};
}

/// "20" of "node20" and of "v20.11.0"
std::string major_of(std::string_view text) {
    const auto begin = text.find_first_of("0123456789");
    if (begin == std::string_view::npos) return {};
    const auto end = text.find_first_not_of("0123456789", begin);
    return std::string{text.substr(begin, end == std::string_view::npos ? end : end - begin)};
}

class NodeRuntime final : public ActionRuntime {
  public:
    /// `wanted`: "node20"; `path`: the action's folder, as the steps see it.
    NodeRuntime(std::string wanted, std::string path)
        : wanted_{std::move(wanted)}, path_{std::move(path)} {}

    Task<StepResult> run(
        ActionPlace at,
        std::string program,
        execution::ProcessLimits limits,
        execution::StopToken& stop
    ) override {
        const StepFiles files{at.executor.folders().temp, at.place.key};
        if (auto made = files.create(); !made) co_return failed_step(made.error());
        StepProcess process{at.scope, at.executor, at.place};
        const auto environment = at.environment(process, at.use.own);
        auto finding = node_for(at, environment, stop);
        const auto node = co_await std::move(finding);
        if (!node) co_return failed_step(node.error());
        StepCommand command;
        command.arguments = {node->path, path_ + "/" + program};
        command.environment = environment.lines();
        command.directory = at.executor.folders().workspace.inside;
        auto running = process.run(std::move(command), limits, stop);
        co_return co_await std::move(running);
    }

  private:
    /// Asked once in a job.
    Task<Result<NodeProgram>> node_for(
        const ActionPlace& at, const Environment& environment, execution::StopToken& stop
    ) const {
        auto& known = at.scope.actions().node;
        if (!known) {
            auto finding = find_node(at.executor, environment, stop);
            auto found = co_await std::move(finding);
            if (!found && found.error().code != Code::not_found) co_return found.error();
            if (!found) {
                co_return invalid(
                    at.use.name + " needs Node (" + wanted_ + "), and " + found.error().message +
                    " of " + short_place(at.executor) +
                    ": install it there, or choose an image that has it"
                );
            }
            known = std::move(*found);
        }
        auto saying = at.scope.session().log(at.place.log, choice_text(at.use, *known));
        co_await std::move(saying);
        co_return *known;
    }

    std::string choice_text(const ActionUse& use, const NodeProgram& node) const {
        std::string out = "Node " + node.version + " (" + node.path + ") runs " + use.name;
        if (major_of(wanted_) != major_of(node.version)) out += ", which asks for " + wanted_;
        return out + "\n";
    }

    std::string wanted_;
    std::string path_;
};

}  // namespace

Task<StepResult> run_node_action(
    const ActionCall& call,
    const FoundAction& found,
    ActionInputs inputs,
    execution::StopToken& stop
) {
    auto runtime = std::make_shared<NodeRuntime>(found.action.node, found.path);
    auto running = run_programs(call, found, make_use(call, inputs), std::move(runtime), stop);
    co_return co_await std::move(running);
}

}  // namespace triphammer::runner
