#include "runner/actions/node.hpp"

#include "base/text.hpp"
#include "runner/actions/name.hpp"
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

/// What the programs of one use of an action share.
struct NodeUse {
    std::string name;  // the step's `uses`
    std::string wanted;
    std::string action;  // GITHUB_ACTION
    std::string path;
    Environment own;  // the step's variables over the job's
    Environment extra;
    protocol::Outputs states;
};

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

std::string choice_text(const NodeUse& use, const NodeProgram& node) {
    std::string out = "Node " + node.version + " (" + node.path + ") runs " + use.name;
    if (major_of(use.wanted) != major_of(node.version)) out += ", which asks for " + use.wanted;
    return out + "\n";
}

class NodeRun {
  public:
    NodeRun(StepScope& scope, StepExecutor& executor, const StepPlace& place)
        : scope_{scope}, executor_{executor}, place_{place} {}

    Task<StepResult> run(
        const NodeUse& use,
        std::string program,
        execution::ProcessLimits limits,
        execution::StopToken& stop
    ) {
        const StepFiles files{executor_.folders().temp, place_.key};
        if (auto made = files.create(); !made) co_return failed_step(made.error());
        StepProcess process{scope_, executor_, place_};
        auto environment = process.environment(use.own, use.action);
        environment.put_over(use.extra);
        for (const auto& [name, value] : use.states) environment.set("STATE_" + name, value);
        auto finding = node_for(use, environment, stop);
        const auto node = co_await std::move(finding);
        if (!node) co_return failed_step(node.error());
        StepCommand command;
        command.arguments = {node->path, use.path + "/" + program};
        command.environment = environment.lines();
        command.directory = executor_.folders().workspace.inside;
        auto running = process.run(std::move(command), limits, stop);
        co_return co_await std::move(running);
    }

  private:
    /// Asked once in a job.
    Task<Result<NodeProgram>> node_for(
        const NodeUse& use, const Environment& environment, execution::StopToken& stop
    ) {
        auto& known = scope_.actions().node;
        if (!known) {
            auto finding = find_node(executor_, environment, stop);
            auto found = co_await std::move(finding);
            if (!found && found.error().code != Code::not_found) co_return found.error();
            if (!found) {
                co_return invalid(
                    use.name + " needs Node (" + use.wanted + "), and " + found.error().message +
                    " of " + executor_.description() +
                    ": install it there, or choose an image that has it"
                );
            }
            known = std::move(*found);
        }
        auto saying = scope_.session().log(place_.log, choice_text(use, *known));
        co_await std::move(saying);
        co_return *known;
    }

    StepScope& scope_;
    StepExecutor& executor_;
    const StepPlace& place_;
};

class NodePost final : public PostStep {
  public:
    NodePost(NodeUse use, workflow::ActionHook hook)
        : use_{std::move(use)}, hook_{std::move(hook)} {}

    std::string name() const override { return "Post " + use_.name; }

    const std::string& condition() const override { return hook_.condition.text; }

    void add_states(const protocol::Outputs& states) {
        for (const auto& [name, value] : states) use_.states[name] = value;
    }

    /// What steps set meanwhile counts, under what the step itself had.
    Task<StepResult> run(
        StepScope& job, StepExecutor& executor, const StepPlace& place, execution::StopToken& stop
    ) override {
        auto own = job.environment();
        own.put_over(use_.own);
        use_.own = std::move(own);
        execution::ProcessLimits limits;
        limits.grace = std::chrono::seconds{job.session().document().grace_seconds};
        NodeRun node{job, executor, place};
        auto running = node.run(use_, hook_.program, limits, stop);
        co_return co_await std::move(running);
    }

  private:
    NodeUse use_;
    workflow::ActionHook hook_;
};

Result<bool> wants_pre(const ActionCall& call, const FoundAction& found) {
    if (found.repository.empty() || found.action.pre.program.empty()) return false;
    const auto& condition = found.action.pre.condition.text;
    return workflow::expression::evaluate_condition(
        condition.empty() ? "always()" : condition, call.contexts, call.scope.status()
    );
}

/// `pre`, here with its step and not before the first one, and the main program.
Task<StepResult> run_programs(
    const ActionCall& call, const FoundAction& found, NodeUse use, execution::StopToken& stop
) {
    NodeRun node{call.scope, call.executor, call.place};
    const auto wanted = wants_pre(call, found);
    if (!wanted) co_return failed_step(with_context("pre-if", wanted.error()));
    if (*wanted) {
        auto before = node.run(use, found.action.pre.program, call.limits, stop);
        const auto result = co_await std::move(before);
        if (result.state != model::StepState::succeeded) co_return result;
        use.states = result.states;
    }
    auto running = node.run(use, found.action.main, call.limits, stop);
    auto result = co_await std::move(running);
    result.states.insert(use.states.begin(), use.states.end());
    co_return result;
}

}  // namespace

Task<StepResult> run_node_action(
    const ActionCall& call,
    const FoundAction& found,
    ActionInputs inputs,
    execution::StopToken& stop
) {
    NodeUse use;
    use.name = call.step.uses;
    use.wanted = found.action.node;
    use.action = action_name(call.scope.session().document().job.steps, call.step);
    use.path = found.path;
    use.own = call.environment;
    put_inputs(inputs, use.extra);
    if (!found.repository.empty()) {
        use.extra.set("GITHUB_ACTION_REPOSITORY", found.repository);
        use.extra.set("GITHUB_ACTION_REF", found.ref);
    }
    auto& posts = call.scope.actions().posts;
    NodePost* post = nullptr;
    if (!found.action.post.program.empty()) {
        auto made = std::make_unique<NodePost>(use, found.action.post);
        post = made.get();
        posts.push_back(std::move(made));
    }
    auto running = run_programs(call, found, std::move(use), stop);
    auto result = co_await std::move(running);
    if (post != nullptr) post->add_states(result.states);
    co_return result;
}

}  // namespace triphammer::runner
