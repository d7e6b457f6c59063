#include "simulation/sim_runner.hpp"

namespace triphammer::simulation {

namespace {

class StepsWork final : public Work {
  public:
    explicit StepsWork(std::uint64_t seed) : script_{make_script(seed)} {}

    bool has_step(const Runner&) const override { return next_ < script_.ops.size(); }

    void step(Runner& runner) override {
        if (runner.is_cancelled()) return end_cancelled(runner);
        const auto& op = script_.ops[next_++];
        switch (op.kind) {
            case ScriptOp::Kind::begin:
                make_object(runner);
                return runner.append(protocol::StepBegin{op.step, "", op.text, 1});
            case ScriptOp::Kind::log:
                return runner.append_log(op.step, op.text);
            case ScriptOp::Kind::end:
                return end_step(runner, op.step, model::StepState::succeeded);
            case ScriptOp::Kind::finish:
                return finish(runner, script_.result);
        }
    }

  private:
    static void make_object(Runner& runner) {
        auto& context = runner.context();
        context.outside.under_way.push_back({"", kJobObject, "", runner.fence(), context.now()});
    }

    static void end_step(Runner& runner, int number, model::StepState state) {
        protocol::StepEnd end;
        end.number = number;
        end.state = state;
        end.at = 2;
        runner.append(end);
    }

    static void finish(Runner& runner, model::JobState state) {
        protocol::End end;
        end.state = state;
        if (state == model::JobState::failed) end.cause = model::Cause::exit;
        end.outputs["answer"] = "42";
        end.at = 3;
        runner.end(std::move(end));
    }

    void end_cancelled(Runner& runner) {
        const auto kind = script_.ops[next_].kind;
        const bool is_in_step = kind == ScriptOp::Kind::log || kind == ScriptOp::Kind::end;
        const int number = script_.ops[next_].step;
        next_ = script_.ops.size();
        if (is_in_step) end_step(runner, number, model::StepState::cancelled);
        finish(runner, model::JobState::cancelled);
    }

    Script script_;
    std::size_t next_ = 0;
};

}  // namespace

std::unique_ptr<Work> make_steps_work(std::uint64_t seed) {
    return std::make_unique<StepsWork>(seed);
}

}  // namespace triphammer::simulation
