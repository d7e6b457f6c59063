#pragma once
// The daemon: the product's DispatchMachine, DaemonMachine, journal, queue and store; what is
// simulated is that it can stop existing between any two steps.

#include "launch/dispatch_machine.hpp"
#include "launch/journal.hpp"
#include "protocol/daemon_machine.hpp"
#include "queue/queue.hpp"
#include "simulation/sim_launcher.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>

namespace triphammer::simulation {

/// RunnerGateway::Parts::lease
inline constexpr Milliseconds kLease{30'000};

/// One runner's connection.
struct Session {
    WirePtr wire;
    protocol::DaemonMachine machine;
    std::optional<store::Hold> hold;
    model::Fence fence;
    Instant heard_at;
    bool is_busy = false;          // may have an action to do
    std::function<void()> answer;  // of a transaction that is committed
};

class Daemon {
  public:
    explicit Daemon(Context& context) : context_{context} {}

    bool is_alive() const { return process_ != nullptr; }

    void start();
    void crash();

    // ── runners ──
    void accept(const WirePtr& wire);
    void receive(const WirePtr& wire, std::string_view bytes);
    void lose_wire(const WirePtr& wire);
    std::vector<Session*> busy_sessions();
    void step(Session& session);

    // ── launcher ──
    bool wants_link() const;
    void link(std::shared_ptr<LauncherLink> link);
    bool has_lost_link() const;
    void lose_link();
    bool has_reply() const;
    void take_reply();

    // ── its own ──
    bool has_action() const;
    void do_action();
    bool has_late_commit() const;
    void do_late_commit();
    void on_time();
    Instant next_wakeup() const;
    void on_work();
    void cancel(model::RunId run);
    void rerun(model::RunId run, const queue::RerunRequest& request);
    /// A person says how an unknown deployment ended.
    void settle(model::DeploymentId id);
    bool is_idle() const;

  private:
    struct Process {
        launch::DispatchMachine dispatch;
        std::map<model::Fence, Secret> tokens;
        std::map<model::Fence, int> damages;  // logs that were found damaged and cut
        std::deque<launch::DispatchAction> actions;
        std::vector<std::unique_ptr<Session>> sessions;
        std::shared_ptr<LauncherLink> link;
        std::deque<std::function<void()>> late_commits;  // planted: acknowledged, not yet kept
    };

    Session* find(const WirePtr& wire);
    void drop(Session& session);
    void hang_up(Session& session, bool is_silent);
    void cut_silent();
    void collect();
    void on(Session& session, protocol::CheckAttach& check);
    void on(Session& session, protocol::WriteLog& write);
    void on(Session& session, protocol::VerifyLogs& verify);
    void on(Session& session, protocol::Commit& commit);
    void on(Session& session, protocol::Send& send);
    void on(Session& session, protocol::Close& close);
    void answer_attach(
        Session& session, const launch::AttachedRunner& attached, std::string document
    );

    void on(const launch::ClaimNext& action);
    void on(const launch::StartRunner& action);
    void on(const launch::ListRunners& action);
    void on(const launch::StopRunner& action);
    void on(const launch::SweepRunner& action);
    void on(const launch::InspectSpool& action);
    void on(const launch::ReplaySpool& action);
    void on(const launch::GiveBack& action);
    void on(const launch::Lose& action);
    void on(const launch::MarkSwept& action);
    bool replay(model::Fence fence);
    void cut_logs(model::Fence fence, const protocol::Close& close);
    std::uint64_t resend_from(model::Fence fence, std::uint64_t acked);
    void ask(launcher::Action what, model::Fence fence);

    Context& context_;
    std::unique_ptr<Process> process_;
};

/// The job as the product's deployments are to see it.
store::JobRow seen_by_deployments(
    store::Connection& db, const Context& context, const store::JobRow& job
);

/// The commit of `session`'s machine, as the product does it; shared with the replay.
Result<std::vector<protocol::Verdict>> apply_commit(
    Context& context, const store::Hold& hold, const protocol::Commit& commit
);

}  // namespace triphammer::simulation
