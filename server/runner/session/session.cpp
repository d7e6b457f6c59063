#include "runner/session/session.hpp"

#include "base/text.hpp"
#include "runner/session/source.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::runner {

namespace expression = workflow::expression;

struct Session::StepLog {
    execution::Masker masker;
    std::uint64_t bytes = 0;
    Sha256Stream sum;
    int summary_parts = 0;
    bool capped = false;
    bool ended = false;

    explicit StepLog(const execution::MaskTable& masks) : masker{masks} {}
};

Session::Session(Executor executor, Parts parts)
    : parts_{std::move(parts)},
      news_{executor},
      stop_{executor},
      last_stop_{executor},
      hash_files_{parts_.folders.workspace.outside},
      underlay_{parts_.folders.underlay} {}

Session::~Session() = default;

Result<> Session::begin(const std::string& document_json) {
    const auto json = nlohmann::json::parse(document_json, nullptr, false);
    if (!json.is_object()) return invalid("the job document is no JSON object");
    document_ = json.get<model::JobDocument>();
    for (const auto& secret : document_.secrets) {
        // Too short to be masked: the daemon refuses such values when they are set.
        (void)masks_.add(secret.value);
    }
    auto contexts = JobContexts::make(document_, parts_.folders);
    if (!contexts) return contexts.error();
    contexts_.emplace(std::move(*contexts));
    contexts_->set_outside(hash_files_);
    return {};
}

void Session::set_folders(const JobFolders& folders) {
    contexts_->set_folders(folders);
    hash_files_.set_inside(folders.workspace.inside);
}

Result<std::string> Session::evaluate(const model::Template& value) const {
    return expression::interpolate(value.text, contexts_->contexts());
}

Result<std::string> Session::evaluate_json(const model::Template& value) const {
    auto found = expression::evaluate_template(value.text, contexts_->contexts());
    if (!found) return found.error();
    return expression::to_compact_json(*found);
}

Task<Result<>> Session::step_begin(protocol::StepBegin step) {
    logs_[step.number] = std::make_unique<StepLog>(masks_);
    step.name = masks_.mask(step.name);
    step.at = now_ms();
    auto appended = append(std::move(step));
    co_return co_await std::move(appended);
}

Task<Result<>> Session::log(int step, std::string bytes) {
    auto written = write(step, bytes);
    co_return co_await std::move(written);
}

Task<Result<>> Session::write(int step, std::string_view bytes) {
    auto& log = *logs_.at(step);
    std::string masked;
    auto appended = append_log(step, log, log.masker.pass(bytes, masked));
    co_return co_await std::move(appended);
}

Task<Result<>> Session::step_end(protocol::StepEnd end) {
    auto& log = *logs_.at(end.number);
    std::string rest;
    log.masker.flush(rest);
    mask_annotations(end);
    if (const auto more = annotation_limit_.apply(end.annotations); more > 0) {
        rest += "##[warning]" + std::to_string(more) +
                " annotations are beyond the limits of 10 of a kind and step and 50 of a job\n";
    }
    auto written = append_log(end.number, log, rest);
    auto kept = co_await std::move(written);
    if (!kept && end.state == model::StepState::succeeded) {
        end.state = model::StepState::failed;
        end.cause = model::Cause::disk_full;
        end.reason = kept.error().message;
    }
    log.ended = true;
    end.reason = masks_.mask(end.reason);
    end.at = now_ms();
    auto appended = append(std::move(end));
    co_return co_await std::move(appended);
}

Task<Result<>> Session::summary(int step, std::string_view markdown) {
    const auto text = masks_.mask(markdown);
    std::string_view rest = text;
    auto& part = logs_.at(step)->summary_parts;  // an action's steps share the log of its user
    for (; !rest.empty() && part < protocol::Summary::kMostParts; ++part) {
        const auto piece = cut_utf8(rest, protocol::Summary::kMostBytes);
        rest.remove_prefix(piece.size());
        protocol::Record record = protocol::Summary{step, part, std::string{piece}};
        auto appended = append(std::move(record));
        if (auto kept = co_await std::move(appended); !kept) co_return kept;
    }
    co_return Result<>{};
}

void Session::mask_annotations(protocol::StepEnd& end) const {
    for (auto& annotation : end.annotations) {
        annotation.message = masks_.mask(annotation.message);
        annotation.title = masks_.mask(annotation.title);
        annotation.file = masks_.mask(annotation.file);
    }
}

Task<Result<>> Session::phase(model::DeploymentPhase phase, std::string detail) {
    protocol::Phase record;
    record.phase = phase;
    record.detail = masks_.mask(detail);
    record.at = now_ms();
    auto appended = append(std::move(record));
    co_return co_await std::move(appended);
}

Task<Result<protocol::Verdict>> Session::intent(protocol::Intent intent) {
    const auto n = intent.n;
    intent.at = now_ms();
    auto appended = append(std::move(intent));
    if (auto kept = co_await std::move(appended); !kept) co_return kept.error();
    auto waiting = wait_for_go(n);
    co_return co_await std::move(waiting);
}

Task<Result<protocol::Verdict>> Session::repeat(std::int64_t n) {
    const protocol::Verdict go{n, true, ""};
    if (parts_.machine.repeat_effect(n, parts_.clock.instant())) co_return go;
    link_->wake();
    auto waiting = wait_for_go(n);
    co_return co_await std::move(waiting);
}

/// `go` is used at once or not at all: a stale one makes the machine ask again.
Task<Result<protocol::Verdict>> Session::wait_for_go(std::int64_t n) {
    for (;;) {
        if (parts_.machine.is_over()) co_return Error{Code::cancelled, "the attempt is over"};
        const auto found = verdicts_.find(n);
        if (found != verdicts_.end()) {
            const protocol::Verdict verdict{n, found->second.go, found->second.why};
            verdicts_.erase(found);
            if (!verdict.go) co_return verdict;
            if (parts_.machine.begin_effect(n, parts_.clock.instant())) co_return verdict;
            link_->wake();
            continue;
        }
        auto waiting = news_.wait();
        co_await std::move(waiting);
    }
}

Task<Result<>> Session::result(protocol::EffectResult result) {
    result.ids = masks_.mask(result.ids);
    result.probes = masks_.mask(result.probes);
    result.excerpt = masks_.mask(result.excerpt);
    result.reason = masks_.mask(result.reason);
    result.at = now_ms();
    auto appended = append(std::move(result));
    co_return co_await std::move(appended);
}

Task<Result<>> Session::fetch_source(int step) {
    auto fetching = fetch_commit(*this, step, parts_.folders.workspace.outside);
    co_return co_await std::move(fetching);
}

/// An output that holds a secret would carry it into the database and to other jobs.
void Session::leave_out_secrets(protocol::End& end) const {
    std::vector<std::string> names;
    std::erase_if(end.outputs, [&](const auto& output) {
        const bool is_secret = masks_.contains_secret(output.second);
        if (is_secret) names.push_back(output.first);
        return is_secret;
    });
    if (names.empty() || !end.reason.empty()) return;
    end.reason = "left out, for they hold a secret: the outputs " + join(names, ", ");
}

Task<Result<>> Session::end(JobOutcome outcome) {
    protocol::End record;
    record.state = outcome.state;
    record.cause = outcome.cause;
    record.reason = masks_.mask(outcome.reason);
    record.exit_status = outcome.exit_status;
    record.outputs = std::move(outcome.outputs);
    record.deployment = outcome.deployment;
    leave_out_secrets(record);
    for (const auto& [number, log] : logs_) {
        record.steps.push_back({number, log->bytes, log->sum.hex()});
    }
    record.at = now_ms();
    auto appended = append(std::move(record));
    co_return co_await std::move(appended);
}

// ── journal ──────────────────────────────────────────────────────────────────────────────────

namespace {

/// Records are few and small: the reserve is theirs. Only outputs may be large; a character may
/// take six as JSON.
std::size_t room_for(const protocol::Record& record) {
    std::size_t room = protocol::kMaxFrameBytes / 4;
    const auto* end = std::get_if<protocol::End>(&record);
    if (end == nullptr) return room;
    for (const auto& [name, value] : end->outputs) room += 6 * (name.size() + value.size());
    return room;
}

}  // namespace

Task<Result<>> Session::append(protocol::Record record) {
    if (parts_.machine.is_over()) co_return Error{Code::cancelled, "the attempt is over"};
    if (auto room = parts_.spool.claim(room_for(record), true); !room) co_return room;
    co_return put(parts_.machine.append(record, parts_.clock.instant()));
}

Task<Result<>> Session::append_log(int step, StepLog& log, std::string_view clean) {
    if (log.capped || clean.empty()) co_return Result<>{};
    auto waiting = wait_for_room();
    co_await std::move(waiting);
    if (parts_.machine.is_over()) co_return Error{Code::cancelled, "the attempt is over"};
    const auto limit = static_cast<std::uint64_t>(document_.log_limit_bytes);
    std::string cut;
    if (log.bytes + clean.size() > limit) {
        log.capped = true;
        cut = std::string{clean.substr(0, limit - std::min(limit, log.bytes))} +
              "\n##[warning]the log's limit of " + std::to_string(limit) +
              " bytes is reached; the rest is not kept\n";
        clean = cut;
    }
    if (auto room = parts_.spool.claim(clean.size() * 2, false); !room) co_return room;
    log.bytes += clean.size();
    log.sum.update(clean);
    Result<> kept;
    for (const auto& frame : parts_.machine.append_log(step, clean)) {
        if (kept) kept = put(frame.head_view(), frame.bytes);
    }
    co_return kept;
}

Result<> Session::put(std::string_view first, std::string_view second) {
    auto written = parts_.spool.append(first, second);
    if (!written) {
        parts_.machine.give_up("the spool cannot be written: " + written.error().message);
    }
    link_->wake();
    return written;
}

/// While the daemon is away the spool grows up to the log's limit; then the step's output waits.
Task<> Session::wait_for_room() {
    const auto limit =
        std::max(static_cast<std::uint64_t>(document_.log_limit_bytes), 2 * protocol::kAckBytes);
    while (parts_.machine.unacked_bytes() > limit && !must_not_wait()) {
        auto waiting = news_.wait();
        co_await std::move(waiting);
    }
}

bool Session::must_not_wait() const {
    return parts_.machine.is_over() || stop_.requested();
}

// ── what the daemon says ─────────────────────────────────────────────────────────────────────

void Session::on_action(protocol::RunnerAction action) {
    using namespace protocol;
    if (auto* start = std::get_if<StartWork>(&action)) document_json_ = std::move(start->document);
    if (const auto* asked = std::get_if<CancelWork>(&action)) cancel(asked->cancel);
    if (const auto* verdict = std::get_if<EffectVerdict>(&action)) verdicts_[verdict->n] = *verdict;
    if (std::holds_alternative<Finished>(action)) finished_ = true;
    if (const auto* kill = std::get_if<KillEverything>(&action)) {
        stop_.request(kill->why, std::chrono::milliseconds{0});
        last_stop_.request(kill->why, std::chrono::milliseconds{0});
    }
    news_.ring();
}

void Session::cancel(const protocol::Cancel& cancel) {
    if (!stop_.requested()) cancel_cause_ = cancel.cause;
    stop_.request(cancel.why, std::chrono::milliseconds{cancel.grace_ms});
    news_.ring();
}

Task<std::optional<std::string>> Session::wait_for_document() {
    while (!document_json_ && !parts_.machine.is_over()) {
        auto waiting = news_.wait();
        co_await std::move(waiting);
    }
    co_return std::move(document_json_);
}

Task<> Session::wait_until_over() {
    while (!parts_.machine.is_over()) {
        auto waiting = news_.wait();
        co_await std::move(waiting);
    }
}

}  // namespace triphammer::runner
