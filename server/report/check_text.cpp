#include "report/check_text.hpp"

#include "base/text.hpp"
#include "report/markdown.hpp"
#include "report/status_text.hpp"
#include "report/told.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::report {

using model::JobState;
using nlohmann::json;

namespace {

constexpr std::size_t kMostTitle = 250;      // of 255 characters
constexpr std::size_t kMostMessage = 8'000;  // of 64 KB
constexpr std::size_t kMostSummary = 60'000;
constexpr std::size_t kMostAnnotations = 250;  // five calls
constexpr std::size_t kMostSteps = 60;

std::string field(const json& object, const char* name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    const bool is_text = object.is_object() && found != object.end() && found->is_string();
    return is_text ? found->get<std::string>() : std::string{};
}

std::int64_t count_in(const json& object, const char* name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    const bool is_number = object.is_object() && found != object.end() && found->is_number();
    return is_number ? found->get<std::int64_t>() : 0;
}

const json& items_of(const json& object, const char* name) {
    static const auto kNone = json::array();
    const auto found = object.is_object() ? object.find(name) : object.end();
    return object.is_object() && found != object.end() && found->is_array() ? *found : kNone;
}

/// GitHub wants paths of the repository; empty: it is a place elsewhere.
std::string path_in_repository(std::string path) {
    while (path.starts_with("./")) path.erase(0, 2);
    const bool is_elsewhere = path.starts_with('/') || path.starts_with("../") ||
                              path.find("/../") != std::string::npos || path.size() > 1'000;
    return is_elsewhere ? std::string{} : path;
}

std::string level_of(const std::string& level) {
    if (level == "error") return "failure";
    return level == "warning" ? "warning" : "notice";
}

/// Where it has no place in a file it goes into the summary.
void add(CheckOutput& out, CheckAnnotation one, std::string& placeless) {
    one.path = path_in_repository(std::move(one.path));
    one.message = cut_utf8(one.message, kMostMessage);
    one.title = cut_utf8(one.title, kMostTitle);
    if (trim(one.message).empty()) one.message = one.title.empty() ? "(no message)" : one.title;
    if (one.path.empty()) {
        placeless += "- " + one.level + ": " + code_span(one.message) + '\n';
        return;
    }
    one.start_line = std::max<std::int64_t>(one.start_line, 1);
    one.end_line = std::max(one.end_line, one.start_line);
    const bool is_one_line = one.start_line == one.end_line && one.start_column > 0;
    if (!is_one_line) one.start_column = one.end_column = 0;
    if (is_one_line) one.end_column = std::max(one.end_column, one.start_column);
    out.annotations.push_back(std::move(one));
}

void add_of_steps(
    CheckOutput& out, const std::vector<store::StepRow>& steps, std::string& placeless
) {
    for (const auto& step : steps) {
        const auto list = json::parse(step.annotations_json, nullptr, false);
        if (!list.is_array()) continue;
        for (const auto& item : list) {
            CheckAnnotation one;
            one.path = field(item, "file");
            one.start_line = count_in(item, "line");
            one.end_line = count_in(item, "end_line");
            one.start_column = count_in(item, "column");
            one.end_column = count_in(item, "end_column");
            one.level = level_of(field(item, "level"));
            one.message = field(item, "message");
            one.title = field(item, "title");
            add(out, std::move(one), placeless);
        }
    }
}

void add_findings(CheckOutput& out, const json& job, std::string& placeless) {
    for (const auto& item : items_of(job, "findings")) {
        CheckAnnotation one;
        one.path = field(item, "file");
        one.start_line = count_in(item, "line");
        one.level = level_of(field(item, "level"));
        one.message = field(item, "message");
        one.title = field(item, "tool") + ' ' + field(item, "rule");
        add(out, std::move(one), placeless);
    }
}

void add_failed_tests(CheckOutput& out, const json& item, std::string& placeless) {
    CheckAnnotation one;
    one.path = field(item, "file");
    one.start_line = count_in(item, "line");
    one.level = "failure";
    one.message = field(item, "message");
    one.title = field(item, "suite").empty() ? "" : field(item, "suite") + ": ";
    one.title += field(item, "name");
    if (one.path.empty()) one.message = one.title + ": " + one.message;
    add(out, std::move(one), placeless);
}

std::string describe_report(const json& job) {
    std::string out;
    const auto failed = count_in(job, "failed");
    const auto passed = count_in(job, "passed");
    if (failed + passed > 0) {
        out += "Tests: " + std::to_string(failed) + " failed, " + std::to_string(passed) +
               " passed, " + std::to_string(count_in(job, "skipped")) + " skipped.\n";
    }
    const auto findings = items_of(job, "findings").size();
    if (findings > 0) out += "Findings: " + std::to_string(findings) + ".\n";
    return out.empty() ? out : out + '\n';
}

/// Of its `reports:`: their counts for the summary.
std::string add_reports(CheckOutput& out, const ToldJob& told, std::string& placeless) {
    const auto tests = json::parse(told.tests, nullptr, false);
    const auto id = to_text(told.job.id);
    std::string counts;
    for (const auto& job : items_of(tests, "jobs")) {
        if (field(job, "job") != id) continue;
        counts = describe_report(job);
        add_findings(out, job, placeless);
    }
    for (const auto& item : items_of(tests, "items")) {
        const bool is_ours = field(item, "job") == id && field(item, "outcome") == "failed";
        if (is_ours) add_failed_tests(out, item, placeless);
    }
    return counts;
}

std::string mark_of(model::StepState state) {
    if (state == model::StepState::succeeded) return "✅";
    const bool is_bad = state == model::StepState::failed || state == model::StepState::timed_out;
    return is_bad ? "❌" : "⚪";
}

std::string list_steps(const std::vector<store::StepRow>& steps) {
    std::string out;
    std::size_t shown = 0;
    for (const auto& step : steps) {
        if (!model::is_final(step.state) || ++shown > kMostSteps) continue;
        out += "- " + mark_of(step.state) + ' ' + code_span(step.name);
        if (!step.reason.empty()) out += ": " + code_span(step.reason);
        out += '\n';
    }
    return out.empty() ? out : out + '\n';
}

std::string status_of(JobState state) {
    if (model::is_final(state)) return "completed";
    return state == JobState::running ? "in_progress" : "queued";
}

std::string conclusion_of(JobState state) {
    switch (state) {
        case JobState::succeeded:
            return "success";
        case JobState::skipped:
            return "skipped";
        case JobState::cancelled:
            return "cancelled";
        case JobState::timed_out:
            return "timed_out";
        case JobState::failed:
            return "failure";
        default:
            return {};
    }
}

std::string describe_run(const store::RunRow& run, const std::string& url) {
    const auto name = "Run #" + std::to_string(run.number);
    const auto linked = url.empty() ? name : '[' + name + "](" + url + ')';
    return linked + " of " + code_span(run.workflow) + " on " + code_span(run.event) +
           (run.attempt > 1 ? ", attempt " + std::to_string(run.attempt) : "") + "\n\n";
}

void finish(CheckOutput& out, std::string text, const std::string& placeless) {
    if (!placeless.empty()) text += "Without a place in a file:\n" + placeless + '\n';
    if (out.annotations.size() > kMostAnnotations) {
        text += std::to_string(out.annotations.size() - kMostAnnotations) +
                " more annotations are on the run's page.\n";
        out.annotations.resize(kMostAnnotations);
    }
    out.summary = cut_utf8(text, kMostSummary);
}

/// YYYY-MM-DDTHH:MM:SSZ, the form that GitHub names.
std::string in_seconds(TimePoint at) {
    return to_rfc3339(at).substr(0, 19) + 'Z';
}

json to_json(const CheckAnnotation& one) {
    json out{
        {"path", one.path},
        {"start_line", one.start_line},
        {"end_line", one.end_line},
        {"annotation_level", one.level},
        {"message", one.message}};
    if (one.start_column > 0) {
        out["start_column"] = one.start_column;
        out["end_column"] = one.end_column;
    }
    if (!one.title.empty()) out["title"] = one.title;
    return out;
}

}  // namespace

CheckOutput make_check(const ToldJob& told, const std::string& public_url) {
    const auto status = make_status(told.run, told.job, public_url);
    CheckOutput out;
    out.name = status.context;
    out.sha = status.sha;
    out.details_url = status.target_url;
    out.status = status_of(told.job.state);
    out.conclusion = conclusion_of(told.job.state);
    out.started_at = told.job.started_at;
    out.title = status.description;
    auto text = describe_run(told.run, out.details_url);
    std::string placeless;
    if (model::is_final(told.job.state)) {
        out.completed_at = told.job.finished_at;
        text += add_reports(out, told, placeless) + list_steps(told.steps);
        add_of_steps(out, told.steps, placeless);
    }
    finish(out, std::move(text), placeless);
    return out;
}

CheckOutput make_check(const store::RunRow& run, const std::string& public_url) {
    const auto status = make_status(run, public_url);
    CheckOutput out;
    out.name = status.context;
    out.sha = status.sha;
    out.details_url = status.target_url;
    out.status = "completed";
    out.conclusion = "failure";
    out.completed_at = run.finished_at;
    out.title = status.description;
    std::string placeless;
    const auto problems = json::parse(run.problems_json, nullptr, false);
    for (const auto& problem : problems.is_array() ? problems : json::array()) {
        CheckAnnotation one;
        one.path = run.workflow_path.starts_with("pipeline:") ? "" : run.workflow_path;
        one.start_line = count_in(problem, "line");
        one.start_column = count_in(problem, "column");
        one.level = "failure";
        one.message = field(problem, "message");
        if (const auto hint = field(problem, "hint"); !hint.empty()) one.message += "; " + hint;
        add(out, std::move(one), placeless);
    }
    finish(out, describe_run(run, out.details_url), placeless);
    return out;
}

std::string check_json(const CheckOutput& output, const CheckRequest& request) {
    json said{{"title", output.title}, {"summary", output.summary}};
    if (request.count > 0) {
        auto list = json::array();
        const auto end = std::min(request.first + request.count, output.annotations.size());
        for (auto i = request.first; i < end; ++i) list.push_back(to_json(output.annotations[i]));
        said["annotations"] = std::move(list);
    }
    json body{
        {"name", output.name},
        {"external_id", request.external_id},
        {"status", output.status},
        {"output", std::move(said)}};
    if (request.is_new) body["head_sha"] = output.sha;
    if (!output.details_url.empty()) body["details_url"] = output.details_url;
    if (output.started_at) body["started_at"] = in_seconds(*output.started_at);
    if (!output.conclusion.empty()) body["conclusion"] = output.conclusion;
    if (output.completed_at && !output.conclusion.empty()) {
        body["completed_at"] = in_seconds(*output.completed_at);
    }
    return body_of(body);
}

}  // namespace triphammer::report
