#pragma once
// A runner process: the product's RunnerMachine, a spool on the simulated disk, and work.

#include "protocol/runner_machine.hpp"
#include "simulation/context.hpp"
#include "simulation/script.hpp"

#include <memory>
#include <optional>

namespace triphammer::simulation {

class Runner;

/// The work of one attempt; one `step` is as much as happens between two possible faults.
class Work {
  public:
    virtual ~Work() = default;
    virtual bool has_step(const Runner& runner) const = 0;
    virtual void step(Runner& runner) = 0;

    virtual void on_verdict(const protocol::EffectVerdict&) {}

    virtual Instant next_wakeup() const { return Instant::max(); }
};

class Runner {
  public:
    Runner(Context& context, std::int64_t fence, Secret token);

    std::int64_t fence() const { return fence_; }

    std::int64_t job() const { return job_; }

    bool is_alive() const { return is_alive_; }

    /// Stopped, by a signal say: it does nothing and hears nothing, and what it had sent is sent.
    bool is_frozen() const { return is_alive_ && context_.now() < frozen_until_; }

    /// Not even a kill has an effect yet.
    bool is_beyond_kill() const { return is_frozen() && is_deep_frozen_; }

    /// Past its welcome and not at its end: it may have effects.
    bool is_working() const { return is_alive_ && work_ != nullptr && !machine_.is_over(); }

    Instant next_wakeup() const;

    const WirePtr& wire() const { return wire_; }

    // ── what may happen to it next ──
    bool wants_connection() const;
    bool wants_pump() const;
    bool has_work() const;

    /// Null: nobody listens.
    void connect(WirePtr wire);
    void receive(std::string_view bytes);
    void lose_wire();
    void pump();
    void work();
    void on_time();
    /// For a moment, which nobody must notice.
    void freeze_shortly();
    /// For longer than the lease, and perhaps than anybody waits for a process that is to die.
    void freeze_for_long();
    /// kill -9. `in_write`: in the middle of appending its next piece of work.
    void kill(bool in_write);

    // ── for its work ──
    Context& context() { return context_; }

    protocol::RunnerMachine& machine() { return machine_; }

    bool is_cancelled() const { return cancel_.has_value(); }

    bool has_ended() const { return ended_.has_value(); }

    void append(const protocol::Record& record);
    void append_log(int step, const std::string& text);
    /// Steps' sums are filled in.
    void end(protocol::End end);

    /// The runner heard that all is kept.
    bool is_finished() const { return is_finished_; }

    const std::optional<protocol::End>& ended() const { return ended_; }

  private:
    void freeze(std::uint64_t milliseconds);
    void keep(const std::string& frames);
    void take_actions();
    void start_work(const std::string& document);
    void exit();

    Context& context_;
    std::int64_t fence_;
    std::int64_t job_ = 0;
    protocol::RunnerMachine machine_;
    std::unique_ptr<Work> work_;
    WirePtr wire_;
    std::optional<protocol::Cancel> cancel_;
    std::optional<protocol::End> ended_;
    bool is_alive_ = true;
    Instant frozen_until_;
    bool is_deep_frozen_ = false;
    bool is_finished_ = false;
    bool dies_in_write_ = false;
};

/// Steps: begin, log, end.
std::unique_ptr<Work> make_steps_work(std::uint64_t seed);
/// A deployment by the product's rollout rules; `document` is the welcome's.
std::unique_ptr<Work> make_deploy_work(std::uint64_t seed, const std::string& document);
/// How that deployment ends when nothing interferes.
model::DeploymentState expect_deployment(std::uint64_t seed, bool has_previous);

}  // namespace triphammer::simulation
