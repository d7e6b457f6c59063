#pragma once
// A JobSession that keeps what a job says and answers its intents with go, in memory.

#include "base/digest.hpp"
#include "rollout/effect.hpp"
#include "runner/session/job_session.hpp"
#include "support/temp_dir.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace triphammer::testing {

class RecordingSession final : public runner::JobSession {
  public:
    explicit RecordingSession(Executor executor) : stop_{std::move(executor)} {
        document_.fence = 7;
        document_.server_id = "test-server";
        for (const char* name : {"workspace", "temp", "home"}) {
            std::filesystem::create_directory(folder_ / name);
        }
        folders_.workspace.outside = (folder_ / "workspace").string();
        folders_.temp.outside = (folder_ / "temp").string();
        folders_.home.outside = (folder_ / "home").string();
        folders_.actions.outside = (folder_ / "actions").string();
    }

    const model::JobDocument& document() const override { return document_; }

    /// The text as it is: evaluation has its own tests.
    Result<std::string> evaluate(const model::Template& value) const override { return value.text; }

    /// "${{ JSON }}" is that JSON, another text a string.
    Result<std::string> evaluate_json(const model::Template& value) const override {
        const auto& text = value.text;
        if (!text.starts_with("${{")) return '"' + text + '"';
        return text.substr(3, text.size() - 5);
    }

    const runner::JobFolders& folders() const override { return folders_; }

    execution::StopToken& stop() override { return stop_; }

    Task<Result<>> step_begin(protocol::StepBegin step) override {
        if (on_step) on_step(step);
        steps_.push_back(std::move(step));
        co_return Result<>{};
    }

    Task<Result<>> log(int, std::string bytes) override {
        log_ += bytes;
        if (on_log) on_log(bytes);
        co_return Result<>{};
    }

    Task<Result<>> step_end(protocol::StepEnd end) override {
        step_ends_.push_back(std::move(end));
        co_return Result<>{};
    }

    Task<Result<>> phase(model::DeploymentPhase phase, std::string) override {
        phases_.push_back(phase);
        co_return Result<>{};
    }

    Task<Result<protocol::Verdict>> intent(protocol::Intent intent) override {
        intents_.push_back(intent);
        if (on_intent) on_intent(intent);
        if (on_verdict && !on_verdict(intent)) {
            co_return Error{Code::cancelled, "the runner is gone here"};
        }
        co_return protocol::Verdict{intent.n, refusal.empty(), refusal};
    }

    Task<Result<protocol::Verdict>> repeat(std::int64_t n) override {
        co_return protocol::Verdict{n, true, ""};
    }

    Task<Result<>> result(protocol::EffectResult result) override {
        if (on_result && !on_result(result)) {
            co_return Error{Code::cancelled, "the runner is gone here"};
        }
        results_.push_back(std::move(result));
        co_return Result<>{};
    }

    Task<Result<>> fetch_source(int) override {
        for (const auto& [path, text] : source) {
            const auto full = folder_ / "workspace" / path;
            std::filesystem::create_directories(full.parent_path());
            auto written = replace_file(full, text, 0644);
            if (!written) co_return written;
        }
        co_return Result<>{};
    }

    std::map<std::string, std::string> source;
    std::function<void(const std::string&)> on_log;
    std::function<void(const protocol::StepBegin&)> on_step;
    std::function<void(const protocol::Intent&)> on_intent;
    /// False: the runner "dies" with this intent in the ledger and nothing done.
    std::function<bool(const protocol::Intent&)> on_verdict;
    /// Why the ledger does not let an intent go; empty: it does.
    std::string refusal;
    /// False: the runner "dies" before this result is recorded.
    std::function<bool(const protocol::EffectResult&)> on_result;

    TempDir folder_;
    model::JobDocument document_;
    runner::JobFolders folders_;
    execution::StopToken stop_;
    std::string log_;
    std::vector<protocol::StepBegin> steps_;
    std::vector<protocol::StepEnd> step_ends_;
    std::vector<model::DeploymentPhase> phases_;
    std::vector<protocol::Intent> intents_;
    std::vector<protocol::EffectResult> results_;
};

}  // namespace triphammer::testing
