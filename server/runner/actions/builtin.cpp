#include "runner/actions/builtin.hpp"

#include "base/text.hpp"
#include "runner/actions/artifact.hpp"
#include "runner/actions/cache.hpp"

namespace triphammer::runner {

namespace {

StoreCall store_call(const ActionCall& call, execution::StopToken& stop) {
    return {call.scope.session(), call.executor, call.place.log, stop};
}

StoreInputs store_inputs(const ActionInputs& inputs) {
    std::map<std::string, std::string> values;
    for (const auto& [name, value] : inputs) values[to_lower(name)] = value.to_text();
    return StoreInputs{std::move(values)};
}

StepResult to_result(Result<protocol::Outputs> done) {
    if (!done) return failed_step(done.error());
    StepResult out;
    out.outputs = std::move(*done);
    return out;
}

/// Saves what a cache's main step has not found by its exact key.
class SavePost final : public PostStep {
  public:
    SavePost(StoreInputs inputs, std::string matched, std::string name, std::string condition)
        : inputs_{std::move(inputs)},
          matched_{std::move(matched)},
          name_{std::move(name)},
          condition_{std::move(condition)} {}

    std::string name() const override { return name_; }

    const std::string& condition() const override { return condition_; }

    Task<StepResult> run(
        StepScope& job, StepExecutor& executor, const StepPlace& place, execution::StopToken& stop
    ) override {
        const StoreCall call{job.session(), executor, place.log, stop};
        auto saving = save_cache(call, inputs_, matched_);
        const auto saved = co_await std::move(saving);
        co_return saved ? StepResult{} : failed_step(saved.error());
    }

  private:
    StoreInputs inputs_;
    std::string matched_;
    std::string name_;
    std::string condition_;
};

}  // namespace

Task<StepResult> run_upload_artifact(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
) {
    auto uploading = upload_artifact(store_call(call, stop), store_inputs(inputs));
    auto done = co_await std::move(uploading);
    co_return to_result(std::move(done));
}

Task<StepResult> run_merge_artifacts(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
) {
    auto merging = merge_artifacts(store_call(call, stop), store_inputs(inputs));
    auto done = co_await std::move(merging);
    co_return to_result(std::move(done));
}

Task<StepResult> run_download_artifact(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
) {
    auto downloading = download_artifact(store_call(call, stop), store_inputs(inputs));
    auto done = co_await std::move(downloading);
    co_return to_result(std::move(done));
}

Task<StepResult> run_cache_restore(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
) {
    auto restoring = restore_cache(store_call(call, stop), store_inputs(inputs));
    auto done = co_await std::move(restoring);
    co_return to_result(std::move(done));
}

Task<StepResult> run_cache(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
) {
    auto restoring = run_cache_restore(call, inputs, stop);
    auto result = co_await std::move(restoring);
    if (result.is_failure()) co_return result;
    const auto matched = result.outputs.find("cache-matched-key");
    auto key = matched == result.outputs.end() ? std::string{} : matched->second;
    auto wish = store_inputs(inputs);
    const auto always = wish.flag("save-always");
    if (!always) co_return failed_step(always.error());
    save_at_end(call, std::move(wish), std::move(key), *always ? "always()" : "success()");
    co_return result;
}

void save_at_end(
    const ActionCall& call, StoreInputs inputs, std::string matched, std::string condition
) {
    call.scope.actions().posts.push_back(std::make_unique<SavePost>(
        std::move(inputs), std::move(matched), post_name(call), std::move(condition)
    ));
}

Task<StepResult> run_cache_save(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
) {
    auto saving = save_cache(store_call(call, stop), store_inputs(inputs), "");
    const auto saved = co_await std::move(saving);
    co_return saved ? StepResult{} : failed_step(saved.error());
}

}  // namespace triphammer::runner
