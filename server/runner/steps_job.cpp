#include "runner/steps_job.hpp"

#include "runner/step_files.hpp"
#include "runner/step_turn.hpp"

namespace triphammer::runner {

namespace expression = workflow::expression;
using model::Cause;
using model::JobState;

namespace {

class StepsJob {
  public:
    StepsJob(Session& session, StepExecutor& executor)
        : session_{session}, executor_{executor}, scope_{session} {}

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
        auto last = run_posts(static_cast<int>(steps.size()));
        if (const auto kept = co_await std::move(last); !kept) co_return broken(kept.error());
        co_return outcome();
    }

  private:
    /// An error: the journal takes no more.
    Task<Result<>> run_one(int number, const model::Step& step) {
        StepTurn turn{scope_, executor_, step, StepPlace{number, std::to_string(number)}};
        protocol::StepBegin begin;
        begin.number = number;
        begin.id = step.id;
        begin.name = turn.name();
        auto begun = session_.step_begin(std::move(begin));
        if (auto kept = co_await std::move(begun); !kept) co_return kept;
        auto running = turn.run();
        auto result = co_await std::move(running);
        auto ended = session_.step_end(record_of(number, std::move(result)));
        co_return co_await std::move(ended);
    }

    /// What actions left for the end, the last one first; numbered behind the job's own steps.
    Task<Result<>> run_posts(int number) {
        auto& posts = scope_.actions().posts;
        while (!posts.empty()) {
            const auto post = std::move(posts.back());
            posts.pop_back();
            auto one = run_post(++number, *post);
            if (auto kept = co_await std::move(one); !kept) co_return kept;
        }
        co_return Result<>{};
    }

    Task<Result<>> run_post(int number, PostStep& post) {
        protocol::StepBegin begin;
        begin.number = number;
        begin.name = post.name();
        auto begun = session_.step_begin(std::move(begin));
        if (auto kept = co_await std::move(begun); !kept) co_return kept;
        const StepPlace place{number, std::to_string(number)};
        auto running = run_post_step(scope_, executor_, post, place);
        auto result = co_await std::move(running);
        auto ended = session_.step_end(record_of(number, std::move(result)));
        co_return co_await std::move(ended);
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

    JobOutcome outcome() const {
        JobOutcome out;
        if (session_.is_stopped()) {
            out = stopped_outcome(session_);
        } else if (const auto& failure = scope_.failure()) {
            out.state = JobState::failed;
            out.cause = failure->cause;
            out.reason = failure->reason;
        }
        const auto contexts = scope_.contexts();
        for (const auto& [name, text] : session_.document().job.outputs) {
            const auto value = expression::interpolate(text.text, contexts);
            if (value && !value->empty()) out.outputs[name] = *value;
        }
        return out;
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
    StepScope scope_;
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
