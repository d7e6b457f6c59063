#include "protocol/daemon_machine.hpp"

#include <algorithm>

namespace triphammer::protocol {

namespace {

// So that one transaction stays short; what follows is the next one.
constexpr std::size_t kMaxBatch = 256;

Error broken(const char* what) {
    return {Code::protocol, what};
}

bool is_refusal(Code code) {
    return code == Code::refused || code == Code::conflict || code == Code::not_found ||
           code == Code::unauthorized;
}

}  // namespace

DaemonMachine DaemonMachine::replaying(Attached attached) {
    DaemonMachine machine;
    machine.replaying_ = true;
    machine.state_ = State::attached;
    machine.acked_ = attached.acked;
    machine.stream_at_ = attached.resend_from;
    machine.have_ = std::move(attached.have);
    return machine;
}

void DaemonMachine::receive(std::string_view bytes) {
    if (state_ != State::closed) decoder_.feed(bytes);
}

std::optional<DaemonAction> DaemonMachine::next(bool is_patient) {
    for (;;) {
        if (!ready_.empty()) return pop();
        if (owed_ || state_ == State::closed) return {};
        if (ended_ || is_ack_due()) return flush();
        const auto frame = decoder_.next();
        if (!frame) {
            fail(frame.error());
            continue;
        }
        if (!*frame && is_patient && may_wait()) return {};
        auto action = *frame ? handle(**frame) : flush();
        if (action || !*frame) return action;
    }
}

std::optional<DaemonAction> DaemonMachine::pop() {
    auto action = std::move(ready_.front());
    ready_.pop_front();
    return action;
}

std::optional<DaemonAction> DaemonMachine::handle(const Frame& frame) {
    if (state_ == State::waiting) return on_first(frame);
    if (frame.type == FrameType::log) return on_log(frame);
    auto message = parse_runner_message(frame);
    if (!message) {
        fail(message.error());
        return {};
    }
    if (auto* record = std::get_if<Record>(&*message)) {
        return on_record(std::move(*record), frame.bytes);
    }
    if (const auto* ping = std::get_if<Ping>(&*message)) return on_message(*ping);
    if (const auto* seek = std::get_if<Seek>(&*message)) return on_message(*seek);
    fail(broken("a second attach"));
    return {};
}

std::optional<DaemonAction> DaemonMachine::on_first(const Frame& frame) {
    auto message = parse_runner_message(frame);
    auto* attach = message ? std::get_if<Attach>(&*message) : nullptr;
    if (attach == nullptr || attach->nonce.size() != 32) {
        fail(broken("a connection that does not begin with attach"));
        return {};
    }
    state_ = State::checking;
    owed_ = true;
    nonce_ = attach->nonce;
    return CheckAttach{std::move(*attach)};
}

void DaemonMachine::answer_attach(Result<Attached> answer) {
    owed_ = false;
    if (state_ != State::checking) return;
    if (!answer) return fail(answer.error());
    state_ = State::attached;
    acked_ = answer->acked;
    have_ = answer->have;
    Welcome welcome{answer->resend_from, std::move(answer->have), answer->lease_ms, {}, {}};
    welcome.cancel = cancel_ ? cancel_ : std::move(answer->cancel);
    welcome.document = std::move(answer->document);
    say(to_frame(welcome));
    if (answer->open_intent) say(to_frame(*answer->open_intent));
}

std::optional<DaemonAction> DaemonMachine::on_message(const Ping&) {
    say(to_frame(Ack{acked_}));
    return {};
}

std::optional<DaemonAction> DaemonMachine::on_message(const Seek& message) {
    if (message.offset < stream_at_.value_or(0)) fail(broken("a seek backwards"));
    stream_at_ = message.offset;
    return {};
}

// Log frames are known by their offset, not by their place: after a cut they come again from
// before `acked`.
std::optional<DaemonAction> DaemonMachine::on_log(const Frame& frame) {
    const auto chunk = parse_log(frame);
    if (!chunk || !stream_at_) {
        fail(chunk ? broken("a log frame before a seek") : chunk.error());
        return {};
    }
    *stream_at_ += frame.bytes;
    const auto length = have_[chunk->step];
    if (chunk->offset > length) {
        close("a gap in a step's log", true);
        return {};
    }
    // Committed with what follows, which is not before its bytes are written.
    batch_end_ = *stream_at_;
    const auto known = length - chunk->offset;
    if (known >= chunk->bytes.size()) return {};
    const auto fresh = chunk->bytes.substr(known);
    writing_ = {chunk->step, fresh.size()};
    owed_ = true;
    return WriteLog{chunk->step, length, fresh};
}

void DaemonMachine::answer_log(const Result<>& answer) {
    owed_ = false;
    if (answer) {
        have_[writing_.first] += writing_.second;
        return;
    }
    if (answer.error().code == Code::disk_full) {
        cancel({"the server's disk for logs is full", model::Cause::disk_full, 1'000});
    }
    close(answer.error().message, answer.error().code == Code::protocol);
}

std::optional<DaemonAction> DaemonMachine::on_record(Record record, std::uint64_t bytes) {
    const auto* started = std::get_if<Started>(&record);
    if (!stream_at_ || (started != nullptr && !replaying_ && started->nonce != nonce_)) {
        fail(broken("a record out of turn"));
        return {};
    }
    *stream_at_ += bytes;
    if (*stream_at_ <= acked_) return {};
    batch_end_ = *stream_at_;
    ended_ = std::holds_alternative<End>(record) || std::holds_alternative<Park>(record);
    batch_.push_back(std::move(record));
    if (ended_ || batch_.size() >= kMaxBatch) return flush();
    return {};
}

/// The runner keeps what is not acknowledged: also a log without any record gets its acks.
bool DaemonMachine::is_ack_due() const {
    return batch_end_ >= acked_ + kAckBytes;
}

/// People look at the steps of a job; everything else is waited for by the job itself.
bool DaemonMachine::may_wait() const {
    return std::all_of(batch_.begin(), batch_.end(), [](const Record& record) {
        return std::holds_alternative<Started>(record) ||
               std::holds_alternative<StepBegin>(record) ||
               std::holds_alternative<Summary>(record) || std::holds_alternative<StepEnd>(record);
    });
}

std::optional<DaemonAction> DaemonMachine::flush() {
    if (batch_.empty() && !is_ack_due()) return {};
    owed_ = true;
    const auto* end = batch_.empty() ? nullptr : std::get_if<End>(&batch_.back());
    if (end != nullptr && !verified_) return VerifyLogs{end->steps};
    return Commit{batch_, acked_, batch_end_};
}

void DaemonMachine::answer_verify(const Result<>& answer) {
    owed_ = false;
    verified_ = answer.has_value();
    if (!answer) close(answer.error().message, answer.error().code == Code::conflict);
}

void DaemonMachine::answer_commit(Result<std::vector<Verdict>> answer) {
    owed_ = false;
    if (state_ != State::attached) return;
    if (!answer) return fail(answer.error());
    acked_ = batch_end_;
    batch_.clear();
    say(to_frame(Ack{acked_}));
    for (const auto& verdict : *answer) say(to_frame(verdict));
    if (!ended_) return;
    finished_ = true;
    close("");
}

void DaemonMachine::cancel(Cancel why) {
    if (state_ == State::attached) say(to_frame(why));
    cancel_ = std::move(why);
}

void DaemonMachine::refuse(std::string why) {
    if (state_ == State::closed) return;
    say(to_frame(Refused{why}));
    close(std::move(why));
}

void DaemonMachine::fail(const Error& error) {
    if (is_refusal(error.code)) return refuse(error.message);
    close(error.message);
}

void DaemonMachine::close(std::string why, bool are_logs_damaged) {
    if (state_ == State::closed) return;
    state_ = State::closed;
    ready_.emplace_back(Close{std::move(why), are_logs_damaged});
}

void DaemonMachine::say(std::string frame) {
    if (!replaying_) ready_.emplace_back(Send{std::move(frame)});
}

}  // namespace triphammer::protocol
