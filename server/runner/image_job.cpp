// `image:` build → push → the digest as the registry has it. Three steps on the run page.
#include "runner/image_failure.hpp"
#include "runner/image_log.hpp"
#include "runner/image_plan.hpp"
#include "runner/image_stop.hpp"
#include "runner/job_kinds.hpp"

#include <array>
#include <optional>
#include <utility>

namespace triphammer::runner {

namespace {

constexpr std::uint64_t kMaxContext = 4ULL << 30U;

struct Stage {
    int number;
    const char* name;
};

constexpr Stage kSource{1, "Check out"};
constexpr Stage kBuild{2, "Build"};
constexpr Stage kPush{3, "Push"};
constexpr std::array kStages{kSource, kBuild, kPush};

using Failure = std::optional<ImageFailure>;

class ImageJob {
  public:
    explicit ImageJob(JobSession& session) : session_{session} {}

    Task<JobOutcome> run() {
        for (const auto& stage : kStages) {
            if (stage.number == kPush.number && !plan_.push) break;
            auto running = run_stage(stage);
            auto failed = co_await std::move(running);
            if (failed) co_return std::move(*failed);
        }
        JobOutcome outcome;
        outcome.outputs = outputs_;
        co_return outcome;
    }

  private:
    Task<Failure> work_of(int stage) {
        if (stage == kSource.number) return fetch();
        return stage == kBuild.number ? build() : push();
    }

    Task<std::optional<JobOutcome>> run_stage(Stage stage);
    Task<Failure> fetch();
    Task<Failure> build();
    Task<Failure> push();
    Task<Failure> push_one(docker::ImageReference tag);
    void keep_digest(const docker::ImageReference& tag, const std::string& digest);
    docker::BuildRequest request() const;
    JobOutcome outcome_of(const ImageFailure& failure) const;

    JobSession& session_;
    ImagePlan plan_;
    std::unique_ptr<docker::Engine> engine_;
    protocol::Outputs outputs_;
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

Failure plain_failure(const Error& error) {
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

Task<Failure> ImageJob::fetch() {
    auto fetching = session_.fetch_source(kSource.number);
    auto fetched = co_await std::move(fetching);
    if (!fetched) co_return plain_failure(fetched.error());
    const Evaluate evaluate = [this](const model::Template& value) {
        return session_.evaluate(value);
    };
    auto plan =
        make_image_plan(session_.document(), session_.folders().workspace.outside, evaluate);
    if (!plan) co_return plain_failure(plan.error());
    plan_ = std::move(*plan);
    co_return Failure{};
}

docker::BuildRequest ImageJob::request() const {
    docker::BuildRequest request;
    request.dockerfile = plan_.dockerfile;
    request.target = plan_.target;
    request.build_args = plan_.build_args;
    request.labels = plan_.labels;
    for (const auto& tag : plan_.tags) request.tags.push_back(tag.text());
    if (!plan_.tags.empty()) request.credentials = credentials_for(plan_, plan_.tags.front());
    return request;
}

Task<Failure> ImageJob::build() {
    auto connecting = docker::Engine::connect(session_.document().executor.docker_host);
    auto engine = co_await std::move(connecting);
    if (!engine) co_return plain_failure(engine.error());
    engine_ = std::move(*engine);
    auto context = docker::open_context(plan_.context, plan_.dockerfile, kMaxContext);
    if (!context) co_return plain_failure(context.error());
    StepLog log{session_, kBuild.number};
    auto telling = log.line(
        "Sending " + std::to_string(context->file_count()) + " entries, " +
        std::to_string(context->content_bytes()) + " bytes, to " + engine_->version().engine + "\n"
    );
    co_await std::move(telling);
    auto building = unless_stopped(engine_->build(request(), *context, log), session_.stop());
    auto built = co_await std::move(building);
    if (!built) co_return explain_refusal(built.error(), plan_.dockerfile);
    if (built->image_id.empty()) co_return explain_build(*built, plan_.dockerfile);
    outputs_["image-id"] = built->image_id;
    co_return Failure{};
}

Task<Failure> ImageJob::push() {
    for (const auto& tag : plan_.tags) {
        auto pushing = push_one(tag);
        auto failure = co_await std::move(pushing);
        if (failure) co_return failure;
    }
    StepLog log{session_, kPush.number};
    auto telling = log.line("Pushed " + outputs_["ref"] + "\n");
    co_await std::move(telling);
    co_return Failure{};
}

Task<Failure> ImageJob::push_one(docker::ImageReference tag) {
    const auto credentials = credentials_for(plan_, tag);
    StepLog log{session_, kPush.number};
    auto pushing = unless_stopped(engine_->push(tag, credentials, &log), session_.stop());
    auto pushed = co_await std::move(pushing);
    if (!pushed) co_return explain_push(pushed.error(), tag.registry());
    auto asking = unless_stopped(engine_->registry_digest(tag, credentials), session_.stop());
    auto confirmed = co_await std::move(asking);
    if (!confirmed) co_return explain_push(confirmed.error(), tag.registry());
    if (!pushed->empty() && *pushed != *confirmed) {
        co_return ImageFailure{
            model::Cause::infrastructure,
            tag.text() + " was pushed as " + *pushed + ", but the registry has " + *confirmed +
                ": somebody else pushes the same tag",
            0};
    }
    keep_digest(tag, *confirmed);
    co_return Failure{};
}

/// The first tag's name is what later jobs deploy.
void ImageJob::keep_digest(const docker::ImageReference& tag, const std::string& digest) {
    if (outputs_.contains("digest")) return;
    outputs_["digest"] = digest;
    outputs_["ref"] = tag.by_digest(digest);
}

}  // namespace

Task<JobOutcome> run_image_job(JobSession& session) {
    ImageJob job{session};
    auto running = job.run();
    co_return co_await std::move(running);
}

}  // namespace triphammer::runner
