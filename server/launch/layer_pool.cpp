#include "launch/layer_pool.hpp"

#include "store/run_store.hpp"

namespace triphammer::launch {

/// A checkout inside of an action is not seen from here: it takes the usual way.
std::string find_layer_pool(store::Connection& db, const store::JobRow& job) {
    if (job.definition_json.find("actions/checkout@") == std::string::npos) return {};
    const auto run = store::find_run(db, job.run);
    if (!run) return {};
    return model::to_text(job.repository) + (run->from_fork ? ".fork" : "");
}

}  // namespace triphammer::launch
