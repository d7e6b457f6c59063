#include "runner/steps_job.hpp"

#include "base/text.hpp"
#include "runner/step_files.hpp"
#include "runner/step_run.hpp"

namespace triphammer::runner {

namespace expression = workflow::expression;
using model::Cause;
using model::JobState;
using model::StepState;

namespace {

constexpr std::size_t kLongestName = 200;

const char* outcome_name(StepState state) {
    switch (state) {
        case StepState::succeeded:
            return "success";
        case StepState::cancelled:
            return "cancelled";
        case StepState::skipped:
            return "skipped";
        default:
            return "failure";
    }
}

bool is_failure(StepState state) {
    return state == StepState::failed || state == StepState::timed_out;
}

std::string first_line(const std::string& text) {
    const auto lines = split(trim(text), '\n');
    return std::string{lines.empty() ? std::string_view{} : trim(lines.front())};
}

class StepsJob {
  public:
    StepsJob(Session& session, StepExecutor& executor) : session_{session}, executor_{executor} {}

    Task<JobOutcome> run() {
        const auto& steps = session_.document().job.steps;
        auto event = write_new_file(
            session_.folders().temp.outside + "/" + kEventFile,
            session_.contexts().event_json(),
            0644
        );
        if (!event) co_return broken(event.error());
        for (std::size_t at = 0; at < steps.size(); ++at) {
            auto one = run_one(static_cast<int>(at) + 1, steps[at]);
            const auto kept = co_await std::move(one);
            if (!kept) co_return broken(kept.error());
        }
        finish();
        co_return std::move(outcome_);
    }

  private:
    /// An error: the journal takes no more.
    Task<Result<>> run_one(int number, const model::Step& step) {
        StepRun work{session_, executor_, step, number};
        const auto contexts = work.contexts();
        protocol::StepBegin begin;
        begin.number = number;
        begin.id = step.id;
        begin.name = name_of(step, contexts);
        auto begun = session_.step_begin(std::move(begin));
        if (auto kept = co_await std::move(begun); !kept) co_return kept;
        auto running = decide_and_run(work, step, contexts);
        auto result = co_await std::move(running);
        settle(step, contexts, result);
        auto ended = session_.step_end(record_of(number, std::move(result)));
        co_return co_await std::move(ended);
    }

    Task<StepResult> decide_and_run(
        StepRun& work, const model::Step& step, const Result<expression::Contexts>& contexts
    ) {
        if (!contexts) co_return failed_step(Cause::invalid, contexts.error().message);
        const auto wanted = expression::evaluate_condition(step.condition.text, *contexts, facts());
        if (!wanted) co_return failed_step(Cause::invalid, "if: " + wanted.error().message);
        if (!*wanted) co_return skipped(step);
        const bool after_stop = session_.stop().requested();
        auto running = work.run(after_stop ? session_.last_stop() : session_.stop());
        co_return co_await std::move(running);
    }

    StepResult skipped(const model::Step& step) const {
        StepResult out;
        out.state = StepState::skipped;
        out.reason = step.condition.empty() ? "an earlier step did not succeed"
                                            : "its condition is false: " + step.condition.text;
        return out;
    }

    expression::StatusFacts facts() const {
        expression::StatusFacts out;
        out.cancelled = session_.stop().requested();
        out.failure = failed_ && !out.cancelled;
        out.success = !failed_ && !out.cancelled;
        return out;
    }

    /// What later steps see of it, and what it means for the job.
    void settle(
        const model::Step& step,
        const Result<expression::Contexts>& contexts,
        const StepResult& result
    ) {
        const bool failure = is_failure(result.state);
        const bool forgiven = failure && contexts && may_fail(step, *contexts);
        StepFacts facts_of;
        facts_of.outcome = outcome_name(result.state);
        facts_of.conclusion = forgiven ? "success" : facts_of.outcome;
        facts_of.outputs = result.outputs;
        session_.contexts().set_step(step.id, facts_of);
        if (failure && !forgiven && !failed_) {
            failed_ = true;
            outcome_.cause = result.cause;
            outcome_.reason = result.reason;
        }
        const bool cancelled = session_.stop().requested();
        session_.contexts().set_job_status(
            cancelled ? "cancelled"
            : failed_ ? "failure"
                      : "success"
        );
    }

    bool may_fail(const model::Step& step, const expression::Contexts& contexts) const {
        if (step.continue_on_error.empty()) return false;
        const auto value = expression::evaluate_template(step.continue_on_error.text, contexts);
        return value && value->to_text() == "true";
    }

    std::string name_of(const model::Step& step, const Result<expression::Contexts>& contexts)
        const {
        std::string name = step.uses.empty() ? "Run " + first_line(step.run.text) : step.uses;
        if (!step.name.empty()) name = step.name.text;
        auto shown =
            contexts ? expression::interpolate(name, *contexts) : Result<std::string>{name};
        return std::string{cut_utf8(shown ? *shown : name, kLongestName)};
    }

    static protocol::StepEnd record_of(int number, StepResult result) {
        protocol::StepEnd out;
        out.number = number;
        out.state = result.state;
        out.cause = result.cause;
        out.exit_status = result.exit_status;
        out.reason = std::move(result.reason);
        out.outputs = std::move(result.outputs);
        out.annotations = std::move(result.annotations);
        return out;
    }

    void finish() {
        if (session_.stop().requested()) {
            outcome_ = stopped_outcome(session_);
        } else if (failed_) {
            outcome_.state = JobState::failed;
        }
        for (const auto& [name, text] : session_.document().job.outputs) {
            const auto value = session_.evaluate(text);
            if (value && !value->empty()) outcome_.outputs[name] = *value;
        }
    }

    static JobOutcome broken(const Error& error) {
        JobOutcome out;
        out.state = JobState::failed;
        out.cause = error.code == Code::disk_full ? Cause::disk_full : Cause::infrastructure;
        out.reason = error.message;
        return out;
    }

    Session& session_;
    StepExecutor& executor_;
    bool failed_ = false;
    JobOutcome outcome_;
};

}  // namespace

JobOutcome stopped_outcome(const Session& session) {
    JobOutcome out;
    out.cause = session.cancel_cause();
    out.reason = session.stop_reason();
    out.state = out.cause == Cause::none      ? JobState::cancelled
                : out.cause == Cause::timeout ? JobState::timed_out
                                              : JobState::failed;
    return out;
}

Task<JobOutcome> run_steps_job(Session& session, StepExecutor& executor) {
    StepsJob job{session, executor};
    auto running = job.run();
    co_return co_await std::move(running);
}

}  // namespace triphammer::runner
