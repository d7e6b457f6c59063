#include "deployments/ledger.hpp"
#include "launch/deploy_lock.hpp"
#include "simulation/sim_daemon.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::simulation {

using nlohmann::json;

Result<std::vector<protocol::Verdict>> apply_commit(
    Context& context, const store::Hold& hold, const protocol::Commit& commit
) {
    context.note(
        "commit of " + to_text(hold.fence) + " " + std::to_string(commit.base) + " to " +
        std::to_string(commit.acked)
    );
    return context.db.write_now([&](store::Transaction& tx) {
        return launch::apply_records(tx, hold, commit, {});
    });
}

store::JobRow seen_by_deployments(
    store::Connection& db, const Context& context, const store::JobRow& job
) {
    auto seen = job;
    if (context.plant == Plant::second_deployment) {
        seen.run_attempt = store::find_run(db, job.run)->attempt;
    }
    return seen;
}

namespace {

Result<> add_deployment(
    store::Transaction& tx, const Context& context, const store::JobRow& job, json& document
) {
    const auto run = *store::find_run(tx, job.run);
    const auto definition = json::parse(job.definition_json).get<model::JobDefinition>();
    auto opening =
        launch::open_deployment(tx, run, seen_by_deployments(tx, context, job), *definition.deploy);
    if (!opening) return opening.error();
    if (opening->blocker) return Error{Code::internal, "a job was claimed without its lock"};
    auto spec = deployments::make_spec(tx, opening->id);
    if (!spec) return spec.error();
    document = {
        {"deployment", spec->id},
        {"service", definition.deploy->service.text},
        {"digest", "sha256:" + job.name},
        {"previous", json::parse(spec->previous_json)},
        {"effects", json::parse(spec->effects_json)},
        {"migrations", json::parse(spec->migrations_json)},
        {"losses", spec->losses}};
    return {};
}

Result<std::string> make_document(
    store::Transaction& tx, const Context& context, const launch::AttachedRunner& runner
) {
    auto document = json::object();
    if (runner.job.kind == model::JobKind::deploy) {
        auto added = add_deployment(tx, context, runner.job, document);
        if (!added) return added.error();
    }
    document["job"] = runner.job.id.value;
    document["seed"] = std::stoull(runner.job.name);
    document["kind"] = std::string{name_of(runner.job.kind)};
    return document.dump();
}

}  // namespace

void Daemon::accept(const WirePtr& wire) {
    auto session = std::make_unique<Session>();
    session->wire = wire;
    session->heard_at = context_.now();
    process_->sessions.push_back(std::move(session));
}

Session* Daemon::find(const WirePtr& wire) {
    for (auto& session : process_->sessions) {
        if (session->wire == wire) return session.get();
    }
    return nullptr;
}

void Daemon::receive(const WirePtr& wire, std::string_view bytes) {
    auto* session = find(wire);
    if (session == nullptr) return;
    session->machine.receive(bytes);
    session->heard_at = context_.now();
    session->is_busy = true;
}

void Daemon::lose_wire(const WirePtr& wire) {
    wire->daemon_knows = true;
    auto* session = find(wire);
    if (session == nullptr) return;
    // What is being committed goes on without the connection.
    if (session->answer) std::exchange(session->answer, {})();
    const bool is_over = session->machine.is_finished();
    const auto fence = session->hold ? session->fence : model::Fence{};
    drop(*session);
    if (fence && is_over) process_->dispatch.on_over(fence, context_.now());
    if (fence && !is_over) process_->dispatch.on_detached(fence, context_.now());
    collect();
}

void Daemon::drop(Session& session) {
    auto& all = process_->sessions;
    const auto found = std::find_if(all.begin(), all.end(), [&session](const auto& each) {
        return each.get() == &session;
    });
    all.erase(found);
}

std::vector<Session*> Daemon::busy_sessions() {
    std::vector<Session*> busy;
    if (!is_alive()) return busy;
    for (auto& session : process_->sessions) {
        if (session->is_busy || session->answer) busy.push_back(session.get());
    }
    return busy;
}

void Daemon::step(Session& session) {
    if (session.answer) {
        const auto answer = std::exchange(session.answer, {});
        return answer();
    }
    auto action = session.machine.next(context_.dice.below(2) == 0);
    if (!action) {
        session.is_busy = session.machine.is_holding_back();
        return;
    }
    std::visit([&](auto& what) { on(session, what); }, *action);
}

void Daemon::on(Session& session, protocol::CheckAttach& check) {
    session.fence = check.attach.fence;
    // One connection an attempt: an older one must not apply anything any more.
    for (auto& other : process_->sessions) {
        if (other.get() == &session || other->fence != session.fence) continue;
        other->wire->cut(context_.dice);
        other->wire->daemon_knows = true;
        // What it had committed is committed: its driver still hears of that.
        if (other->answer) other->answer();
        const bool is_over = other->machine.is_finished();
        drop(*other);
        if (is_over) process_->dispatch.on_over(session.fence, context_.now());
        break;
    }
    std::string document;
    auto attached =
        context_.db.write_now([&](store::Transaction& tx) -> Result<launch::AttachedRunner> {
            auto runner = launch::attach_runner(tx, check.attach);
            if (!runner) return runner.error();
            auto made = make_document(tx, context_, *runner);
            if (!made) return made.error();
            document = std::move(*made);
            return runner;
        });
    if (!attached) {
        context_.note("attach of " + to_text(session.fence) + ": " + attached.error().message);
        if (attached.error().code == Code::internal) context_.violate(attached.error().message);
        return session.machine.answer_attach(attached.error());
    }
    session.hold = store::Hold{session.fence, check.attach.nonce};
    answer_attach(session, *attached, std::move(document));
}

void Daemon::answer_attach(
    Session& session, const launch::AttachedRunner& runner, std::string document
) {
    process_->dispatch.on_attached(session.fence);
    protocol::Attached attached;
    attached.acked = static_cast<std::uint64_t>(runner.attempt.acked);
    attached.resend_from = resend_from(session.fence, attached.acked);
    attached.have = context_.disk.lengths_of(session.fence.value);
    attached.cancel = runner.cancel;
    attached.open_intent = runner.open_intent;
    attached.document = std::move(document);
    session.machine.answer_attach(std::move(attached));
}

void Daemon::on(Session& session, protocol::WriteLog& write) {
    if (context_.can_fail && context_.dice.once_in(60)) {
        // Killed in the middle of the write.
        write.bytes = write.bytes.substr(0, context_.dice.below(write.bytes.size()));
        (void)context_.disk.append_log(session.fence.value, write);
        ++context_.tally["log write torn"];
        return crash();
    }
    auto kept = context_.disk.append_log(session.fence.value, write);
    if (!kept && !context_.has_damaged) {
        context_.violate("the log of a step could not be kept: " + kept.error().message);
    }
    session.machine.answer_log(kept);
}

void Daemon::on(Session& session, protocol::VerifyLogs& verify) {
    session.machine.answer_verify(context_.disk.verify(session.fence.value, verify));
}

// What is damaged is cut and comes again from the spool.
void Daemon::cut_logs(model::Fence fence, const protocol::Close& close) {
    if (!context_.has_damaged) context_.violate("a log is not as it was written: " + close.why);
    if (context_.plant == Plant::ignored_gap && close.why == "a gap in a step's log") return;
    ++context_.tally["log cut: " + close.why];
    context_.disk.remove_logs(fence.value);
    ++process_->damages[fence];
}

std::uint64_t Daemon::resend_from(model::Fence fence, std::uint64_t acked) {
    return process_->damages[fence] > 0 ? 0 : acked;
}

void Daemon::on(Session& session, protocol::Commit& commit) {
    if (context_.plant == Plant::ack_before_commit) {
        std::vector<protocol::Verdict> go;
        for (const auto& record : commit.records) {
            if (const auto* intent = std::get_if<protocol::Intent>(&record)) {
                go.push_back({intent->n, true, ""});
            }
        }
        session.machine.answer_commit(std::move(go));
        process_->late_commits.emplace_back([this, hold = *session.hold, commit] {
            (void)apply_commit(context_, hold, commit);
        });
        return;
    }
    auto verdicts = apply_commit(context_, *session.hold, commit);
    if (!verdicts) context_.note("not applied: " + verdicts.error().message);
    session.answer = [&session, verdicts = std::move(verdicts)] {
        session.machine.answer_commit(verdicts);
    };
}

void Daemon::on(Session& session, protocol::Send& send) {
    session.wire->down += send.bytes;
}

void Daemon::on(Session& session, protocol::Close& close) {
    if (!close.why.empty())
        context_.note("daemon closes " + to_text(session.fence) + ": " + close.why);
    if (close.are_logs_damaged) cut_logs(session.fence, close);
    hang_up(session, false);
}

void Daemon::hang_up(Session& session, bool is_silent) {
    const bool is_over = session.machine.is_finished();
    const auto fence = session.hold ? session.fence : model::Fence{};
    const auto wire = session.wire;
    wire->is_cut = wire->daemon_knows = true;
    wire->up.clear();
    drop(session);
    auto& dispatch = process_->dispatch;
    if (fence && is_over) dispatch.on_over(fence, context_.now());
    if (fence && !is_over && is_silent) dispatch.on_silent(fence, context_.now());
    if (fence && !is_over && !is_silent) dispatch.on_detached(fence, context_.now());
    collect();
}

// As RunnerConnection: while we work, or have not read what is there, it is not its silence.
void Daemon::cut_silent() {
    std::vector<Session*> silent;
    for (auto& session : process_->sessions) {
        const bool is_ours = session->is_busy || session->answer || !session->wire->up.empty();
        if (is_ours) session->heard_at = context_.now();
        if (context_.now() - session->heard_at >= kLease) silent.push_back(session.get());
    }
    for (auto* session : silent) {
        context_.note("nothing is heard of " + to_text(session->fence));
        ++context_.tally["silent runner cut"];
        hang_up(*session, true);
    }
}

}  // namespace triphammer::simulation
