#include "launch/layer_pool.hpp"

#include "store/runs/run_store.hpp"

#include <string_view>

namespace triphammer::launch {

namespace {

/// Of another repository, so perhaps with a checkout inside; a local one stands behind a checkout
/// of the job's own.
bool is_pinned(std::string_view uses) {
    constexpr std::size_t kDigits = 40;
    const auto commit = uses.substr(uses.rfind('@') + 1);
    return commit.size() == kDigits &&
           commit.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// The text is ours, and each job's start waits for this: it is not taken apart.
bool may_check_out(std::string_view definition_json) {
    constexpr std::string_view kUses = R"("uses":")";
    if (definition_json.find("actions/checkout@") != std::string_view::npos) return true;
    for (auto at = definition_json.find(kUses); at != std::string_view::npos;
         at = definition_json.find(kUses, at)) {
        at += kUses.size();
        if (is_pinned(definition_json.substr(at, definition_json.find('"', at) - at))) return true;
    }
    return false;
}

}  // namespace

std::string find_layer_pool(store::Connection& db, const store::JobRow& job) {
    if (!may_check_out(job.definition_json)) return {};
    const auto run = store::find_run(db, job.run);
    if (!run) return {};
    return model::to_text(job.repository) + (run->from_fork ? ".fork" : "");
}

}  // namespace triphammer::launch
