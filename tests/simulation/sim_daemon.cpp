#include "simulation/sim_daemon.hpp"

#include "deployments/ledger.hpp"
#include "launch/deploy_lock.hpp"
#include "protocol/spool.hpp"
#include "queue/queue.hpp"

#include <algorithm>

namespace triphammer::simulation {

namespace {

constexpr std::int64_t kWorkers = 2;
constexpr int kUnswept = 100;

}  // namespace

void Daemon::start() {
    context_.note("daemon starts");
    process_ = std::make_unique<Process>();
    auto adopted = context_.db.read_now([&](store::Connection& db) -> Result<bool> {
        for (const auto& row : store::list_open_attempts(db)) {
            process_->dispatch.adopt(row.fence, !row.nonce.empty());
        }
        for (const auto fence : store::list_unswept(db, kUnswept)) {
            process_->dispatch.adopt_unswept(fence);
        }
        return true;
    });
    if (!adopted) context_.violate(adopted.error().message);
}

void Daemon::crash() {
    context_.note("daemon dies");
    ++context_.tally["daemon died"];
    for (auto& session : process_->sessions) {
        session->wire->cut(context_.dice);
        session->wire->daemon_knows = true;
    }
    if (process_->link) process_->link->is_open = false;
    process_.reset();
}

// ── launcher ─────────────────────────────────────────────────────────────────────────────────

bool Daemon::wants_link() const {
    return is_alive() && process_->link == nullptr;
}

void Daemon::link(std::shared_ptr<LauncherLink> link) {
    process_->link = std::move(link);
    process_->dispatch.on_launcher_ready(context_.now());
    collect();
}

bool Daemon::has_lost_link() const {
    return is_alive() && process_->link && !process_->link->is_open;
}

void Daemon::lose_link() {
    process_->link.reset();
    process_->dispatch.on_launcher_gone();
    collect();
}

bool Daemon::has_reply() const {
    return is_alive() && process_->link && !process_->link->replies.empty();
}

void Daemon::take_reply() {
    const auto reply = std::move(process_->link->replies.front());
    process_->link->replies.pop_front();
    auto& dispatch = process_->dispatch;
    const model::Fence fence{reply.fence};
    if (reply.kind == "started") dispatch.on_started(fence, context_.now());
    if (reply.kind == "exists") dispatch.on_exists(fence);
    if (reply.kind == "swept") dispatch.on_swept(fence, true, context_.now());
    if (reply.kind == "refused") dispatch.on_swept(fence, false, context_.now());
    if (reply.kind == "ended") dispatch.on_ended_hint(fence);
    if (reply.kind == "list") {
        std::map<model::Fence, launch::Sight> seen;
        for (const auto& info : reply.attempts) {
            seen[{info.fence}] = info.alive ? launch::Sight::alive : launch::Sight::dead;
        }
        dispatch.on_list(seen, context_.now());
    }
    collect();
}

void Daemon::ask(launcher::Action what, model::Fence fence) {
    if (!process_->link) return;
    launcher::Request request;
    request.action = what;
    request.fence = fence.value;
    if (what == launcher::Action::start) request.token = process_->tokens[fence];
    process_->link->requests.push_back(std::move(request));
}

// ── its own ──────────────────────────────────────────────────────────────────────────────────

void Daemon::collect() {
    for (auto& action : process_->dispatch.take_actions()) {
        process_->actions.push_back(std::move(action));
    }
}

bool Daemon::has_action() const {
    return is_alive() && !process_->actions.empty();
}

void Daemon::do_action() {
    const auto action = std::move(process_->actions.front());
    process_->actions.pop_front();
    std::visit([this](const auto& what) { on(what); }, action);
    if (is_alive()) collect();
}

bool Daemon::has_late_commit() const {
    return is_alive() && !process_->late_commits.empty();
}

void Daemon::do_late_commit() {
    const auto commit = std::move(process_->late_commits.front());
    process_->late_commits.pop_front();
    commit();
}

void Daemon::on_time() {
    cut_silent();
    process_->dispatch.on_time(context_.now());
    collect();
}

Instant Daemon::next_wakeup() const {
    if (!is_alive()) return Instant::max();
    auto at = process_->dispatch.next_wakeup();
    for (const auto& session : process_->sessions) at = std::min(at, session->heard_at + kLease);
    return at;
}

void Daemon::on_work() {
    process_->dispatch.on_work();
    collect();
}

bool Daemon::is_idle() const {
    return is_alive() && process_->sessions.empty() && process_->actions.empty() &&
           process_->dispatch.open_attempts() == 0 &&
           process_->dispatch.next_wakeup() == Instant::max();
}

void Daemon::cancel(model::RunId run) {
    context_.note("cancel");
    auto fences = context_.db.write_now([&](store::Transaction& tx) {
        return queue::request_cancel(tx, run, {"asked", "somebody"});
    });
    if (!fences) return;
    for (auto& session : process_->sessions) {
        const auto& all = *fences;
        if (std::find(all.begin(), all.end(), session->fence) == all.end()) continue;
        session->machine.cancel({"asked", model::Cause::none, 1'000});
        session->is_busy = true;
    }
    on_work();
}

void Daemon::rerun(model::RunId run, const queue::RerunRequest& request) {
    context_.note("re-run " + std::to_string(static_cast<int>(request.what)));
    auto done = context_.db.write_now([&](store::Transaction& tx) -> Result<> {
        const auto before = store::find_run(tx, run)->state;
        auto again = queue::rerun(tx, run, request);
        if (!again) return again;
        ++context_.tally[is_final(before) ? "re-run after the end" : "re-run beside others"];
        for (const auto& job : store::list_jobs(tx, run)) {
            if (!is_final(job.state)) context_.began_again.insert(job.id.value);
        }
        return {};
    });
    if (!done && done.error().code != Code::conflict) context_.violate(done.error().message);
    on_work();
}

void Daemon::settle(model::DeploymentId id) {
    context_.note("settles deployment " + to_text(id));
    ++context_.tally["deployment settled"];
    context_.settled.insert(id.value);
    auto settled = context_.db.write_now([&](store::Transaction& tx) -> Result<> {
        const auto to = model::DeploymentState::rolled_back;
        if (context_.plant != Plant::forgotten_settle) {
            return deployments::settle_deployment(tx, id, to, "looked", "somebody");
        }
        return store::move_deployment(tx, {id, model::DeploymentState::unknown, to});
    });
    if (!settled) context_.violate("settle: " + settled.error().message);
    on_work();
}

void Daemon::on(const launch::ClaimNext&) {
    const auto token = random_hex(context_.dice, 32);
    queue::ClaimRequest request{kWorkers, sha256_hex(token), "simulated"};
    request.obstacle = [this](store::Transaction& tx, const store::JobRow& job) {
        return launch::find_obstacle(tx, seen_by_deployments(tx, context_, job));
    };
    std::optional<Milliseconds> next_in;
    auto claim = context_.db.write_now([&](store::Transaction& tx) {
        if (const auto at = store::next_not_before(tx, tx.now())) next_in = *at - tx.now();
        return queue::claim_next(tx, request);
    });
    if (!claim) return context_.violate("claim: " + claim.error().message);
    std::optional<model::Fence> fence;
    if (*claim) {
        fence = (*claim)->fence;
        process_->tokens[*fence] = Secret{token};
        context_.note("claimed " + to_text(*fence) + " for job " + to_text((*claim)->job.id));
    }
    process_->dispatch.on_claimed(fence, next_in, context_.now());
}

void Daemon::on(const launch::StartRunner& action) {
    if (action.renews_token) {
        const auto token = random_hex(context_.dice, 32);
        ++context_.tally["token renewed"];
        auto set = context_.db.write_now([&](store::Transaction& tx) {
            return store::set_attempt_token(tx, action.fence, sha256_hex(token));
        });
        if (!set) return process_->dispatch.on_settled(action.fence, false, context_.now());
        process_->tokens[action.fence] = Secret{token};
    }
    ask(launcher::Action::start, action.fence);
}

void Daemon::on(const launch::ListRunners&) {
    ask(launcher::Action::list, {});
}

void Daemon::on(const launch::StopRunner& action) {
    ask(launcher::Action::stop, action.fence);
}

void Daemon::on(const launch::SweepRunner& action) {
    ask(launcher::Action::sweep, action.fence);
}

void Daemon::on(const launch::InspectSpool& action) {
    protocol::SpoolScanner scanner;
    scanner.feed(context_.disk.spools[action.fence.value]);
    const auto row = context_.db.read_now([&](store::Connection& db) -> Result<store::AttemptRow> {
        return *store::find_attempt(db, action.fence);
    });
    if (row && is_final(row->state)) {
        return process_->dispatch.on_over(action.fence, context_.now());
    }
    const auto& summary = scanner.summary();
    const bool is_ours = summary.started && row && summary.started->nonce == row->nonce;
    process_->dispatch.on_inspected(action.fence, is_ours && summary.has_end);
}

void Daemon::on(const launch::ReplaySpool& action) {
    context_.note("replays the spool of " + to_text(action.fence));
    ++context_.tally["spool replayed"];
    if (replay(action.fence)) {
        process_->dispatch.on_settled(action.fence, true, context_.now());
    } else if (is_alive()) {
        process_->dispatch.on_settled(action.fence, false, context_.now());
    }
}

bool Daemon::replay(model::Fence fence) {
    const auto row = context_.db.read_now([&](store::Connection& db) -> Result<store::AttemptRow> {
        return *store::find_attempt(db, fence);
    });
    protocol::Attached attached;
    attached.acked = static_cast<std::uint64_t>(row->acked);
    attached.resend_from = resend_from(fence, attached.acked);
    attached.have = context_.disk.lengths_of(fence.value);
    auto machine = protocol::DaemonMachine::replaying(attached);
    const store::Hold hold{fence, row->nonce};
    const std::string_view spool{context_.disk.spools[fence.value]};
    machine.receive(spool.substr(attached.resend_from));
    while (auto action = machine.next()) {
        if (context_.can_fail && context_.dice.once_in(20)) {
            crash();
            return false;
        }
        if (auto* write = std::get_if<protocol::WriteLog>(&*action)) {
            machine.answer_log(context_.disk.append_log(fence.value, *write));
        } else if (auto* verify = std::get_if<protocol::VerifyLogs>(&*action)) {
            machine.answer_verify(context_.disk.verify(fence.value, *verify));
        } else if (auto* commit = std::get_if<protocol::Commit>(&*action)) {
            machine.answer_commit(apply_commit(context_, hold, *commit));
        } else if (auto* close = std::get_if<protocol::Close>(&*action)) {
            if (close->are_logs_damaged) cut_logs(fence, *close);
        }
    }
    return machine.is_finished();
}

void Daemon::on(const launch::GiveBack& action) {
    context_.note("gives back " + to_text(action.fence) + ": " + action.reason);
    ++context_.tally["attempt given back"];
    auto done = context_.db.write_now([&](store::Transaction& tx) {
        return queue::give_back(tx, action.fence, action.reason);
    });
    process_->dispatch.on_settled(action.fence, done.has_value(), context_.now());
}

void Daemon::on(const launch::Lose& action) {
    context_.note("loses " + to_text(action.fence) + ": " + action.reason);
    ++context_.tally[action.is_proven_dead ? "runner lost" : "runner lost, not proven dead"];
    std::int64_t acked = 0;
    auto done = context_.db.write_now([&](store::Transaction& tx) {
        acked = store::find_attempt(tx, action.fence)->acked;
        return launch::lose_runner(tx, action.fence, {action.reason, action.is_proven_dead});
    });
    if (done) context_.lost[action.fence.value] = acked;
    if (!done && done.error().code != Code::conflict) context_.violate(done.error().message);
    process_->dispatch.on_settled(action.fence, true, context_.now());
}

void Daemon::on(const launch::MarkSwept& action) {
    (void)context_.db.write_now([&](store::Transaction& tx) -> Result<bool> {
        store::set_swept(tx, action.fence);
        return true;
    });
}

}  // namespace triphammer::simulation
