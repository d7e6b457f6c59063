#pragma once
// A job with services on a real engine, its steps on the machine or in a container.

#include "engine/real_engine.hpp"
#include "engine/recording_session.hpp"
#include "runner/container/executor.hpp"
#include "runner/container/service_executor.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace triphammer::testing {

using namespace runner;

class Output final : public execution::OutputSink {
  public:
    Task<Result<>> write(std::string_view bytes) override {
        text += bytes;
        co_return Result<>{};
    }

    std::string text;
};

/// Steps outside of any container: nothing of them is asked here.
class NoSteps final : public StepExecutor {
  public:
    explicit NoSteps(const JobFolders& folders) : folders_{folders} {}

    Task<Result<>> prepare() override { co_return Result<>{}; }

    Task<Result<execution::ProcessEnd>>
    run_step(StepCommand, execution::ProcessLimits, execution::OutputSink&, execution::StopToken&)
        override {
        co_return Error{Code::internal, "no steps here"};
    }

    Task<> cleanup() override { co_return; }

    const JobFolders& folders() const override { return folders_; }

    std::vector<std::string> base_environment() const override { return {}; }

    bool has_bash() const override { return false; }

    std::string description() const override { return "nothing"; }

  private:
    const JobFolders& folders_;
};

inline model::Container service_of(const char* image, const char* command) {
    model::Container out;
    out.image.text = image;
    out.command.text = command;
    return out;
}

/// A server on port 80, up after `before`.
inline model::Container web_server(const char* before = "true") {
    auto out = service_of("triphammer/busybox", "");
    out.command.text = std::string{"sh -c 'echo starting; "} + before +
                       "; echo served > /tmp/index.html; exec httpd -f -p 80 -h /tmp'";
    return out;
}

/// A job with services, on the machine or in a container of its own.
class Job {
  public:
    Job(Executor executor, bool in_container) : session{std::move(executor)} {
        auto& place = session.document_.executor;
        place.docker_host = setting("DOCKER_HOST");
        place.kind = in_container ? "docker" : "host";
        place.image = in_container ? "triphammer/busybox" : "";
        in_container_ = in_container;
    }

    void add(const char* name, model::Container service) {
        session.document_.job.services.emplace_back(name, std::move(service));
    }

    Task<Result<>> prepare() {
        executor_ =
            in_container_
                ? make_container_executor(session)
                : make_service_executor(session, std::make_unique<NoSteps>(session.folders()));
        return executor_->prepare();
    }

    Task<std::string> run(std::string script) {
        StepCommand command;
        command.arguments = {"sh", "-c", std::move(script)};
        command.environment = executor_->base_environment();
        command.directory = executor_->folders().workspace.inside;
        Output output;
        auto running = must(executor_->run_step(std::move(command), {}, output, session.stop_));
        co_await std::move(running);
        co_return output.text;
    }

    Task<> cleanup() { return executor_->cleanup(); }

    StepExecutor& executor() { return *executor_; }

    RecordingSession session;

  private:
    bool in_container_ = false;
    std::unique_ptr<StepExecutor> executor_;
};

using Body = std::function<Task<>(Job&)>;

/// Runs `body` with a job; what it made is gone afterwards.
inline void with_job(bool in_container, const Body& body) {
    struct Here {
        static Task<> run(Executor executor, bool in_container, Body body) {
            Job job{executor, in_container};
            auto work = body(job);
            co_await std::move(work);
            auto cleaning = job.cleanup();
            co_await std::move(cleaning);
        }
    };

    triphammer::testing::run_until_done([&](Executor executor) {
        return Here::run(std::move(executor), in_container, body);
    });
}

inline Task<> prepare(Job& job) {
    auto preparing = must(job.prepare());
    co_await std::move(preparing);
}

}  // namespace triphammer::testing
