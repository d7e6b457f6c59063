#include "launch/runner_connection.hpp"

#include "base/log.hpp"
#include "launch/job_tokens.hpp"
#include "launch/log_check.hpp"
#include "logs/log_store.hpp"
#include "queue/queue.hpp"
#include "store/sqlite/database.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace triphammer::launch {

namespace asio = boost::asio;

namespace {

// Damaged logs are asked for again so often; then the disk is to blame.
constexpr int kMaxDamages = 3;
/// How long records of steps wait for others to share their commit.
constexpr std::chrono::milliseconds kPatience{25};

std::vector<std::int64_t> ended_steps(const protocol::Commit& commit) {
    std::vector<std::int64_t> out;
    for (const auto& record : commit.records) {
        if (const auto* end = std::get_if<protocol::StepEnd>(&record)) out.push_back(end->number);
    }
    return out;
}

bool ends_attempt(const protocol::Commit& commit) {
    for (const auto& record : commit.records) {
        if (std::holds_alternative<protocol::End>(record)) return true;
        if (std::holds_alternative<protocol::Park>(record)) return true;
    }
    return false;
}

Result<std::vector<std::int64_t>> step_numbers(store::Connection& db, model::Fence fence) {
    std::vector<std::int64_t> out;
    for (const auto& step : store::list_steps(db, fence)) out.push_back(step.number);
    return out;
}

}  // namespace

RunnerConnection::RunnerConnection(RunnerGateway::Parts parts, std::unique_ptr<http::Stream> stream)
    : parts_{parts},
      stream_{std::move(stream)},
      idle_{parts.executor, Instant::max()},
      lease_{parts.executor},
      patience_{parts.executor} {}

RunnerConnection::~RunnerConnection() = default;

Task<> RunnerConnection::serve() {
    watch_lease();
    while (!is_over_) {
        // What the machine gave out to be written lives in its buffer, which is made room in now.
        auto waiting = wait_until_idle();
        co_await std::move(waiting);
        auto reading = read();
        const auto count = co_await std::move(reading);
        if (!count || *count == 0) break;
        machine_.received(*count);
        auto working = work();
        if (!co_await std::move(working)) break;
    }
    is_over_ = true;
    stream_->close();
}

Task<Result<std::size_t>> RunnerConnection::read() {
    listening_since_ = parts_.clock.instant();
    auto reading = stream_->read_some(machine_.room());
    auto count = co_await std::move(reading);
    listening_since_.reset();
    co_return count;
}

/// Rings once a lease, not once a read.
void RunnerConnection::watch_lease() {
    const auto since = listening_since_.value_or(parts_.clock.instant());
    lease_.expires_at(
        std::chrono::time_point_cast<asio::steady_timer::duration>(since + parts_.lease)
    );
    lease_.async_wait([weak = weak_from_this()](boost::system::error_code failure) {
        const auto self = weak.lock();
        if (!failure && self && !self->is_over_) self->on_lease_alarm();
    });
}

void RunnerConnection::on_lease_alarm() {
    is_silent_ = listening_since_ && parts_.clock.instant() - *listening_since_ >= parts_.lease;
    if (!is_silent_) return watch_lease();
    log::warning("nothing was heard of a runner for a lease", {{"fence", hold_.fence.value}});
    close();
}

Task<bool> RunnerConnection::work() {
    if (is_working_) co_return !is_over_;
    is_working_ = true;
    while (auto action = machine_.next(is_patient_)) {
        auto doing =
            std::visit([this](auto& wanted) { return perform(std::move(wanted)); }, *action);
        co_await std::move(doing);
        if (is_over_) break;
    }
    is_working_ = false;
    is_patient_ = true;
    idle_.cancel();
    work_later();
    co_return !is_over_;
}

void RunnerConnection::work_later() {
    if (is_over_ || is_later_ || !machine_.is_holding_back()) return;
    is_later_ = true;
    patience_.expires_after(kPatience);
    patience_.async_wait([weak = weak_from_this()](boost::system::error_code failure) {
        const auto self = weak.lock();
        if (!self) return;
        self->is_later_ = self->is_patient_ = false;
        if (!failure && !self->is_over_ && self->hooks_.kick) self->hooks_.kick();
    });
}

Task<> RunnerConnection::wait_until_idle() {
    while (is_working_) {
        boost::system::error_code ignored;
        co_await idle_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
}

// ── letting it in ────────────────────────────────────────────────────────────────────────────

Task<> RunnerConnection::perform(protocol::CheckAttach action) {
    auto admitting = admit(action.attach);
    auto answer = co_await std::move(admitting);
    if (!answer) {
        log::warning(
            "a runner was not let in",
            {{"fence", action.attach.fence.value}, {"why", answer.error().message}}
        );
    }
    machine_.answer_attach(std::move(answer));
}

Task<Result<JobToken>> RunnerConnection::make_token(const protocol::Attach& attach) {
    if (parts_.tokens == nullptr) co_return JobToken{};
    auto minting = parts_.tokens->mint(attach.fence, attach.token);
    co_return co_await std::move(minting);
}

/// What has records has had its welcome: a runner takes the document once.
Result<std::string> RunnerConnection::make_document(
    store::Transaction& tx, const AttachedRunner& runner, const Result<JobToken>& token
) const {
    if (runner.attempt.acked > 0) return std::string{};
    if (!token) return token.error();
    if (parts_.tokens != nullptr) parts_.tokens->keep(tx, runner.attempt.fence, *token);
    return parts_.documents.make_document(tx, runner, *token);
}

Task<Result<protocol::Attached>> RunnerConnection::admit(const protocol::Attach& attach) {
    std::string document;
    std::optional<Error> unusable;
    auto making = make_token(attach);
    const auto token = co_await std::move(making);
    auto let_in = [&](store::Transaction& tx) -> Result<AttachedRunner> {
        auto runner = attach_runner(tx, attach);
        if (!runner) return runner;
        auto made = make_document(tx, *runner, token);
        if (damages(attach.fence) > kMaxDamages) {
            made = Error{Code::io, "the logs of this attempt are damaged on the server's disk"};
        }
        if (made) {
            document = std::move(*made);
            return runner;
        }
        unusable = made.error();
        queue::AttemptResult result;
        result.state = model::JobState::failed;
        result.cause = model::Cause::infrastructure;
        result.reason = made.error().message;
        auto ended = queue::finish_attempt(tx, {attach.fence, attach.nonce}, result);
        if (!ended) return ended.error();
        return runner;
    };
    auto asked = parts_.database.write(let_in);
    const auto runner = co_await std::move(asked);
    if (!runner) co_return runner.error();
    if (unusable) {
        if (hooks_.on_over) hooks_.on_over(attach.fence);
        co_return refused(unusable->message);
    }
    hold_ = {attach.fence, attach.nonce};
    note_attached(*runner);
    auto prepare = [&logs = parts_.logs, fence = attach.fence.value] { (void)logs.prepare(fence); };
    parts_.log_thread.post(std::move(prepare));
    protocol::Attached attached;
    attached.acked = static_cast<std::uint64_t>(runner->attempt.acked);
    auto measuring = measure_known_logs(attach.fence, attached.acked);
    auto have = co_await std::move(measuring);
    if (!have) co_return have.error();
    attached.resend_from = damages(attach.fence) > 0 ? 0 : attached.acked;
    attached.have = std::move(*have);
    attached.cancel = runner->cancel;
    attached.document = std::move(document);
    attached.open_intent = runner->open_intent;
    attached.lease_ms = parts_.lease.count();
    co_return attached;
}

void RunnerConnection::note_attached(const AttachedRunner& runner) {
    job_ = runner.job.id;
    run_ = runner.job.run;
    is_attached_ = true;
    if (hooks_.on_attached) hooks_.on_attached(hold_.fence);
}

/// Without a record there is no step yet, and no log that counts.
Task<Result<std::map<int, std::uint64_t>>> RunnerConnection::measure_known_logs(
    model::Fence fence, std::uint64_t acked
) {
    if (acked == 0) co_return std::map<int, std::uint64_t>{};
    auto listing =
        parts_.database.read([fence](store::Connection& db) { return step_numbers(db, fence); });
    auto steps = co_await std::move(listing);
    if (!steps) co_return steps.error();
    auto measuring = measure_logs(std::move(*steps));
    co_return co_await std::move(measuring);
}

Task<Result<std::map<int, std::uint64_t>>> RunnerConnection::measure_logs(
    std::vector<std::int64_t> steps
) {
    auto measure = [&] { return lengths_of(parts_.logs, hold_.fence, steps); };
    auto measured = offload(parts_.log_thread, measure);
    co_return co_await std::move(measured);
}

// ── logs ─────────────────────────────────────────────────────────────────────────────────────

Task<> RunnerConnection::perform(protocol::WriteLog action) {
    const logs::LogId id{hold_.fence.value, action.step};
    LogNews news{run_, job_, action.step, 0, 0, false};
    auto write = [&]() -> Result<> {
        if (auto done = parts_.logs.append(id, action.offset, action.bytes); !done) return done;
        const auto bytes = parts_.logs.length(id);
        if (!bytes) return bytes.error();
        const auto lines = parts_.logs.line_count(id);
        if (!lines) return lines.error();
        news.bytes = *bytes;
        news.lines = *lines;
        return {};
    };
    auto writing = offload(parts_.log_thread, write);
    const auto written = co_await std::move(writing);
    if (written && hooks_.on_log) hooks_.on_log(news);
    machine_.answer_log(written);
}

Task<> RunnerConnection::perform(protocol::VerifyLogs action) {
    auto check = [&] { return verify_logs(parts_.logs, hold_.fence, action.sums); };
    auto checking = offload(parts_.log_thread, check);
    machine_.answer_verify(co_await std::move(checking));
}

/// The runner has every byte in its spool: it sends them again.
Task<> RunnerConnection::cut_logs() {
    const auto fence = hold_.fence;
    log::error("the log of a step is not what its runner wrote", {{"fence", fence.value}});
    if (hooks_.on_damaged) hooks_.on_damaged(fence);
    auto remove = [&] { return parts_.logs.remove(fence.value); };
    auto removing = offload(parts_.log_thread, remove);
    (void)co_await std::move(removing);
}

int RunnerConnection::damages(model::Fence fence) const {
    return hooks_.damages ? hooks_.damages(fence) : 0;
}

// ── records ──────────────────────────────────────────────────────────────────────────────────

Task<std::vector<store::StepLog>> RunnerConnection::measure_ended(const protocol::Commit& commit) {
    const auto steps = ended_steps(commit);
    std::vector<store::StepLog> out;
    if (steps.empty()) co_return out;
    auto measure = [&]() -> Result<> {
        for (const auto step : steps) {
            const logs::LogId id{hold_.fence.value, step};
            const auto bytes = parts_.logs.length(id);
            const auto lines = parts_.logs.line_count(id);
            if (!bytes || !lines) continue;
            out.push_back(
                {step, static_cast<std::int64_t>(*bytes), static_cast<std::int64_t>(*lines), {}}
            );
        }
        return {};
    };
    auto measured = offload(parts_.log_thread, measure);
    (void)co_await std::move(measured);
    co_return out;
}

Task<> RunnerConnection::perform(protocol::Commit action) {
    auto measuring = measure_ended(action);
    const auto logs = co_await std::move(measuring);
    auto apply = [&](store::Transaction& tx) { return apply_records(tx, hold_, action, logs); };
    // What is asked of the database from now on comes after the end: the next claim need not wait
    // for it to be on the disk, and mostly shares its commit.
    const bool ends = ends_attempt(action);
    if (ends && hooks_.on_ending) {
        asio::post(parts_.executor, [ending = hooks_.on_ending, fence = hold_.fence] {
            ending(fence);
        });
    }
    auto applying = parts_.database.write(apply);
    auto verdicts = co_await std::move(applying);
    const bool committed = verdicts.has_value();
    machine_.answer_commit(std::move(verdicts));
    if (!committed) co_return;
    for (const auto& log : logs) {
        if (!hooks_.on_log) break;
        hooks_.on_log(
            {run_,
             job_,
             log.number,
             static_cast<std::uint64_t>(log.lines),
             static_cast<std::uint64_t>(log.bytes),
             true}
        );
    }
    if (!ends) sync_soon(parts_.log_thread, parts_.logs, hold_.fence, logs);
    if (ends && hooks_.on_over) hooks_.on_over(hold_.fence);
}

// ── the wire ─────────────────────────────────────────────────────────────────────────────────

Task<> RunnerConnection::perform(protocol::Send action) {
    if (!stream_) co_return;
    auto writing = stream_->write(action.bytes);
    const auto written = co_await std::move(writing);
    if (!written) is_over_ = true;
}

Task<> RunnerConnection::perform(protocol::Close action) {
    is_over_ = true;
    if (!action.why.empty()) {
        log::warning(
            "a runner's connection was closed", {{"fence", hold_.fence.value}, {"why", action.why}}
        );
    }
    if (action.are_logs_damaged) {
        auto cutting = cut_logs();
        co_await std::move(cutting);
    }
    if (stream_) stream_->close();
}

void RunnerConnection::cancel(const std::string& why) {
    protocol::Cancel message;
    message.why = why;
    machine_.cancel(std::move(message));
    if (hooks_.kick) hooks_.kick();
}

void RunnerConnection::refuse(const std::string& why) {
    machine_.refuse(why);
    if (hooks_.kick) hooks_.kick();
}

void RunnerConnection::close() {
    is_over_ = true;
    if (stream_) stream_->close();
}

}  // namespace triphammer::launch
