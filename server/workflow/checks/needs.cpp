#include "workflow/checks/needs.hpp"

#include "base/text.hpp"

#include <unordered_map>
#include <unordered_set>

namespace triphammer::workflow {

namespace {

struct Job {
    const Entry* entry = nullptr;
    std::vector<std::size_t> needs;
    std::size_t waits_for = 0;  // needs that are not ordered yet
};

/// The names under `needs`, where they are text.
std::vector<const Node*> needs_of(const Node& job) {
    const auto* needs = job.find("needs");
    if (needs == nullptr) return {};
    if (needs->kind == NodeKind::scalar) return {needs};
    std::vector<const Node*> names;
    for (const auto* item : needs->items) {
        if (item->kind == NodeKind::scalar) names.push_back(item);
    }
    return names;
}

class Graph {
  public:
    Graph(const Node& jobs, Report& report) : report_(report) {
        for (const auto& entry : jobs.entries) {
            index_[entry.key->text] = jobs_.size();
            names_.push_back(entry.key->text);
            jobs_.push_back({&entry, {}, 0});
        }
        for (std::size_t i = 0; i < jobs_.size(); ++i) link(i);
    }

    void check_cycles() {
        order();
        for (std::size_t i = 0; i < jobs_.size(); ++i) {
            if (jobs_[i].waits_for == 0) continue;
            report_cycle(i);
            return;
        }
    }

  private:
    void link(std::size_t job) {
        std::unordered_set<std::string> seen;
        for (const auto* name : needs_of(*jobs_[job].entry->value)) {
            const auto found = index_.find(name->text);
            if (found == index_.end()) {
                report_.error(
                    "unknown-need",
                    name->at,
                    "there is no job " + show(name->text),
                    nearest_hint(name->text, names_)
                );
            } else if (seen.insert(name->text).second) {
                jobs_[job].needs.push_back(found->second);
                ++jobs_[job].waits_for;
            } else {
                report_.error("duplicate-need", name->at, show(name->text) + " is needed twice");
            }
        }
    }

    /// Takes jobs whose needs are all taken; what is left lies on a cycle or behind one.
    void order() {
        std::vector<std::vector<std::size_t>> waiting(jobs_.size());
        std::vector<std::size_t> ready;
        for (std::size_t i = 0; i < jobs_.size(); ++i) {
            for (const auto need : jobs_[i].needs) waiting[need].push_back(i);
            if (jobs_[i].waits_for == 0) ready.push_back(i);
        }
        while (!ready.empty()) {
            const auto done = ready.back();
            ready.pop_back();
            for (const auto next : waiting[done]) {
                if (--jobs_[next].waits_for == 0) ready.push_back(next);
            }
        }
    }

    /// Follows unordered needs from `start` until a job comes a second time.
    void report_cycle(std::size_t start) {
        std::vector<std::size_t> path;
        std::unordered_map<std::size_t, std::size_t> at;
        std::size_t job = start;
        while (at.emplace(job, path.size()).second) {
            path.push_back(job);
            for (const auto need : jobs_[job].needs) {
                if (jobs_[need].waits_for > 0) job = need;
            }
        }
        std::vector<std::string> names;
        for (std::size_t i = at[job]; i < path.size(); ++i) names.push_back(names_[path[i]]);
        names.push_back(names_[job]);
        report_.error(
            "needs-cycle",
            jobs_[job].entry->key->at,
            "these jobs wait for each other: " + join(names, " needs "),
            "remove one of the needs"
        );
    }

    Report& report_;
    std::vector<Job> jobs_;
    std::vector<std::string> names_;
    std::unordered_map<std::string, std::size_t> index_;
};

}  // namespace

void check_needs(const Node& jobs, Report& report) {
    Graph graph{jobs, report};
    graph.check_cycles();
}

}  // namespace triphammer::workflow
