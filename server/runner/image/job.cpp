// `image:` build → smoke → push → the digest as each registry has it. A step each on the run page.
#include "runner/image/job.hpp"

#include "runner/image/work.hpp"
#include "runner/session/job_session.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace triphammer::runner {

namespace {

enum class Part { source, registry, build, smoke, push };

struct Stage {
    Part part;
    const char* name;
    int number = 0;
};

constexpr int kSourceStage = 1;

class ImageJob {
  public:
    ImageJob(JobSession& session, const MakeBuildNetwork& make_network, AskNeeded ask_needed)
        : session_{session}, make_network_{make_network}, ask_needed_{std::move(ask_needed)} {}

    Task<JobOutcome> run() {
        auto working = run_stages();
        auto outcome = co_await std::move(working);
        if (!work_) co_return outcome;
        auto closing = work_->close();
        co_await std::move(closing);
        co_return outcome;
    }

  private:
    std::vector<Stage> stages() const;
    Task<JobOutcome> run_stages();
    Task<ImageResult> work_of(Stage stage);
    Task<ImageResult> work_on(Stage stage);
    Task<std::optional<JobOutcome>> run_stage(Stage stage);
    Task<ImageResult> fetch();
    JobOutcome outcome_of(const ImageFailure& failure) const;

    Evaluate evaluate() const {
        return [this](const model::Template& value) { return session_.evaluate(value); };
    }

    JobSession& session_;
    const MakeBuildNetwork& make_network_;
    AskNeeded ask_needed_;
    std::optional<ImageWork> work_;
    int last_ = 0;  // the stage after which everything is done
};

/// After the source, when the plan is known.
std::vector<Stage> ImageJob::stages() const {
    const auto& plan = work_->plan();
    std::vector<Stage> out;
    if (plan.ecr) out.push_back({Part::registry, "Open the registry"});
    out.push_back({Part::build, "Build"});
    if (!plan.smoke.empty()) out.push_back({Part::smoke, "Smoke"});
    if (plan.push) out.push_back({Part::push, "Push"});
    for (auto& stage : out) stage.number = static_cast<int>(&stage - out.data()) + kSourceStage + 1;
    return out;
}

Task<JobOutcome> ImageJob::run_stages() {
    auto fetching = run_stage({Part::source, "Check out", kSourceStage});
    auto failed = co_await std::move(fetching);
    if (failed) co_return std::move(*failed);
    const auto all = stages();
    last_ = all.back().number;
    for (const auto& stage : all) {
        auto running = run_stage(stage);
        failed = co_await std::move(running);
        if (failed) co_return std::move(*failed);
    }
    JobOutcome outcome;
    outcome.outputs = work_->outputs();
    co_return outcome;
}

Task<ImageResult> ImageJob::work_on(Stage stage) {
    switch (stage.part) {
        case Part::source:
            return fetch();
        case Part::registry:
            return work_->open_registry(
                ecr_sources(session_.document(), evaluate(), work_->plan().ecr->region),
                stage.number
            );
        case Part::build:
            return work_->build(stage.number);
        case Part::smoke:
            return work_->smoke(stage.number);
        case Part::push:
            break;
    }
    return work_->push(stage.number);
}

/// The image gets its names with the last word about it, and older ones go with the last stage.
Task<ImageResult> ImageJob::work_of(Stage stage) {
    auto working = work_on(stage);
    auto failure = co_await std::move(working);
    if (failure || stage.part == Part::source) co_return failure;
    const bool has_smoke = !work_->plan().smoke.empty();
    if (stage.part == (has_smoke ? Part::smoke : Part::build)) {
        auto naming = work_->name(stage.number);
        failure = co_await std::move(naming);
    }
    if (failure || stage.number != last_) co_return failure;
    auto pruning = work_->prune(stage.number);
    co_await std::move(pruning);
    co_return ImageResult{};
}

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
    auto working = work_of(stage);
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
    auto fetching = session_.fetch_source(kSourceStage);
    auto fetched = co_await std::move(fetching);
    if (!fetched) co_return plain_failure(fetched.error());
    auto plan =
        make_image_plan(session_.document(), session_.folders().workspace.outside, evaluate());
    if (!plan) co_return plain_failure(plan.error());
    work_.emplace(session_, std::move(*plan), make_network_(session_), ask_needed_);
    co_return ImageResult{};
}

}  // namespace

Task<JobOutcome> run_image_job(
    JobSession& session, MakeBuildNetwork make_network, AskNeeded ask_needed
) {
    ImageJob job{session, make_network, std::move(ask_needed)};
    auto running = job.run();
    co_return co_await std::move(running);
}

}  // namespace triphammer::runner
