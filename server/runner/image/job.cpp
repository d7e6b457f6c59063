// `image:` build → push → the digest as the registry has it. Three steps on the run page.
#include "runner/image/job.hpp"

#include "runner/image/work.hpp"
#include "runner/session/job_session.hpp"

#include <array>
#include <optional>
#include <utility>

namespace triphammer::runner {

namespace {

struct Stage {
    int number;
    const char* name;
};

constexpr Stage kSource{1, "Check out"};
constexpr Stage kBuild{2, "Build"};
constexpr Stage kPush{3, "Push"};
constexpr std::array kStages{kSource, kBuild, kPush};

class ImageJob {
  public:
    explicit ImageJob(JobSession& session) : session_{session} {}

    Task<JobOutcome> run() {
        for (const auto& stage : kStages) {
            if (stage.number == kPush.number && !work_->plan().push) break;
            auto running = run_stage(stage);
            auto failed = co_await std::move(running);
            if (failed) co_return std::move(*failed);
        }
        JobOutcome outcome;
        outcome.outputs = work_->outputs();
        co_return outcome;
    }

  private:
    Task<ImageResult> work_of(int stage) {
        if (stage == kSource.number) return fetch();
        return stage == kBuild.number ? work_->build(stage) : work_->push(stage);
    }

    Task<std::optional<JobOutcome>> run_stage(Stage stage);
    Task<ImageResult> fetch();
    JobOutcome outcome_of(const ImageFailure& failure) const;

    JobSession& session_;
    std::optional<ImageWork> work_;
};

model::JobState state_of(model::Cause cause) {
    return cause == model::Cause::timeout ? model::JobState::timed_out : model::JobState::failed;
}

JobOutcome ImageJob::outcome_of(const ImageFailure& failure) const {
    JobOutcome outcome;
    outcome.state = state_of(failure.cause);
    outcome.cause = failure.cause;
    outcome.reason = failure.sentence;
    if (session_.stop().requested()) {
        outcome.state = model::JobState::cancelled;
        outcome.cause = model::Cause::none;
        outcome.reason = session_.stop().why();
    }
    return outcome;
}

ImageResult plain_failure(const Error& error) {
    return explain_refusal(error, "");
}

protocol::StepEnd end_of(Stage stage, const JobOutcome& outcome, int exit_status) {
    protocol::StepEnd end;
    end.number = stage.number;
    end.cause = outcome.cause;
    end.reason = outcome.reason;
    if (exit_status != 0) end.exit_status = exit_status;
    if (outcome.state == model::JobState::failed) end.state = model::StepState::failed;
    if (outcome.state == model::JobState::timed_out) end.state = model::StepState::timed_out;
    if (outcome.state == model::JobState::cancelled) end.state = model::StepState::cancelled;
    return end;
}

/// Nothing: go on with the next one.
Task<std::optional<JobOutcome>> ImageJob::run_stage(Stage stage) {
    protocol::StepBegin begin;
    begin.number = stage.number;
    begin.name = stage.name;
    auto beginning = session_.step_begin(std::move(begin));
    auto begun = co_await std::move(beginning);
    if (!begun) co_return outcome_of(*plain_failure(begun.error()));
    auto working = work_of(stage.number);
    auto failure = co_await std::move(working);
    JobOutcome outcome;
    if (failure) outcome = outcome_of(*failure);
    if (failure) {
        auto telling = session_.log(stage.number, "\n" + outcome.reason + "\n");
        co_await std::move(telling);
    }
    auto ending = session_.step_end(end_of(stage, outcome, failure ? failure->exit_status : 0));
    auto ended = co_await std::move(ending);
    if (!ended) co_return outcome_of(*plain_failure(ended.error()));
    if (failure) co_return outcome;
    co_return std::nullopt;
}

Task<ImageResult> ImageJob::fetch() {
    auto fetching = session_.fetch_source(kSource.number);
    auto fetched = co_await std::move(fetching);
    if (!fetched) co_return plain_failure(fetched.error());
    const Evaluate evaluate = [this](const model::Template& value) {
        return session_.evaluate(value);
    };
    auto plan =
        make_image_plan(session_.document(), session_.folders().workspace.outside, evaluate);
    if (!plan) co_return plain_failure(plan.error());
    work_.emplace(session_, std::move(*plan));
    co_return ImageResult{};
}

}  // namespace

Task<JobOutcome> run_image_job(JobSession& session) {
    ImageJob job{session};
    auto running = job.run();
    co_return co_await std::move(running);
}

}  // namespace triphammer::runner
