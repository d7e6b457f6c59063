#include "runner/steps_job.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "runner/actions/reports.hpp"
#include "runner/background_steps.hpp"
#include "runner/early_actions.hpp"
#include "runner/session/renew_token.hpp"
#include "runner/steps/files.hpp"

#include <boost/asio/this_coro.hpp>

namespace triphammer::runner {

namespace expression = workflow::expression;
using model::Cause;
using model::JobState;

namespace {

/// Of a job's outputs, two bytes for each code unit of UTF-16. Source: GitHub's page "Workflow
/// syntax", jobs.<job_id>.outputs.
constexpr std::size_t kMostOutputBytes = std::size_t{1} << 20U;

std::size_t utf16_bytes(std::string_view text) {
    std::size_t units = 0;
    for (const unsigned char c : text) {
        if ((c & 0xC0U) != 0x80U) ++units;
        if (c >= 0xF0U) ++units;
    }
    return 2 * units;
}

void limit_outputs(JobOutcome& outcome) {
    std::size_t sum = 0;
    for (const auto& [name, value] : outcome.outputs) sum += utf16_bytes(name) + utf16_bytes(value);
    if (sum <= kMostOutputBytes) return;
    outcome.outputs.clear();
    if (outcome.state != JobState::succeeded) return;
    outcome.state = JobState::failed;
    outcome.cause = Cause::invalid;
    outcome.reason = "the job's outputs are larger than 1 MB, two bytes for each character";
}

class StepsJob {
  public:
    StepsJob(Session& session, StepExecutor& executor, Executor loop)
        : session_{session},
          executor_{executor},
          scope_{session},
          background_{scope_, executor, loop} {}

    Task<JobOutcome> run() {
        if (auto written = write_job_files(); !written) co_return broken(written.error());
        const int early = has_early_actions(session_.document().job.steps) ? 1 : 0;
        const auto steps = list_steps(session_.document().job.steps, early);
        if (early > 0) {
            auto setting_up = set_up_actions();
            if (const auto done = co_await std::move(setting_up); !done) {
                co_return broken(done.error());
            }
        }
        auto running = run_all(steps);
        auto kept = co_await std::move(running);
        auto finishing = background_.finish();
        const auto rest = co_await std::move(finishing);
        if (kept && !rest) kept = rest.error();
        if (!kept) co_return broken(kept.error());
        scope_.settle("", *rest, false);
        auto number = early + static_cast<int>(steps.size());
        // What a cancelled job's steps have left is worth as much; not where nothing may run.
        if (has_reports(session_.document().job) && !session_.last_stop().requested()) {
            auto collecting = collect_reports(session_, executor_, ++number);
            if (const auto done = co_await std::move(collecting); !done) {
                co_return broken(done.error());
            }
        }
        auto last = run_posts(number);
        if (const auto done = co_await std::move(last); !done) co_return broken(done.error());
        co_return outcome();
    }

  private:
    Result<> write_job_files() const {
        const auto& temp = session_.folders().temp.outside;
        if (auto made = make_directory(temp + "/" + kToolsFolder, 0777); !made) return made;
        return write_new_file(temp + "/" + kEventFile, session_.contexts().event_json(), 0644);
    }

    /// A step of its own, before the others.
    Task<Result<>> set_up_actions() {
        constexpr int kNumber = 1;
        auto begun = begin(kNumber, "", "Set up actions");
        if (auto kept = co_await std::move(begun); !kept) co_return kept;
        auto running = run_early_actions(scope_, executor_, kNumber);
        auto result = co_await std::move(running);
        scope_.settle("", result, false);
        if (result.is_failure()) {
            auto said = session_.log(kNumber, "##[error]" + result.reason + "\n");
            co_await std::move(said);
        }
        auto ended = session_.step_end(end_record(kNumber, std::move(result)));
        co_return co_await std::move(ended);
    }

    /// An error: the journal takes no more.
    Task<Result<>> run_all(const std::vector<ListedStep>& steps) {
        for (const auto& listed : steps) {
            auto renewing = renew_token(session_);
            co_await std::move(renewing);
            if (listed.in_group || listed.step->background) {
                background_.start(listed);
                continue;
            }
            auto one = is_waiting(*listed.step) ? wait(listed) : run_one(listed);
            if (auto kept = co_await std::move(one); !kept) co_return kept;
        }
        co_return Result<>{};
    }

    static bool is_waiting(const model::Step& step) {
        return !step.wait.empty() || step.wait_all || !step.cancel.empty() ||
               !step.parallel.empty();
    }

    Task<Result<>> run_one(ListedStep listed) {
        StepTurn turn{
            scope_,
            executor_,
            *listed.step,
            StepPlace{listed.number, std::to_string(listed.number)}};
        auto preparing = turn.prepare();
        co_await std::move(preparing);
        auto begun = begin(listed.number, listed.step->id, turn.name());
        if (auto kept = co_await std::move(begun); !kept) co_return kept;
        auto running = turn.run();
        auto result = co_await std::move(running);
        auto ended = session_.step_end(end_record(listed.number, std::move(result)));
        co_return co_await std::move(ended);
    }

    /// What actions left for the end, the last one first; numbered from behind `number`.
    Task<Result<>> run_posts(int number) {
        auto& posts = scope_.actions().posts;
        while (!posts.empty()) {
            const auto post = std::move(posts.back());
            posts.pop_back();
            auto renewing = renew_token(session_);
            co_await std::move(renewing);
            auto one = run_post(++number, *post);
            if (auto kept = co_await std::move(one); !kept) co_return kept;
        }
        co_return Result<>{};
    }

    Task<Result<>> run_post(int number, PostStep& post) {
        auto begun = begin(number, "", post.name());
        if (auto kept = co_await std::move(begun); !kept) co_return kept;
        const StepPlace place{number, std::to_string(number)};
        auto running = run_post_step(scope_, executor_, post, place);
        auto result = co_await std::move(running);
        auto ended = session_.step_end(end_record(number, std::move(result)));
        co_return co_await std::move(ended);
    }

    /// Always runs, whatever failed before.
    Task<Result<>> wait(ListedStep listed) {
        const auto& step = *listed.step;
        const StepTurn turn{scope_, executor_, step, StepPlace{listed.number, ""}};
        auto begun =
            begin(listed.number, step.id, step.name.empty() ? waiting_name(step) : turn.name());
        if (auto kept = co_await std::move(begun); !kept) co_return kept;
        auto waiting = wait_for(step);
        auto result = co_await std::move(waiting);
        if (!result) co_return result.error();
        scope_.settle(step.id, *result, turn.forgives(*result));
        if (result->is_failure()) {
            auto said = session_.log(listed.number, "##[error]" + result->reason + "\n");
            co_await std::move(said);
        }
        auto ended = session_.step_end(end_record(listed.number, std::move(*result)));
        co_return co_await std::move(ended);
    }

    Task<Result<StepResult>> wait_for(const model::Step& step) {
        if (!step.cancel.empty()) return background_.cancel(step.cancel);
        if (!step.parallel.empty()) return background_.wait_for_group(step.parallel);
        return background_.wait_for(step.wait);
    }

    static std::string waiting_name(const model::Step& step) {
        if (!step.cancel.empty()) return "Cancel " + step.cancel;
        if (!step.parallel.empty()) return "Wait for the steps beside each other";
        return step.wait_all ? "Wait for all background steps"
                             : "Wait for " + join(step.wait, ", ");
    }

    Task<Result<>> begin(int number, const std::string& id, std::string name) {
        protocol::StepBegin begin;
        begin.number = number;
        begin.id = id;
        begin.name = std::move(name);
        return session_.step_begin(std::move(begin));
    }

    JobOutcome outcome() const {
        JobOutcome out;
        if (session_.is_stopped()) {
            out = stopped_outcome(session_);
        } else if (const auto& failure = scope_.failure()) {
            out.state = JobState::failed;
            out.cause = failure->cause;
            out.reason = failure->reason;
            out.exit_status = failure->exit_status;
        }
        const auto contexts = scope_.contexts();
        for (const auto& [name, text] : session_.document().job.outputs) {
            const auto value = expression::interpolate(text.text, contexts);
            if (value && !value->empty()) out.outputs[name] = *value;
        }
        limit_outputs(out);
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
    BackgroundSteps background_;
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
    StepsJob job{session, executor, co_await boost::asio::this_coro::executor};
    auto running = job.run();
    co_return co_await std::move(running);
}

}  // namespace triphammer::runner
