#include "protocol/pair.hpp"

namespace triphammer::protocol {

Result<Attached> Tables::attach() const {
    if (is_over) return refused("the attempt is over");
    Attached attached;
    attached.acked = acked;
    attached.resend_from = std::min(resend_from, acked);
    for (const auto& [step, bytes] : logs) attached.have[step] = bytes.size();
    attached.document = document;
    if (open_intent) attached.open_intent = Verdict{*open_intent, true, ""};
    return attached;
}

Result<std::vector<Verdict>> Tables::commit(const Commit& commit) {
    if (is_over) return conflict("the attempt is over");
    std::vector<Verdict> verdicts;
    for (const auto& record : commit.records) {
        records.push_back(record);
        if (const auto* intent = std::get_if<Intent>(&record)) {
            open_intent = intent->n;
            verdicts.push_back({intent->n, true, ""});
        }
        if (std::holds_alternative<EffectResult>(record)) open_intent.reset();
    }
    acked = commit.acked;
    return verdicts;
}

Result<> Tables::verify(const VerifyLogs& verify) const {
    for (const auto& sum : verify.sums) {
        const auto found = logs.find(sum.number);
        const std::string text = found == logs.end() ? "" : found->second;
        if (text.size() != sum.bytes || sha256_hex(text) != sum.sha256) {
            return conflict("a log differs");
        }
    }
    return {};
}

void Pair::connect() {
    runner.on_connected(now);
    daemon.emplace();
    settle();
}

void Pair::disconnect() {
    runner.on_disconnected(now);
    daemon.reset();
}

void Pair::settle() {
    while (move_once()) {
    }
}

bool Pair::move_once() {
    for (auto& action : runner.take_actions()) actions.push_back(std::move(action));
    auto bytes = runner.take_outgoing();
    for (auto range = runner.take_plain_spool(); daemon && range;
         range = runner.take_plain_spool()) {
        bytes += spool.substr(range->offset, range->bytes);
    }
    for (auto range = runner.wanted_spool(); daemon && range; range = runner.wanted_spool()) {
        bytes += runner.frames_from_spool(
            range->offset, std::string_view{spool}.substr(range->offset, range->bytes)
        );
    }
    if (!daemon) return false;
    daemon->receive(bytes);
    bool moved = !bytes.empty();
    while (daemon) {
        auto action = daemon->next();
        if (!action) break;
        do_action(*action);
        moved = true;
    }
    return moved;
}

void Pair::do_action(DaemonAction& action) {
    if (std::holds_alternative<CheckAttach>(action)) {
        daemon->answer_attach(tables.attach());
    } else if (auto* write = std::get_if<WriteLog>(&action)) {
        EXPECT_EQ(tables.logs[write->step].size(), write->offset);
        tables.logs[write->step] += write->bytes;
        daemon->answer_log({});
    } else if (auto* verify = std::get_if<VerifyLogs>(&action)) {
        daemon->answer_verify(tables.verify(*verify));
    } else if (auto* commit = std::get_if<Commit>(&action)) {
        daemon->answer_commit(tables.commit(*commit));
    } else if (auto* send = std::get_if<Send>(&action)) {
        runner.on_received(send->bytes, now);
    } else if (auto* close = std::get_if<Close>(&action)) {
        closed = close->why;
        if (close->are_logs_damaged) tables.cut_logs();
        disconnect();
    }
}

End end_with(const std::map<int, std::string>& logs) {
    End end;
    for (const auto& [step, text] : logs) {
        end.steps.push_back({step, text.size(), sha256_hex(text)});
    }
    return end;
}

}  // namespace triphammer::protocol
