#include "protocol/runner_machine.hpp"

#include "protocol/frame_limits.hpp"
#include "protocol/spool.hpp"

#include <algorithm>
#include <stdexcept>

namespace triphammer::protocol {

RunnerMachine::RunnerMachine(RunnerIdentity identity, Instant now)
    : identity_{std::move(identity)}, retry_at_{now} {}

std::string RunnerMachine::opening_record(TimePoint at) {
    const Record record = Started{identity_.nonce, identity_.version, to_unix_ms(at)};
    auto frame = to_frame(record);
    grow(frame.size());
    return frame;
}

// ── work ─────────────────────────────────────────────────────────────────────────────────────

std::string RunnerMachine::append(const Record& record, Instant now) {
    if (closed_) throw std::logic_error("a record after the journal's end");
    auto frame = to_frame(record);
    grow(frame.size());
    note(record, now);
    return frame;
}

void RunnerMachine::note(const Record& record, Instant now) {
    if (const auto* intent = std::get_if<Intent>(&record)) {
        if (effect_) throw std::logic_error("an intent while another is open");
        effect_ = Effect{intent->n, now, {}, false};
    }
    if (std::holds_alternative<EffectResult>(record)) effect_.reset();
    if (std::holds_alternative<End>(record) || std::holds_alternative<Park>(record)) {
        closed_ = true;
        give_up_at_ = now + kWaitAfterEnd;
    }
}

std::vector<LogFrame> RunnerMachine::append_log(int step, std::string_view bytes) {
    if (closed_) throw std::logic_error("log bytes after the journal's end");
    std::vector<LogFrame> frames;
    auto& end = log_ends_[step];
    while (!bytes.empty()) {
        const LogChunk chunk{step, end, bytes.substr(0, kMaxLogBytes)};
        frames.push_back(make_log_frame(chunk));
        end += chunk.bytes.size();
        bytes.remove_prefix(chunk.bytes.size());
        grow(frames.back().size());
    }
    return frames;
}

void RunnerMachine::grow(std::size_t bytes) {
    spool_end_ += bytes;
    const auto last = cuts_.empty() ? sent_ : cuts_.back();
    if (spool_end_ - last >= kPlainBytes) cuts_.push_back(spool_end_);
}

bool RunnerMachine::begin_effect(std::int64_t n, Instant now) {
    if (!effect_ || effect_->n != n || effect_->begun || !effect_->go_until) return false;
    if (now < *effect_->go_until) {
        effect_->begun = true;
        return true;
    }
    // The daemon may have given the attempt up since it said go; only a fresh word counts.
    effect_->go_until.reset();
    reconnect("the verdict on an effect came too late", now);
    return false;
}

bool RunnerMachine::repeat_effect(std::int64_t n, Instant now) {
    if (effect_ && effect_->n == n) effect_->begun = false;
    return begin_effect(n, now);
}

// ── connection ───────────────────────────────────────────────────────────────────────────────

bool RunnerMachine::may_connect(Instant now) const {
    return state_ == State::away && now >= retry_at_;
}

void RunnerMachine::on_connected(Instant now) {
    if (state_ == State::over) return;
    state_ = State::attaching;
    decoder_ = {};
    connected_at_ = heard_at_ = now;
    const Attach attach{
        identity_.fence, identity_.token, identity_.nonce, spool_end_, identity_.version};
    outgoing_ = to_frame(attach);
}

void RunnerMachine::on_disconnected(Instant now) {
    if (state_ != State::over) go_away(now);
}

void RunnerMachine::go_away(Instant now) {
    state_ = State::away;
    outgoing_.clear();
    stream_at_.reset();
    retry_at_ = now + back_off_;
    back_off_ = std::min(back_off_ * 2, kLongestBackOff);
}

void RunnerMachine::reconnect(std::string why, Instant now) {
    if (state_ == State::over) return;
    go_away(now);
    actions_.emplace_back(Reconnect{std::move(why)});
}

void RunnerMachine::on_received(std::string_view bytes, Instant now) {
    if (state_ != State::attaching && state_ != State::attached) return;
    decoder_.feed(bytes);
    for (;;) {
        const auto more = receive_one(now);
        if (!more) return reconnect(more.error().message, now);
        if (!*more || (state_ != State::attaching && state_ != State::attached)) return;
    }
}

Result<bool> RunnerMachine::receive_one(Instant now) {
    auto frame = decoder_.next();
    if (!frame) return frame.error();
    if (!*frame) return false;
    auto message = parse_daemon_message(**frame);
    if (!message) return message.error();
    const bool opens = std::holds_alternative<Welcome>(*message);
    const bool may_come_first = opens || std::holds_alternative<Refused>(*message);
    if (state_ == State::attaching ? !may_come_first : opens) {
        return Error{Code::protocol, "a message of the daemon out of turn"};
    }
    heard_at_ = now;
    std::visit([&](auto& m) { on_message(std::move(m), now); }, *message);
    return true;
}

void RunnerMachine::on_message(Welcome message, Instant now) {
    if (message.acked > spool_end_) {
        return end_with(KillEverything{"the daemon knows of records that we never wrote"});
    }
    state_ = State::attached;
    back_off_ = kFirstBackOff;
    ping_at_ = now + kPingEvery;
    acked_ = sent_ = message.acked;
    plain_from_ = spool_end_;
    have_ = std::move(message.have);
    stream_at_.reset();
    if (!std::exchange(started_work_, true)) {
        actions_.emplace_back(StartWork{std::move(message.document)});
    }
    if (message.cancel) cancel_once(*message.cancel);
    finish_if_acked();
}

void RunnerMachine::on_message(const Ack& message, Instant now) {
    if (message.seq > spool_end_) return reconnect("an ack of what was never written", now);
    acked_ = std::max(acked_, message.seq);
    finish_if_acked();
}

void RunnerMachine::finish_if_acked() {
    if (closed_ && acked_ == spool_end_) end_with(Finished{});
}

void RunnerMachine::on_message(const Verdict& message, Instant) {
    if (!effect_ || effect_->n != message.n || effect_->begun) return;
    const bool is_told = effect_->go_until.has_value();
    // The daemon cannot have judged before it heard of us: this connection, and the intent on it.
    if (message.go) effect_->go_until = std::max(effect_->asked_at, connected_at_) + kGoLasts;
    if (!is_told || !message.go) {
        actions_.emplace_back(EffectVerdict{message.n, message.go, message.why});
    }
    if (!message.go) effect_.reset();
}

void RunnerMachine::on_message(const Cancel& message, Instant) {
    cancel_once(message);
}

void RunnerMachine::cancel_once(const Cancel& cancel) {
    if (closed_ || std::exchange(cancelled_, true)) return;
    actions_.emplace_back(CancelWork{cancel});
}

void RunnerMachine::on_message(const Refused& message, Instant) {
    end_with(KillEverything{message.why});
}

void RunnerMachine::give_up(std::string why) {
    end_with(KillEverything{std::move(why)});
}

void RunnerMachine::end_with(RunnerAction action) {
    if (state_ == State::over) return;
    state_ = State::over;
    outgoing_.clear();
    actions_.push_back(std::move(action));
}

void RunnerMachine::on_time(Instant now) {
    if (state_ == State::over) return;
    if (give_up_at_ && now >= *give_up_at_) {
        return give_up("nobody took the result within 24 hours");
    }
    if (state_ == State::away) return;
    if (now - heard_at_ >= kSilence) return reconnect("the daemon is silent", now);
    if (state_ == State::attached && now >= ping_at_) {
        outgoing_ += to_frame(Ping{});
        ping_at_ = now + kPingEvery;
    }
}

// ── outputs ──────────────────────────────────────────────────────────────────────────────────

std::vector<RunnerAction> RunnerMachine::take_actions() {
    return std::exchange(actions_, {});
}

std::string RunnerMachine::take_outgoing() {
    return std::exchange(outgoing_, {});
}

std::optional<SpoolRange> RunnerMachine::wanted_spool() const {
    if (state_ != State::attached || sent_ >= spool_end_) return {};
    const auto left = spool_end_ - sent_;
    return SpoolRange{sent_, static_cast<std::size_t>(std::min<std::uint64_t>(left, want_bytes_))};
}

std::string RunnerMachine::frames_from_spool(std::uint64_t offset, std::string_view bytes) {
    std::string out;
    if (state_ != State::attached || offset != sent_) return out;
    for (;;) {
        const auto frame = read_frame(bytes);
        if (!frame) {
            give_up("the spool is damaged: " + frame.error().message);
            return {};
        }
        if (!*frame) break;
        const auto size = (*frame)->bytes;
        if (!is_covered(**frame, have_)) {
            if (stream_at_ != sent_) out += to_frame(Seek{sent_});
            out += bytes.substr(0, size);
            stream_at_ = sent_ + size;
        }
        sent_ += size;
        bytes.remove_prefix(size);
    }
    want_bytes_ = sent_ == offset ? kHeaderBytes + kMaxEndBytes : kUsualRead;
    return out;
}

/// What was appended after the welcome the daemon cannot have yet.
std::optional<SpoolRange> RunnerMachine::take_plain_spool() {
    if (state_ != State::attached || sent_ >= spool_end_) return {};
    if (sent_ < plain_from_ || stream_at_ != sent_) return {};
    while (!cuts_.empty() && cuts_.front() <= sent_) cuts_.pop_front();
    const auto end = cuts_.empty() ? spool_end_ : cuts_.front();
    const SpoolRange range{sent_, static_cast<std::size_t>(end - sent_)};
    sent_ = end;
    stream_at_ = end;
    return range;
}

Instant RunnerMachine::next_wakeup() const {
    if (state_ == State::over) return Instant::max();
    auto at = give_up_at_.value_or(Instant::max());
    if (state_ == State::away) return std::min(at, retry_at_);
    at = std::min(at, heard_at_ + kSilence);
    return state_ == State::attached ? std::min(at, ping_at_) : at;
}

}  // namespace triphammer::protocol
