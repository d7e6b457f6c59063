#include "report/notice_writer.hpp"

#include "store/deployments/approval_store.hpp"
#include "store/outbox_store.hpp"
#include "store/repository_store.hpp"
#include "store/runs/attempt_store.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/run_listing.hpp"
#include "store/runs/run_store.hpp"
#include "workflow/reader.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::report {

namespace {

using model::RunState;

bool has(const std::vector<std::string>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

/// Empty: nobody hears of it.
std::string event_of(const store::ChangeRow& change) {
    if (change.from_state == change.to_state) return {};
    if (change.subject == "deployment") {
        if (change.to_state == "succeeded") return "deployed";
        if (change.to_state == "rolled_back") return "rolled_back";
        return change.to_state == "unknown" ? "undecided" : "";
    }
    if (change.subject == "approval") {
        if (change.to_state == "pending") return "approval_needed";
        const bool is_told = change.to_state == "approved" || change.to_state == "rejected" ||
                             change.to_state == "expired";
        return is_told ? change.to_state : std::string{};
    }
    if (change.subject != "run") return {};
    if (change.to_state == "running") return "started";
    const bool has_ended = change.to_state == "succeeded" || change.to_state == "failed" ||
                           change.to_state == "cancelled";
    return has_ended ? change.to_state : std::string{};
}

/// A job of it failed in an attempt of the run before this one.
bool failed_before(store::Connection& db, const store::RunRow& run) {
    if (run.attempt < 2) return false;
    for (const auto& job : store::list_jobs(db, run.id)) {
        for (const auto& attempt : store::list_attempts(db, job.id)) {
            if (attempt.result == "failed" || attempt.result == "timed_out") return true;
        }
    }
    return false;
}

/// Whether what it builds was broken until now: the run before it of the same workflow and ref.
bool is_recovery(store::Connection& db, const store::RunRow& run) {
    if (failed_before(db, run)) return true;
    const auto before = store::find_ended_run_before(db, run);
    return before && before->state == RunState::failed;
}

/// What the workflow itself says in `notify`, as the channels' events; nothing where it is silent
/// about the channel. A pull request of a fork does not say who hears of it.
std::optional<std::vector<std::string>> asked_events(
    store::Connection& db, const store::RunRow& run, const std::string& channel
) {
    if (run.from_fork) return {};
    const auto text = store::find_definition(db, run.definition_sha256);
    if (!text || text->find("notify") == std::string::npos) return {};
    const auto read = workflow::read_workflow(run.workflow_path, *text);
    if (!read.workflow) return {};
    std::vector<std::string> events;
    bool is_named = false;
    for (const auto& entry : read.workflow->notify) {
        if (entry.channel != channel) continue;
        is_named = true;
        for (const auto& word : entry.on) {
            if (word == "success" || word == "always") events.emplace_back("succeeded");
            if (word == "failure" || word == "always") events.emplace_back("failed");
            if (word == "recovery" || word == "always") events.emplace_back("recovered");
            if (word == "cancelled" || word == "always") events.emplace_back("cancelled");
        }
    }
    if (!is_named) return {};
    return events;
}

/// A recovery is a success, too, for who wants to hear of each.
std::string heard_event(
    const std::vector<std::string>& wanted, const std::string& event, bool recovers
) {
    if (recovers && has(wanted, "recovered")) return "recovered";
    return has(wanted, event) ? event : std::string{};
}

/// What a workflow's `notify` has words for.
bool is_outcome(const std::string& event) {
    return event == "succeeded" || event == "failed" || event == "cancelled";
}

/// Rules that only let time pass ask nobody: such a question is answered as it is asked.
bool is_of_people(store::Connection& db, const store::ChangeRow& change) {
    if (change.subject != "approval") return true;
    const auto question = store::find_approval(db, model::ApprovalId{change.id});
    if (!question) return false;
    if (change.to_state == "pending") return question->state == model::ApprovalState::pending;
    if (change.to_state == "expired") return true;
    return !store::list_votes(db, question->id).empty();
}

std::vector<std::string> wanted_events(
    store::Connection& db,
    const store::RunRow& run,
    const ChannelSettings& channel,
    const std::string& event
) {
    if (is_outcome(event)) {
        if (auto asked = asked_events(db, run, channel.name)) return *asked;
    }
    if (channel.on.empty()) return {"failed", "recovered", "approval_needed"};
    return channel.on;
}

/// One message a run where it can be edited or replaced; a webhook gets each event.
std::string subject_of(
    const ChannelSettings& channel,
    const store::RunRow& run,
    const std::string& event,
    std::int64_t approval
) {
    auto subject = "run " + to_text(run.id);
    if (channel.type != "webhook") return subject;
    subject += ' ' + std::to_string(run.attempt) + ' ' + event;
    if (approval > 0) subject += ' ' + std::to_string(approval);
    return subject;
}

std::string payload_of(const store::RunRow& run, const std::string& event, std::int64_t approval) {
    nlohmann::json payload{{"event", event}, {"run", run.id.value}};
    if (approval > 0) payload["approval"] = approval;
    return payload.dump();
}

}  // namespace

std::string channel_key(const std::string& name) {
    return "notify:" + name;
}

void notify_of(
    store::Transaction& tx,
    const store::ChangeRow& change,
    const std::vector<ChannelSettings>& channels
) {
    const auto event = event_of(change);
    if (event.empty() || channels.empty()) return;
    const auto run =
        store::find_run(tx, change.subject == "run" ? model::RunId{change.id} : change.run);
    const auto repository = run ? store::find_repository(tx, run->repository) : std::nullopt;
    if (!repository || !is_of_people(tx, change)) return;
    const auto approval = change.subject == "approval" ? change.id : 0;
    const bool recovers = event == "succeeded" && is_recovery(tx, *run);
    for (const auto& channel : channels) {
        if (!hears_of_repository(channel, repository->full_name)) continue;
        const auto wanted = wanted_events(tx, *run, channel, event);
        const auto heard = heard_event(wanted, event, recovers);
        if (heard.empty()) continue;
        store::NewMessage message;
        message.channel = channel_key(channel.name);
        message.repository = run->repository;
        message.subject = subject_of(channel, *run, heard, approval);
        message.payload = payload_of(*run, heard, approval);
        store::append_message(tx, message);
    }
}

}  // namespace triphammer::report
