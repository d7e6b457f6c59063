#pragma once
// One connection between a runner and the daemon. Bytes travel when the schedule says so, in pieces
// of any size; a cut loses what is under way and is noticed by each side at another moment.

#include "simulation/dice.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace triphammer::simulation {

struct Wire {
    std::int64_t fence = 0;
    std::string up;    // runner → daemon, under way
    std::string down;  // daemon → runner
    bool is_cut = false;
    bool runner_knows = false;  // has noticed the end, or made it
    bool daemon_knows = false;

    void cut(Dice& dice) {
        if (is_cut) return;
        is_cut = true;
        // What was sent may still arrive before the end is noticed, or be lost.
        up.resize(dice.below(up.size() + 1));
        down.resize(dice.below(down.size() + 1));
    }

    /// Takes the next piece of `bytes`.
    static std::string take(std::string& bytes, Dice& dice) {
        const auto whole = bytes.size();
        const auto size = dice.once_in(4) ? 1 + dice.below(whole) : whole;
        auto piece = bytes.substr(0, size);
        bytes.erase(0, size);
        return piece;
    }
};

using WirePtr = std::shared_ptr<Wire>;

}  // namespace triphammer::simulation
