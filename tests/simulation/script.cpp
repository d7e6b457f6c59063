#include "simulation/script.hpp"

#include "simulation/dice.hpp"

namespace triphammer::simulation {

namespace {

std::string some_text(Dice& dice) {
    // Now and then more than one frame holds.
    const auto size = dice.once_in(300) ? 300'000 + dice.below(1000) : 1 + dice.below(400);
    std::string text(size, ' ');
    for (auto& c : text) c = static_cast<char>('a' + dice.below(26));
    text.back() = '\n';
    return text;
}

}  // namespace

Script make_script(std::uint64_t seed) {
    Dice dice{seed};
    Script script;
    const auto steps = 1 + dice.below(3);
    for (std::uint64_t step = 0; step < steps; ++step) {
        const int number = static_cast<int>(step);
        script.ops.push_back({ScriptOp::Kind::begin, number, "step"});
        for (auto chunks = dice.below(4); chunks > 0; --chunks) {
            script.ops.push_back({ScriptOp::Kind::log, number, some_text(dice)});
        }
        script.ops.push_back({ScriptOp::Kind::end, number, ""});
    }
    script.ops.push_back({ScriptOp::Kind::finish, 0, ""});
    if (dice.once_in(4)) script.result = model::JobState::failed;
    return script;
}

}  // namespace triphammer::simulation
