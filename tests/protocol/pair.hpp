#pragma once
// A runner machine and a daemon machine with a spool, tables and logs of a test between them.

#include "base/digest.hpp"
#include "protocol/daemon_machine.hpp"
#include "protocol/runner_machine.hpp"

#include <gtest/gtest.h>

namespace triphammer::protocol {

inline Instant at(std::int64_t ms) {
    return Instant{std::chrono::milliseconds{ms}};
}

/// The daemon's lasting side.
struct Tables {
    std::vector<Record> records;
    std::uint64_t acked = 0;
    std::uint64_t resend_from = ~0ULL;
    std::map<int, std::string> logs;
    std::optional<std::int64_t> open_intent;
    std::string document = "{}";
    bool is_over = false;

    Result<Attached> attach() const;
    Result<std::vector<Verdict>> commit(const Commit& commit);
    Result<> verify(const VerifyLogs& verify) const;

    void cut_logs() {
        logs.clear();
        resend_from = 0;
    }
};

/// Both ends of one wire. Everything happens when the test calls.
struct Pair {
    RunnerMachine runner{{{7}, Secret{"token"}, "00112233445566778899aabbccddeeff", "1"}, at(0)};
    std::string spool = runner.opening_record(from_unix_ms(0));
    Tables tables;
    std::optional<DaemonMachine> daemon;
    std::vector<RunnerAction> actions;
    Instant now = at(0);
    std::string closed;

    void append(const Record& record) { spool += runner.append(record, now); }

    void log(int step, std::string_view bytes) {
        for (const auto& frame : runner.append_log(step, bytes)) spool += frame.to_string();
    }

    void connect();
    void disconnect();
    /// Moves bytes both ways until nothing moves any more.
    void settle();
    bool move_once();
    void do_action(DaemonAction& action);

    template <class Action>
    int count() const {
        int found = 0;
        for (const auto& action : actions) found += std::holds_alternative<Action>(action) ? 1 : 0;
        return found;
    }
};

/// An End whose sums are those of `tables`' logs plus what the test says.
End end_with(const std::map<int, std::string>& logs);

}  // namespace triphammer::protocol
