#include "runner/steps/asked_hashes.hpp"

#include "base/text.hpp"
#include "runner/session/capture.hpp"
#include "runner/session/hash_files.hpp"
#include "runner/session/own_program.hpp"

#include <utility>

namespace triphammer::runner {

namespace expression = workflow::expression;

namespace {

/// A digest, or a sentence.
constexpr std::size_t kMostBytes = 16U << 10U;

Task<Result<std::string>> hash_where_steps_run(
    StepExecutor& executor, std::vector<std::string> patterns, execution::StopToken& stop
) {
    patterns.insert(patterns.begin(), {"hash-files", executor.folders().workspace.inside});
    auto command = make_own_command(executor, std::move(patterns));
    if (!command) co_return command.error();
    auto running = capture(executor, std::move(*command), kMostBytes, stop, kLongCapture);
    const auto said = co_await std::move(running);
    if (!said) co_return with_context("hashFiles", said.error());
    const std::string text{trim(said->text)};
    if (said->status != 0) co_return invalid(text.empty() ? "hashFiles did not end well" : text);
    co_return text;
}

}  // namespace

Result<std::string> AskedHashes::hash_files(const std::vector<std::string>& patterns) {
    const auto found = known_.find(patterns);
    if (found != known_.end()) return found->second;
    if (is_complete_) return files_are_hidden();
    missing_.insert(patterns);
    return std::string{};
}

Task<bool> AskedHashes::ask(StepExecutor& executor, execution::StopToken& stop) {
    const auto wanted = std::exchange(missing_, {});
    for (const auto& patterns : wanted) {
        auto asking = hash_where_steps_run(executor, patterns, stop);
        auto answer = co_await std::move(asking);
        known_.emplace(patterns, std::move(answer));
    }
    is_complete_ = wanted.empty();
    co_return !is_complete_;
}

void evaluate_all(
    const model::Step& step,
    const expression::Contexts& contexts,
    const expression::StatusFacts& status
) {
    (void)expression::evaluate_condition(step.condition.text, contexts, status);
    for (const auto* text :
         {&step.name,
          &step.run,
          &step.shell,
          &step.working_directory,
          &step.continue_on_error,
          &step.timeout_minutes}) {
        (void)expression::interpolate(text->text, contexts);
    }
    for (const auto& [name, value] : step.with) (void)expression::interpolate(value.text, contexts);
}

}  // namespace triphammer::runner
