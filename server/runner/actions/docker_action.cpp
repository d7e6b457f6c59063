#include "runner/actions/docker_action.hpp"

#include "base/shell_words.hpp"
#include "runner/actions/action_container.hpp"
#include "runner/actions/action_image.hpp"
#include "runner/actions/find.hpp"
#include "runner/actions/use.hpp"
#include "runner/steps/files.hpp"

#include <filesystem>
#include <optional>

namespace triphammer::runner {

namespace expression = workflow::expression;

namespace {

constexpr std::string_view kScheme = "docker://";

/// What a use says of the container of its main program.
struct MainWords {
    std::string entrypoint;  // of `with`: before the file's
    std::vector<std::string> arguments;
};

class DockerRuntime final : public ActionRuntime {
  public:
    /// `image`: docker://IMAGE, or the Dockerfile's path as the steps see it. `named_by`: who
    /// chose it.
    DockerRuntime(std::string image, MainWords words, std::string main, ImageNamedBy named_by)
        : image_{std::move(image)},
          words_{std::move(words)},
          main_{std::move(main)},
          named_by_{named_by} {}

    Task<StepResult> run(
        ActionPlace at,
        std::string program,
        execution::ProcessLimits limits,
        execution::StopToken& stop
    ) override {
        const StepFiles files{at.executor.folders().temp, at.place.key};
        if (auto made = files.create(); !made) co_return failed_step(made.error());
        EnginePlace place{at.scope.session()};
        auto connecting = place.connect();
        auto done = co_await std::move(connecting);
        if (!done) co_return failed_step(done.error());
        auto getting = get_image(at, place.engine(), stop);
        done = co_await std::move(getting);
        if (!done) co_return failed_step(done.error());
        ActionContainer container{
            {at.scope.session(), at.executor, place, at.place.key}, words_of(program)};
        StepProcess process{at.scope, container, at.place};
        StepCommand command;
        command.environment = at.environment(process, at.use.own).lines();
        auto running = process.run(std::move(command), limits, stop);
        co_return co_await std::move(running);
    }

  private:
    /// Once for all programs of a use.
    Task<Result<>> get_image(
        const ActionPlace& at, docker::Engine& engine, execution::StopToken& stop
    ) {
        if (known_) co_return Result<>{};
        const bool is_named = image_.starts_with(kScheme);
        auto getting =
            is_named ? pull_action_image(at, engine, image_.substr(kScheme.size()), named_by_, stop)
                     : build_action_image(at, engine, image_, stop);
        auto image = co_await std::move(getting);
        if (!image) co_return image.error();
        known_ = std::move(*image);
        co_return Result<>{};
    }

    /// Arguments are the main program's alone.
    ActionProgram words_of(const std::string& program) const {
        ActionProgram out;
        out.image = *known_;
        out.entrypoint = program;
        if (program != main_) return out;
        if (!words_.entrypoint.empty()) out.entrypoint = words_.entrypoint;
        out.arguments = words_.arguments;
        return out;
    }

    std::string image_;
    MainWords words_;
    std::string main_;  // the main program, as the action's file names it
    ImageNamedBy named_by_;
    std::optional<docker::ImageInfo> known_;
};

/// The file's `args` over those of `with`, as GitHub's runner has it.
Result<MainWords> main_words(
    const std::vector<model::Template>& arguments,
    const expression::Contexts& contexts,
    const ActionInputs& inputs
) {
    MainWords out;
    out.entrypoint = input_text(inputs, "entrypoint");
    for (const auto& argument : arguments) {
        auto text = expression::interpolate(argument.text, contexts);
        if (!text) return with_context("runs.args", text.error());
        out.arguments.push_back(std::move(*text));
    }
    if (!arguments.empty()) return out;
    auto words = split_words(input_text(inputs, "args"));
    if (!words) return with_context("with.args", words.error());
    out.arguments = std::move(*words);
    return out;
}

/// The action's own variables, under those that the workflow gives.
Result<Environment> environment_of(
    const workflow::Action& action, const expression::Contexts& contexts, const ActionUse& use
) {
    Environment out;
    if (auto added = out.add(action.env, contexts); !added) {
        return with_context("runs.env", added.error());
    }
    out.put_over(use.own);
    return out;
}

/// What the steps of a fork's run decide is the fork's; the workflow itself is the base's.
ImageNamedBy namer_of(const ActionCall& call, bool by_steps) {
    const bool from_fork = call.scope.session().document().from_fork;
    return from_fork && by_steps ? ImageNamedBy::stranger : ImageNamedBy::owner;
}

std::string image_of(const FoundAction& found) {
    const auto& image = found.action.image;
    if (image.starts_with(kScheme)) return image;
    return (std::filesystem::path{found.path} / image).lexically_normal().string();
}

}  // namespace

Task<StepResult> run_docker_action(
    const ActionCall& call,
    const FoundAction& found,
    ActionInputs inputs,
    execution::StopToken& stop
) {
    auto contexts = call.contexts;
    contexts.set("inputs", expression::Value::object(inputs));
    auto words = main_words(found.action.arguments, contexts, inputs);
    if (!words) co_return failed_step(words.error());
    auto use = make_use(call, inputs);
    auto own = environment_of(found.action, contexts, use);
    if (!own) co_return failed_step(own.error());
    use.own = std::move(*own);
    auto runtime = std::make_shared<DockerRuntime>(
        image_of(found),
        std::move(*words),
        found.action.main,
        namer_of(call, is_of_steps(found, call.scope.layer(), call.executor.folders()))
    );
    auto running = run_programs(call, found, std::move(use), std::move(runtime), stop);
    co_return co_await std::move(running);
}

Task<StepResult> run_image_step(const ActionCall& call, execution::StopToken& stop) {
    const auto inputs = evaluate_with(call);
    if (!inputs) co_return failed_step(inputs.error());
    auto words = main_words({}, call.contexts, *inputs);
    if (!words) co_return failed_step(words.error());
    const FoundAction nothing;
    const auto* layer = call.scope.layer();
    const bool by_steps = layer != nullptr && layer->is_of_steps;
    auto runtime = std::make_shared<DockerRuntime>(
        call.step.uses, std::move(*words), "", namer_of(call, by_steps)
    );
    auto running = run_programs(call, nothing, make_use(call, *inputs), std::move(runtime), stop);
    co_return co_await std::move(running);
}

}  // namespace triphammer::runner
