#pragma once
// The engine and the registries that tests/support/engine.sh started, and what a test leaves there
// taken away again.

#include "docker/engine.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace triphammer::testing {

/// From engine.sh's lines; a test without them cannot pass.
inline std::string setting(const char* name) {
    const char* value = std::getenv(name);
    if (value != nullptr) return value;
    throw std::runtime_error(std::string{name} + " is not set: tests/support/engine.sh start DIR");
}

/// Gives up by exception when the task fails.
template <class T>
Task<T> must(Task<Result<T>> work) {
    auto result = co_await std::move(work);
    if (!result) throw std::runtime_error(result.error().message);
    if constexpr (!std::is_void_v<T>) co_return std::move(*result);
}

class RealEngine : public ::testing::Test {
  public:
    static constexpr const char* kLabel = "triphammer.test";

    /// Runs `body` with a connected engine.
    void with_engine(const std::function<Task<>(docker::Engine&)>& body) {
        run_until_done([&](Executor) { return connect_and(body); });
    }

    /// Only reads what the engine says to a finished list of calls.
    docker::Labels labels() const { return {{kLabel, name()}}; }

    static std::string name() {
        const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
        return std::string{info->test_suite_name()} + "." + info->name();
    }

  protected:
    void TearDown() override {
        const std::function<Task<>(docker::Engine&)> sweep = [this](docker::Engine& engine) {
            return remove_ours(engine, labels());
        };
        with_engine(sweep);
    }

  private:
    static Task<> connect_and(std::function<Task<>(docker::Engine&)> body) {
        auto connecting = must(docker::Engine::connect(setting("DOCKER_HOST")));
        auto engine = co_await std::move(connecting);
        auto work = body(*engine);
        co_await std::move(work);
    }

    static Task<> remove_ours(docker::Engine& engine, docker::Labels labels) {
        auto listing = must(engine.list_containers(labels));
        const auto containers = co_await std::move(listing);
        for (const auto& container : containers) {
            auto removing = must(engine.remove_container(container.id));
            co_await std::move(removing);
        }
        auto networks = must(engine.list_networks(labels));
        const auto found = co_await std::move(networks);
        for (const auto& network : found) {
            auto removing = must(engine.remove_network(network.id));
            co_await std::move(removing);
        }
    }
};

/// Keeps what a build or push said.
class TextSink final : public docker::ProgressSink {
  public:
    Task<Result<>> line(std::string text) override {
        text_ += text;
        co_return Result<>{};
    }

    const std::string& text() const { return text_; }

  private:
    std::string text_;
};

}  // namespace triphammer::testing
