#include "runner/actions/name.hpp"

#include <cctype>

namespace triphammer::runner {

namespace {

/// "__actions_checkout" of "actions/checkout@v4", "__self" of one of the repository's own.
std::string base_name(const model::Step& step) {
    if (step.uses.empty()) return "__run";
    if (step.uses.starts_with("./")) return "__self";
    std::string out = "__";
    for (const char c : step.uses.substr(0, step.uses.find('@'))) {
        const bool is_word = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-';
        out += is_word ? c : '_';
    }
    return out;
}

}  // namespace

std::string action_name(const std::vector<model::Step>& steps, const model::Step& step) {
    if (!step.id.empty()) return step.id;
    auto base = base_name(step);
    int count = 1;
    for (const auto& one : steps) {
        if (&one == &step) return count == 1 ? base : base + "_" + std::to_string(count);
        if (one.id.empty() && base_name(one) == base) ++count;
    }
    return base;
}

}  // namespace triphammer::runner
