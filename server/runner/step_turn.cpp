#include "runner/step_turn.hpp"

#include "base/text.hpp"

namespace triphammer::runner {

namespace expression = workflow::expression;
using model::Cause;
using model::StepState;

namespace {

constexpr std::size_t kLongestName = 200;
/// What hashFiles() says may be in what it is asked.
constexpr int kMostRounds = 10;

std::string first_line(const std::string& text) {
    const auto lines = split(trim(text), '\n');
    return std::string{lines.empty() ? std::string_view{} : trim(lines.front())};
}

}  // namespace

StepTurn::StepTurn(
    StepScope& scope, StepExecutor& executor, const model::Step& step, StepPlace place
)
    : scope_{scope},
      executor_{executor},
      step_{step},
      place_{std::move(place)},
      work_{scope, executor, step, place_},
      contexts_{work_.contexts()} {}

Task<> StepTurn::prepare() {
    if (!executor_.hides_changes()) co_return;
    scope_.session().hide_files();
    work_.set_outside(hashes_);
    for (int round = 0; round < kMostRounds; ++round) {
        contexts_ = work_.contexts();
        if (contexts_) evaluate_all(step_, *contexts_, scope_.status());
        auto asking = hashes_.ask(executor_, scope_.stop());
        if (const bool has_learned = co_await std::move(asking); !has_learned) co_return;
    }
}

std::string StepTurn::name() const {
    auto name = "Run " + (step_.uses.empty() ? first_line(step_.run.text) : step_.uses);
    if (!step_.name.empty()) name = step_.name.text;
    const auto shown =
        contexts_ ? expression::interpolate(name, *contexts_) : Result<std::string>{name};
    // What an expression gives may have several lines.
    return std::string{cut_utf8(first_line(shown ? *shown : name), kLongestName)};
}

Task<StepResult> StepTurn::run() {
    auto running = decide_and_run();
    auto result = co_await std::move(running);
    scope_.settle(step_.id, result, forgives(result));
    co_return result;
}

/// What is wrong with its variables, its own turn says.
Task<StepResult> StepTurn::run_early() {
    if (!contexts_) co_return StepResult{};
    auto running = work_.run_early(scope_.stop());
    auto result = co_await std::move(running);
    if (forgives(result)) result = {};
    co_return result;
}

Task<StepResult> StepTurn::decide_and_run() {
    if (!contexts_) co_return failed_step(Cause::invalid, contexts_.error().message);
    const auto wanted =
        expression::evaluate_condition(step_.condition.text, *contexts_, scope_.status());
    if (!wanted) co_return failed_step(Cause::invalid, "if: " + wanted.error().message);
    if (!*wanted) co_return skipped();
    auto running = work_.run(scope_.stop());
    co_return co_await std::move(running);
}

StepResult StepTurn::skipped() const {
    StepResult out;
    out.state = StepState::skipped;
    out.reason = step_.condition.empty() ? "an earlier step did not succeed"
                                         : "its condition is false: " + step_.condition.text;
    return out;
}

bool StepTurn::forgives(const StepResult& result) const {
    if (!result.is_failure() || step_.continue_on_error.empty() || !contexts_) return false;
    const auto value = expression::evaluate_template(step_.continue_on_error.text, *contexts_);
    return value && value->to_text() == "true";
}

}  // namespace triphammer::runner
