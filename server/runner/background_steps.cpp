#include "runner/background_steps.hpp"

#include "base/log.hpp"

#include <algorithm>

namespace triphammer::runner {

using model::Cause;
using model::StepState;
using std::chrono::milliseconds;

struct BackgroundSteps::Beside {
    ListedStep listed;
    execution::StopToken stop;
    StepScope scope;
    StepTurn turn;
    StepResult result;
    bool has_ended = false;
    bool is_joined = false;
    bool is_cancelled = false;

    Beside(const ListedStep& one, const StepScope& parent, StepExecutor& executor, Executor loop)
        : listed{one},
          stop{loop},
          scope{parent.fork(stop)},
          turn{scope, executor, *one.step, StepPlace{one.number, std::to_string(one.number)}} {}
};

namespace {

void log_failure(const std::string& name, const std::string& what) {
    log::error("a background step's task failed", {{"task", name}, {"error", what}});
}

}  // namespace

BackgroundSteps::BackgroundSteps(StepScope& scope, StepExecutor& executor, Executor loop)
    : scope_{scope},
      executor_{executor},
      loop_{loop},
      news_{loop},
      tasks_{loop, log_failure},
      stops_{loop, log_failure} {}

BackgroundSteps::~BackgroundSteps() = default;

void BackgroundSteps::start(const ListedStep& listed) {
    if (steps_.empty()) {
        for (auto* stop : {&scope_.session().stop(), &scope_.session().last_stop()}) {
            if (!stop->requested()) stops_.spawn("stop", pass_stops_on(*stop));
        }
    }
    steps_.push_back(std::make_unique<Beside>(listed, scope_, executor_, loop_));
    auto& one = *steps_.back();
    tasks_.spawn("step " + std::to_string(listed.number), run(one));
}

/// Those that start after it are what runs after a cancel, and are not stopped by it.
Task<> BackgroundSteps::pass_stops_on(execution::StopToken& from) {
    auto asked = from.wait();
    co_await std::move(asked);
    for (auto& one : steps_) one->stop.request(from.why(), from.grace());
}

Task<> BackgroundSteps::run(Beside& one) {
    while (running_ >= kMost) {
        auto waiting = news_.wait();
        co_await std::move(waiting);
    }
    ++running_;
    auto working = work(one);
    co_await std::move(working);
    --running_;
    one.has_ended = true;
    news_.ring();
}

Task<> BackgroundSteps::work(Beside& one) {
    auto& session = scope_.session();
    auto preparing = one.turn.prepare();
    co_await std::move(preparing);
    protocol::StepBegin begin;
    begin.number = one.listed.number;
    begin.id = one.listed.step->id;
    begin.name = one.turn.name();
    auto begun = session.step_begin(std::move(begin));
    if (auto kept = co_await std::move(begun); !kept) {
        broken_ = kept.error();
        co_return;
    }
    auto running = one.turn.run();
    one.result = co_await std::move(running);
    auto ended = session.step_end(end_record(one.listed.number, one.result));
    if (auto kept = co_await std::move(ended); !kept) broken_ = kept.error();
}

Task<Result<StepResult>> BackgroundSteps::wait_for(std::vector<std::string> ids) {
    auto open = all_open();
    std::erase_if(open, [&](const Beside* one) {
        return !ids.empty() && std::find(ids.begin(), ids.end(), one->listed.step->id) == ids.end();
    });
    return join(std::move(open));
}

Task<Result<StepResult>> BackgroundSteps::wait_for_group(const std::vector<model::Step>& group) {
    auto open = all_open();
    std::erase_if(open, [&](const Beside* one) {
        return one->listed.step < group.data() || one->listed.step >= group.data() + group.size();
    });
    return join(std::move(open));
}

Task<Result<StepResult>> BackgroundSteps::cancel(std::string id) {
    auto open = all_open();
    std::erase_if(open, [&](const Beside* one) { return one->listed.step->id != id; });
    const std::chrono::seconds grace{scope_.session().document().grace_seconds};
    for (auto* one : open) {
        one->is_cancelled = true;
        one->stop.request("a later step cancels it", grace);
    }
    return join(std::move(open));
}

Task<Result<StepResult>> BackgroundSteps::finish() {
    auto joining = join(all_open());
    auto result = co_await std::move(joining);
    auto done = tasks_.join();
    co_await std::move(done);
    auto unheeded = stops_.stop();
    co_await std::move(unheeded);
    co_return result;
}

/// In the order of the file, whoever ended first.
Task<Result<StepResult>> BackgroundSteps::join(Chosen chosen) {
    StepResult worst;
    for (auto* one : chosen) {
        while (!one->has_ended) {
            auto waiting = news_.wait();
            co_await std::move(waiting);
        }
        one->is_joined = true;
        const bool forgiven = one->is_cancelled || one->turn.forgives(one->result);
        scope_.join(one->scope, one->listed.step->id, one->result, forgiven);
        if (!one->result.is_failure() || forgiven || worst.is_failure()) continue;
        worst = failed_step(one->result.cause, one->turn.name() + ": " + one->result.reason);
        worst.exit_status = one->result.exit_status;
    }
    if (broken_) co_return *broken_;
    co_return worst;
}

BackgroundSteps::Chosen BackgroundSteps::all_open() {
    Chosen out;
    for (const auto& one : steps_) {
        if (!one->is_joined) out.push_back(one.get());
    }
    return out;
}

}  // namespace triphammer::runner
