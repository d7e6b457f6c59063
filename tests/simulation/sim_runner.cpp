#include "simulation/sim_runner.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::simulation {

namespace {

protocol::RunnerIdentity make_identity(Context& context, std::int64_t fence, Secret token) {
    return {{fence}, std::move(token), random_hex(context.dice, 16), "simulated"};
}

}  // namespace

Runner::Runner(Context& context, std::int64_t fence, Secret token)
    : context_{context},
      fence_{fence},
      machine_{make_identity(context, fence, std::move(token)), context.now()} {
    keep(machine_.opening_record(context.clock.now()));
}

bool Runner::wants_connection() const {
    return is_alive_ && !is_frozen() && !wire_ && machine_.may_connect(context_.now());
}

bool Runner::wants_pump() const {
    return is_alive_ && !is_frozen() && wire_ && !wire_->is_cut &&
           machine_.wanted_spool().has_value();
}

bool Runner::has_work() const {
    return is_working() && !is_frozen() && !ended_ && work_->has_step(*this);
}

Instant Runner::next_wakeup() const {
    if (!is_alive_) return Instant::max();
    if (is_frozen()) return frozen_until_;
    const auto at = machine_.next_wakeup();
    return is_working() && !ended_ ? std::min(at, work_->next_wakeup()) : at;
}

void Runner::connect(WirePtr wire) {
    if (!wire) return machine_.on_disconnected(context_.now());
    wire_ = std::move(wire);
    machine_.on_connected(context_.now());
    take_actions();
}

void Runner::receive(std::string_view bytes) {
    machine_.on_received(bytes, context_.now());
    take_actions();
}

void Runner::lose_wire() {
    wire_->runner_knows = true;
    wire_.reset();
    machine_.on_disconnected(context_.now());
    take_actions();
}

void Runner::pump() {
    const auto& spool = context_.disk.spools[fence_];
    if (const auto plain = machine_.take_plain_spool()) {
        wire_->up += spool.substr(plain->offset, plain->bytes);
        return;
    }
    const auto range = machine_.wanted_spool();
    if (!range) return;
    wire_->up += machine_.frames_from_spool(
        range->offset, std::string_view{spool}.substr(range->offset, range->bytes)
    );
    take_actions();
}

void Runner::work() {
    work_->step(*this);
    take_actions();
}

void Runner::freeze_shortly() {
    ++context_.tally["runner frozen"];
    freeze(1'000 + context_.dice.below(9'000));
}

void Runner::freeze_for_long() {
    context_.has_frozen = true;
    ++context_.tally["runner frozen for long"];
    freeze(31'000 + context_.dice.below(150'000));
}

void Runner::freeze(std::uint64_t milliseconds) {
    context_.note("runner " + std::to_string(fence_) + " is frozen");
    frozen_until_ = context_.now() + Milliseconds{static_cast<std::int64_t>(milliseconds)};
    is_deep_frozen_ = !context_.dice.once_in(3);
}

void Runner::on_time() {
    if (is_frozen()) return;
    machine_.on_time(context_.now());
    take_actions();
}

void Runner::kill(bool in_write) {
    dies_in_write_ = in_write;
    if (in_write && has_work()) work_->step(*this);
    exit();
}

void Runner::exit() {
    if (!is_alive_) return;
    context_.note("runner " + std::to_string(fence_) + " is gone");
    is_alive_ = false;
    if (wire_) {
        wire_->cut(context_.dice);
        wire_->runner_knows = true;
        wire_.reset();
    }
}

void Runner::append(const protocol::Record& record) {
    keep(machine_.append(record, context_.now()));
}

void Runner::append_log(int step, const std::string& text) {
    for (const auto& frame : machine_.append_log(step, text)) keep(frame.to_string());
    if (!dies_in_write_) context_.disk.truth[{fence_, step}] += text;
}

void Runner::end(protocol::End end) {
    const auto& truth = context_.disk.truth;
    for (auto at = truth.lower_bound({fence_, 0}); at != truth.end() && at->first.first == fence_;
         ++at) {
        end.steps.push_back({at->first.second, at->second.size(), sha256_hex(at->second)});
    }
    append(end);
    ended_ = std::move(end);
}

void Runner::keep(const std::string& frames) {
    const auto size = dies_in_write_ ? context_.dice.below(frames.size()) : frames.size();
    context_.disk.spools[fence_].append(frames, 0, size);
}

void Runner::take_actions() {
    if (wire_) wire_->up += machine_.take_outgoing();
    for (auto& action : machine_.take_actions()) {
        if (auto* start = std::get_if<protocol::StartWork>(&action)) start_work(start->document);
        if (auto* cancel = std::get_if<protocol::CancelWork>(&action)) cancel_ = cancel->cancel;
        if (auto* verdict = std::get_if<protocol::EffectVerdict>(&action)) {
            work_->on_verdict(*verdict);
        }
        if (std::holds_alternative<protocol::Reconnect>(action) && wire_) {
            wire_->cut(context_.dice);
            wire_->runner_knows = true;
            wire_.reset();
        }
        if (std::holds_alternative<protocol::Finished>(action)) {
            is_finished_ = true;
            exit();
        }
        if (std::holds_alternative<protocol::KillEverything>(action)) exit();
    }
}

void Runner::start_work(const std::string& document) {
    const auto read = nlohmann::json::parse(document);
    job_ = read.at("job").get<std::int64_t>();
    const auto seed = read.at("seed").get<std::uint64_t>();
    const bool deploys = read.at("kind") == "deploy";
    work_ = deploys ? make_deploy_work(seed, document) : make_steps_work(seed);
    context_.note("runner " + std::to_string(fence_) + " starts job " + std::to_string(job_));
}

}  // namespace triphammer::simulation
