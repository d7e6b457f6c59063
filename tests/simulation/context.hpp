#pragma once
// What the parts of one simulated world share.

#include "simulation/dice.hpp"
#include "simulation/disk.hpp"
#include "simulation/outside.hpp"
#include "simulation/wire.hpp"
#include "store/sqlite/database.hpp"
#include "support/clock.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace triphammer::simulation {

/// A bug put into the simulation's glue, never into the product: the simulation must find it.
enum class Plant {
    none,
    ack_before_commit,  // the daemon says "kept" and keeps it a moment later
    silence_is_death,   // the launcher takes a runner without a connection for dead
    blind_repeat,       // a new attempt repeats an open effect without observing
    repeat_refused,     // what the way back was refused is asked for again, under the next number
    forgotten_settle,   // a deployment is settled, and whoever waits for its lock is not told
    stale_repeat,       // an effect is tried once more on a verdict of long ago
    second_deployment,  // a deployment under way is taken for a new one after a re-run beside it
    ignored_gap,        // a log that is too short is noticed, and nobody asks for what is missing
};

struct Context {
    Context(store::Database& database, testing::ManualClock& manual, std::uint64_t seed)
        : db{database}, clock{manual}, dice{seed} {}

    store::Database& db;
    testing::ManualClock& clock;
    Dice dice;
    Disk disk;
    Outside outside;
    std::vector<WirePtr> wires;
    Plant plant = Plant::none;

    bool can_fail = false;           // faults are left: a part may fail in the middle of a step
    bool has_killed_runner = false;  // what excuses a job that did not end as its script says
    bool has_damaged = false;        // a log, once
    bool has_jumped = false;         // time went on by more than a deadline
    bool has_frozen = false;         // a runner, for longer than a lease
    bool has_cancelled = false;
    std::map<std::int64_t, std::int64_t> lost;  // fence → acked, when its attempt was given up
    std::set<std::int64_t> began_again;         // jobs that somebody had run again
    std::set<std::int64_t> settled;  // deployments that were unknown until a person looked

    std::map<std::string, std::uint64_t> tally;  // how often what happened: shows what was tried
    std::string violation;
    bool is_tracing = false;
    std::vector<std::string> trace;

    Instant now() const { return clock.instant(); }

    /// The first one counts.
    void violate(std::string what) {
        if (violation.empty()) violation = std::move(what);
        note("VIOLATION " + violation);
    }

    /// A deployment's runner is about to do something to the target.
    void check_touch(std::int64_t fence) {
        if (lost.count(fence) > 0) violate("a runner that was given up touched the target");
    }

    void note(const std::string& what) {
        if (is_tracing)
            trace.push_back(std::to_string(to_unix_ms(clock.now()) % 10'000'000) + " " + what);
    }
};

}  // namespace triphammer::simulation
