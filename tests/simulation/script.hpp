#pragma once
// What a job does, made from its seed: every attempt of it does the same.

#include "model/states.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace triphammer::simulation {

struct ScriptOp {
    enum class Kind { begin, log, end, finish };

    Kind kind = Kind::finish;
    int step = 0;
    std::string text;
};

struct Script {
    std::vector<ScriptOp> ops;
    model::JobState result = model::JobState::succeeded;
};

Script make_script(std::uint64_t seed);

}  // namespace triphammer::simulation
