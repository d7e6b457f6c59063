#include "plan/turn.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace triphammer::plan {

namespace {

namespace expression = workflow::expression;
using expression::Value;
using model::JobState;

bool is_call(const JobFacts& job) {
    return job.definition->kind == "call";
}

constexpr bool is_open(JobState state) {
    return state != JobState::blocked && !is_final(state);
}

}  // namespace

std::string_view result_of(const JobFacts& job) {
    switch (job.state) {
        case JobState::succeeded:
            return "success";
        case JobState::failed:
        case JobState::timed_out:
            return job.continue_on_error ? "success" : "failure";
        case JobState::cancelled:
            return "cancelled";
        case JobState::skipped:
            return "skipped";
        default:
            return "";
    }
}

Turns::Turns(std::vector<JobFacts>& jobs, const expression::Contexts& contexts, Mode mode)
    : jobs_(jobs),
      contexts_(contexts),
      mode_(mode),
      needs_(jobs.size()),
      dependants_(jobs.size()),
      past_(jobs.size()),
      own_(jobs.size()),
      parents_(jobs.size()),
      children_(jobs.size()),
      is_waiting_for_legs_(jobs.size()) {
    for (Index i = 0; i < jobs.size(); ++i) by_node_[node_of(i)].push_back(i);
    for (Index i = 0; i < jobs.size(); ++i) link(i);
    for (Index i = 0; i < jobs.size(); ++i) read_own(i);
    link_calls();
    keep_all_pasts();
}

void Turns::link_calls() {
    std::unordered_map<std::string_view, Index> by_key;
    for (Index i = 0; i < jobs_.size(); ++i) by_key[jobs_[i].key] = i;
    for (Index i = 0; i < jobs_.size(); ++i) {
        const auto parent = by_key.find(jobs_[i].parent);
        if (jobs_[i].parent.empty() || parent == by_key.end()) continue;
        parents_[i] = parent->second;
        children_[parent->second].push_back(i);
    }
}

std::string Turns::node_of(Index job) const {
    const auto& facts = jobs_[job];
    return std::string{facts.node.empty() ? facts.key : facts.node};
}

/// The node that `key` means where the job's definition stands.
std::string Turns::need_of(Index job, const std::string& key) const {
    auto node = node_of(job);
    const auto& own = jobs_[job].definition->key;
    if (node.ends_with(own)) node.resize(node.size() - own.size());
    return node + key;
}

const std::vector<Turns::Index>& Turns::legs_of(const std::string& node) const {
    static const std::vector<Index> kNone;
    const auto found = by_node_.find(node);
    return found == by_node_.end() ? kNone : found->second;
}

void Turns::link(Index job) {
    for (const auto& key : jobs_[job].definition->needs) {
        for (const auto need : legs_of(need_of(job, key))) {
            needs_[job].push_back(need);
            dependants_[need].push_back(job);
        }
    }
}

void Turns::read_own(Index job) {
    if (jobs_[job].contexts_json.size() <= 2) return;
    const auto contexts = expression::parse_json(jobs_[job].contexts_json);
    if (!contexts) return;
    own_[job].matrix = contexts->member("matrix");
    own_[job].strategy = contexts->member("strategy");
    own_[job].inputs = contexts->member("inputs");
    own_[job].is_leg = !own_[job].strategy.is_null();
}

Turns::Taken Turns::take_all() {
    Taken taken;
    bool moves = true;
    while (moves) {
        moves = stop_siblings(taken);
        moves = take_ready(taken) || moves;
        moves = end_calls(taken) || moves;
    }
    std::sort(taken.steps.begin(), taken.steps.end(), [](const Step& a, const Step& b) {
        return a.index < b.index;
    });
    return taken;
}

bool Turns::take_ready(Taken& taken) {
    std::vector<Index> ready;
    for (Index i = 0; i < jobs_.size(); ++i) {
        if (is_ready(i)) ready.push_back(i);
    }
    const bool moves = !ready.empty();
    for (Index at = 0; at < ready.size(); ++at) {
        const auto job = ready[at];
        if (!is_ready(job)) continue;
        take(job, taken);
        for (const auto next : dependants_[job]) {
            if (is_ready(next)) ready.push_back(next);
        }
        for (const auto child : children_[job]) {
            if (is_ready(child)) ready.push_back(child);
        }
    }
    return moves;
}

void Turns::take(Index job, Taken& taken) {
    const auto expansions = taken.expansions.size();
    auto transition = decide(job, taken);
    if (taken.expansions.size() > expansions) {
        is_waiting_for_legs_[job] = true;
        return;
    }
    move(job, std::move(transition), taken);
}

void Turns::move(Index job, Transition transition, Taken& taken) {
    jobs_[job].state = transition.state;
    jobs_[job].cause = transition.cause;
    jobs_[job].continue_on_error = transition.continue_on_error;
    // What a call gives may be looked at in this very turn: by a call around it, by who needs it.
    if (!transition.outputs_json.empty()) {
        jobs_[job].outputs_json = outputs_.emplace_back(transition.outputs_json);
    }
    // Whoever knows the groups says when a call has them; until then its jobs wait.
    jobs_[job].is_held = is_call(jobs_[job]) && !transition.groups.empty();
    if (is_call(jobs_[job]) && !transition.contexts_json.empty()) {
        const auto contexts = expression::parse_json(transition.contexts_json);
        if (contexts) own_[job].inputs = contexts->member("inputs");
    }
    taken.steps.push_back({job, std::move(transition)});
    if (is_final(jobs_[job].state)) keep_past(job);
}

bool Turns::is_ready(Index job) const {
    if (jobs_[job].state != JobState::blocked || is_waiting_for_legs_[job]) return false;
    if (mode_.held && !mode_.cancelled) return false;
    const auto& needs = needs_[job];
    const bool all_ended = std::all_of(needs.begin(), needs.end(), [this](Index need) {
        return is_final(jobs_[need].state);
    });
    return all_ended && may_begin(job) && has_room(job);
}

/// Jobs of a called workflow begin with the job that calls it.
bool Turns::may_begin(Index job) const {
    if (!parents_[job]) return true;
    const auto& caller = jobs_[*parents_[job]];
    return caller.state == JobState::waiting && (!caller.is_held || mode_.cancelled);
}

/// `max-parallel` of its matrix.
bool Turns::has_room(Index job) const {
    if (!own_[job].is_leg) return true;
    const auto limit = own_[job].strategy.member("max-parallel");
    if (limit.kind() != expression::Kind::number) return true;
    const auto& legs = legs_of(node_of(job));
    const auto open = std::count_if(legs.begin(), legs.end(), [this](Index leg) {
        return is_open(jobs_[leg].state);
    });
    return static_cast<double>(open) < limit.as_number();
}

/// fail-fast: the first failure of a matrix ends its other jobs. True: something moved.
bool Turns::stop_siblings(Taken& taken) {
    bool moves = false;
    for (Index i = 0; i < jobs_.size(); ++i) {
        if (!own_[i].is_leg || result_of(jobs_[i]) != "failure") continue;
        if (!own_[i].strategy.member("fail-fast").is_truthy()) continue;
        for (const auto leg : legs_of(node_of(i))) moves = stop_sibling(leg, i, taken) || moves;
    }
    return moves;
}

bool Turns::stop_sibling(Index job, Index failed, Taken& taken) {
    if (is_final(jobs_[job].state) || jobs_[job].is_stopping) return false;
    // It was asked to run again after that failure.
    if (jobs_[job].attempt > jobs_[failed].attempt) return false;
    const auto why = "fail-fast: '" + std::string{jobs_[failed].key} + "' of its matrix failed";
    return stop(job, why, taken);
}

/// A running one is asked to end, any other ends here.
bool Turns::stop(Index job, std::string why, Taken& taken) {
    auto& facts = jobs_[job];
    if (facts.state == JobState::running) {
        facts.is_stopping = true;
        taken.stops.push_back({std::string{facts.key}, std::move(why)});
        return true;
    }
    Transition transition;
    transition.key = facts.key;
    transition.state = JobState::cancelled;
    transition.reason = {false, "stopped", std::move(why), {}};
    // One that was decided a moment ago is not decided twice.
    std::erase_if(taken.steps, [job](const Step& step) { return step.index == job; });
    move(job, std::move(transition), taken);
    return true;
}

/// A failure or a skip counts for the whole chain behind it.
void Turns::keep_past(Index job) {
    const auto result = result_of(jobs_[job]);
    Past past{result == "success", result == "failure"};
    for (const auto need : needs_[job]) {
        past.success = past.success && past_[need].success;
        past.failure = past.failure || past_[need].failure;
    }
    past_[job] = past;
}

/// Needs before what needs them, so that each past stands on finished ones.
void Turns::keep_all_pasts() {
    std::vector<std::size_t> open(jobs_.size());
    std::vector<Index> order;
    for (Index i = 0; i < jobs_.size(); ++i) {
        open[i] = needs_[i].size();
        if (open[i] == 0) order.push_back(i);
    }
    for (Index at = 0; at < order.size(); ++at) {
        const auto job = order[at];
        if (is_final(jobs_[job].state)) keep_past(job);
        for (const auto next : dependants_[job]) {
            if (--open[next] == 0) order.push_back(next);
        }
    }
}

}  // namespace triphammer::plan
