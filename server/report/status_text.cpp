#include "report/status_text.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::report {

using model::Cause;
using model::JobState;

namespace {

// GitHub counts characters; bytes are never fewer.
constexpr std::size_t kMaxDescription = 140;
constexpr std::size_t kMaxContext = 255;

std::string describe_cause(Cause cause) {
    switch (cause) {
        case Cause::none:
            return "failed";
        case Cause::exit:
            return "a step failed";
        case Cause::signal:
            return "a step was killed by a signal";
        case Cause::timeout:
            return "timed out";
        case Cause::oom:
            return "out of memory";
        case Cause::disk_full:
            return "the disk is full";
        case Cause::lost_runner:
            return "the runner was lost";
        case Cause::infrastructure:
            return "the server's own failure";
        case Cause::invalid:
            return "the workflow is invalid";
        case Cause::undecided:
            return "nobody knows how the deployment ended";
    }
    return "failed";
}

/// `error` where the build says nothing about the commit, `failure` where it does.
std::string state_of_failure(Cause cause) {
    const bool ours = cause == Cause::lost_runner || cause == Cause::infrastructure ||
                      cause == Cause::disk_full || cause == Cause::undecided;
    return ours ? "error" : "failure";
}

std::string state_of(const store::JobRow& job) {
    switch (job.state) {
        case JobState::blocked:
        case JobState::queued:
        case JobState::running:
        case JobState::waiting:
            return "pending";
        case JobState::succeeded:
        case JobState::skipped:
            return "success";
        case JobState::failed:
            return state_of_failure(job.cause);
        case JobState::timed_out:
            return "failure";
        case JobState::cancelled:
            return "error";
    }
    return "error";
}

std::string with_reason(std::string text, const std::string& reason) {
    return reason.empty() ? text : text + ": " + reason;
}

std::string describe_success(const store::JobRow& job) {
    if (!job.started_at || !job.finished_at) return "succeeded";
    return "succeeded in " + describe_duration(*job.finished_at - *job.started_at);
}

std::string describe(const store::JobRow& job) {
    switch (job.state) {
        case JobState::blocked:
            return job.reason.empty() ? "waits for other jobs" : job.reason;
        case JobState::queued:
            return "queued";
        case JobState::running:
            return "running";
        case JobState::waiting:
            return with_reason("waiting", job.reason);
        case JobState::succeeded:
            return describe_success(job);
        case JobState::failed:
            return with_reason(describe_cause(job.cause), job.reason);
        case JobState::cancelled:
            return with_reason("cancelled", job.reason);
        case JobState::timed_out:
            return with_reason("timed out", job.reason);
        case JobState::skipped:
            return with_reason("skipped", job.reason);
    }
    return {};
}

std::string describe_problem(const store::RunRow& run) {
    const auto problems = nlohmann::json::parse(run.problems_json, nullptr, false);
    if (!problems.is_array() || problems.empty() || !problems.front().is_object()) {
        return "the workflow is invalid";
    }
    const auto& first = problems.front();
    return run.workflow_path + ':' + std::to_string(first.value("line", 0)) + ':' +
           std::to_string(first.value("column", 0)) + ": " + first.value("message", "");
}

std::string cut(const std::string& text, std::size_t limit) {
    if (text.size() <= limit) return text;
    return std::string{cut_utf8(text, limit - 3)} + "...";
}

std::string link_to(const store::RunRow& run, const std::string& public_url) {
    if (public_url.empty()) return {};
    return public_url + "/runs/" + to_text(run.id);
}

}  // namespace

std::string make_context(const store::RunRow& run, const store::JobRow& job) {
    return cut("triphammer/" + run.workflow + '/' + job.key + " (" + run.event + ')', kMaxContext);
}

std::string make_context(const store::RunRow& run) {
    return cut("triphammer/" + run.workflow + " (" + run.event + ')', kMaxContext);
}

github::CommitStatus make_status(
    const store::RunRow& run, const store::JobRow& job, const std::string& public_url
) {
    github::CommitStatus status;
    status.sha = run.sha;
    status.context = make_context(run, job);
    status.state = state_of(job);
    status.description = cut(describe(job), kMaxDescription);
    if (!public_url.empty())
        status.target_url = link_to(run, public_url) + "/jobs/" + to_text(job.id);
    return status;
}

github::CommitStatus make_status(const store::RunRow& run, const std::string& public_url) {
    github::CommitStatus status;
    status.sha = run.sha;
    status.context = make_context(run);
    status.state = "failure";
    status.description = cut(describe_problem(run), kMaxDescription);
    status.target_url = link_to(run, public_url);
    return status;
}

std::string describe_duration(Milliseconds duration) {
    const auto seconds = duration.count() / 1000;
    if (seconds < 60) return std::to_string(seconds) + " s";
    const auto minutes = seconds / 60;
    if (minutes < 60)
        return std::to_string(minutes) + " min " + std::to_string(seconds % 60) + " s";
    return std::to_string(minutes / 60) + " h " + std::to_string(minutes % 60) + " min";
}

}  // namespace triphammer::report
