#include "runner/container/build_network.hpp"

#include "base/log.hpp"
#include "model/engine_labels.hpp"
#include "runner/container/ready_network.hpp"

#include <optional>
#include <utility>

namespace triphammer::runner {

namespace {

/// What is not removed now the launcher's sweep finds by its labels.
void warn_unless(const Result<>& done) {
    if (!done) log::warning("a build's network stays", {{"why", done.error().message}});
}

class KeptNetwork final : public BuildNetwork {
  public:
    explicit KeptNetwork(JobSession& session) : session_{session} {}

    Task<Result<std::string>> open(docker::Engine& engine) override;
    Task<> close(docker::Engine& engine) override;

  private:
    Task<Result<>> make(docker::Engine& engine);
    docker::Labels labels() const;

    JobSession& session_;
    std::string network_;
    std::string keeper_;
};

docker::Labels KeptNetwork::labels() const {
    const auto& document = session_.document();
    return {
        {model::kServerLabel, document.server_id},
        {model::kFenceLabel, std::to_string(document.fence)},
        {model::kRoleLabel, model::kJobRole}};
}

/// One that is ready only saves time.
Task<Result<std::string>> KeptNetwork::open(docker::Engine& engine) {
    const auto& document = session_.document();
    auto taking = take_ready_network(engine, document.server_id, document.fence);
    const auto taken = co_await std::move(taking);
    if (taken && *taken) {
        network_ = (*taken)->name;
        keeper_ = (*taken)->keeper;
        if ((*taken)->is_usable) co_return "container:" + keeper_;
        auto closing = close(engine);
        co_await std::move(closing);
    }
    auto making = make(engine);
    const auto made = co_await std::move(making);
    if (!made) co_return with_context("a network for the build", made.error());
    co_return "container:" + keeper_;
}

Task<Result<>> KeptNetwork::make(docker::Engine& engine) {
    const auto& document = session_.document();
    const auto name =
        model::engine_prefix(document.server_id) + std::to_string(document.fence) + "-build";
    auto creating = engine.create_network(name, labels());
    const auto created = co_await std::move(creating);
    if (!created) co_return created.error();
    network_ = *created;
    keeper_ = name;
    auto starting = start_keeper(engine, name, name, labels());
    const auto started = co_await std::move(starting);
    if (!started) co_return started.error();
    co_return Result<>{};
}

Task<> KeptNetwork::close(docker::Engine& engine) {
    if (!keeper_.empty()) {
        auto removing = engine.remove_container(std::exchange(keeper_, {}));
        const auto removed = co_await std::move(removing);
        warn_unless(removed);
    }
    if (network_.empty()) co_return;
    auto removing = engine.remove_network(std::exchange(network_, {}));
    const auto removed = co_await std::move(removing);
    warn_unless(removed);
}

}  // namespace

std::unique_ptr<BuildNetwork> make_build_network(JobSession& session) {
    return std::make_unique<KeptNetwork>(session);
}

}  // namespace triphammer::runner
