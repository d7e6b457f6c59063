#include "report/comment_text.hpp"

#include "report/markdown.hpp"
#include "report/status_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace triphammer::report {

using model::JobState;
using model::RunState;
using nlohmann::json;

namespace {

constexpr std::size_t kMostFailed = 20;
constexpr std::size_t kMostJobs = 10;  // that failed, by name
constexpr std::array<std::size_t, 6> kSteps{20'000, 8'000, 3'000, 1'200, 400, 150};

struct Section {
    std::string summary;  // HTML
    std::string body;     // Markdown
};

struct Frame {
    std::string run_url;
    std::size_t most = 0;  // bytes of a section's text
};

std::string count_of(std::int64_t count, const std::string& one) {
    return std::to_string(count) + ' ' + one + (count == 1 ? "" : "s");
}

std::string text_of(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::int64_t number_of(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_number() ? found->get<std::int64_t>() : 0;
}

const json& list_of(const json& object, const char* name) {
    static const auto kNone = json::array();
    const auto found = object.is_object() ? object.find(name) : object.end();
    return found != object.end() && found->is_array() ? *found : kNone;
}

std::string link(const std::string& text, const std::string& url) {
    return '[' + text + "](" + url + ')';
}

std::string place_of(const json& item) {
    const auto line = number_of(item, "line");
    return text_of(item, "file") + (line > 0 ? ':' + std::to_string(line) : "");
}

std::string say_cut(std::size_t shown, std::size_t all, const Frame& frame) {
    if (shown >= all) return {};
    return "\nThis was cut: " + link("the whole report", frame.run_url + "/tests") + '\n';
}

std::string fenced(const std::string& text, const Frame& frame) {
    return fence(text, frame.most) + say_cut(frame.most, text.size(), frame);
}

/// Those of one job; the items are of all jobs.
Section describe_tests(const json& job, const json& items, const Frame& frame) {
    const auto failed = number_of(job, "failed");
    std::string body;
    std::size_t shown = 0;
    for (const auto& item : items) {
        if (text_of(item, "job") != text_of(job, "job") || shown == kMostFailed) continue;
        if (body.size() > frame.most) break;
        ++shown;
        const auto suite = text_of(item, "suite");
        body +=
            "- " + (suite.empty() ? "" : code_span(suite) + ' ') + code_span(text_of(item, "name"));
        if (!text_of(item, "file").empty()) body += " in " + code_span(place_of(item));
        const auto message = text_of(item, "message");
        body += '\n' + (message.empty() ? "" : '\n' + fence(message, frame.most / 4) + '\n');
    }
    const auto left = failed - static_cast<std::int64_t>(shown);
    if (left > 0) {
        const auto url = frame.run_url + "/tests";
        body += "\n" + link(std::to_string(left) + (shown > 0 ? " more failed" : " failed"), url) +
                '\n';
    }
    if (failed == 0) body += link("All tests", frame.run_url + "/tests") + '\n';
    const std::string mark = failed > 0 ? "❌" : "✅";
    return {
        mark + " Tests: " + std::to_string(failed) + " failed, " +
            std::to_string(number_of(job, "passed")) + " passed, " +
            std::to_string(number_of(job, "skipped")) + " skipped",
        body};
}

double percent_of(const json& coverage) {
    const auto lines = static_cast<double>(number_of(coverage, "lines"));
    const auto covered = static_cast<double>(number_of(coverage, "covered"));
    return lines > 0 ? 100 * covered / lines : 0;
}

/// 81.25 → "81.3".
std::string to_tenths(double value) {
    const auto tenths = std::llround(std::abs(value) * 10);
    const auto text = std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10);
    return (value < 0 && tenths > 0 ? "-" : "") + text;
}

/// Against the newest report before it that is of another commit.
std::string describe_trend(const json& job) {
    const auto& line = list_of(job, "line");
    if (line.empty()) return {};
    for (const auto& past : line) {
        const bool is_same = text_of(past, "sha") == text_of(line.front(), "sha");
        if (is_same || !past.contains("coverage") || !past["coverage"].is_object()) continue;
        const auto change = percent_of(job["coverage"]) - percent_of(past["coverage"]);
        const auto* sign = to_tenths(change).starts_with('-') ? "" : "+";
        return " (" + std::string{sign} + to_tenths(change) + " since run #" +
               std::to_string(number_of(past, "number")) + ')';
    }
    return {};
}

Section describe_coverage(const json& job, const Frame& frame) {
    const auto& coverage = job["coverage"];
    std::string lines;
    std::size_t shown = 0;
    const auto& files = list_of(coverage, "files");
    for (const auto& file : files) {
        if (lines.size() > frame.most) break;
        ++shown;
        const auto all = number_of(file, "lines");
        lines += text_of(file, "path") + ": " + std::to_string(all - number_of(file, "covered")) +
                 " of " + count_of(all, "line") + " not run\n";
    }
    auto body = lines.empty() ? std::string{} : fence(lines, frame.most);
    body += say_cut(shown, files.size(), frame);
    return {"Coverage: " + to_tenths(percent_of(coverage)) + " %" + describe_trend(job), body};
}

std::vector<Section> describe_findings(const json& job, const Frame& frame) {
    std::map<std::string, std::vector<std::string>> by_tool;
    for (const auto& finding : list_of(job, "findings")) {
        const auto place = place_of(finding);
        by_tool[text_of(finding, "tool")].push_back(
            (place.empty() ? "" : place + ": ") + text_of(finding, "level") + ": " +
            text_of(finding, "message") + " [" + text_of(finding, "rule") + ']'
        );
    }
    std::vector<Section> out;
    for (const auto& [tool, lines] : by_tool) {
        std::string text;
        for (const auto& line : lines) text += line + '\n';
        const auto count = count_of(static_cast<std::int64_t>(lines.size()), "finding");
        out.push_back({"⚠️ " + html_code(tool) + ": " + count, fenced(text, frame)});
    }
    return out;
}

std::vector<Section> describe_job(const json& job, const json& items, const Frame& frame) {
    std::vector<Section> out;
    const auto tests =
        number_of(job, "passed") + number_of(job, "failed") + number_of(job, "skipped");
    if (tests > 0) out.push_back(describe_tests(job, items, frame));
    if (job.contains("coverage") && job["coverage"].is_object()) {
        out.push_back(describe_coverage(job, frame));
    }
    for (auto& section : describe_findings(job, frame)) out.push_back(std::move(section));
    for (const auto& text : list_of(job, "texts")) {
        const auto whole = text_of(text, "text");
        const bool is_empty = whole.find_first_not_of(" \r\n\t") == std::string::npos;
        out.push_back(
            {html_code(text_of(text, "path")) + (is_empty ? ": nothing" : ""),
             is_empty ? std::string{} : fenced(whole, frame)}
        );
    }
    std::string problems;
    for (const auto& problem : list_of(job, "problems")) {
        if (problem.is_string()) problems += problem.get<std::string>() + '\n';
    }
    if (!problems.empty()) out.push_back({"⚠️ Not read", fenced(problems, frame)});
    for (auto& section : out) section.summary += " · " + html_code(text_of(job, "name"));
    return out;
}

std::string mark_of(RunState state) {
    if (state == RunState::succeeded) return "✅";
    if (state == RunState::failed) return "❌";
    return state == RunState::cancelled ? "⚪" : "⏳";
}

bool has_failed(const store::JobRow& job) {
    return job.state == JobState::failed || job.state == JobState::timed_out;
}

std::string describe_failed_jobs(const ToldRun& told, const std::string& run_url) {
    std::string names;
    std::size_t count = 0;
    for (const auto& job : told.jobs) {
        if (!has_failed(job) || ++count > kMostJobs) continue;
        const auto url = run_url + "/jobs/" + to_text(job.id);
        names += (count > 1 ? ", " : "") + link(code_span(job.name, 80), url);
    }
    if (count == 0) return {};
    return " · " + std::to_string(count) + " of " +
           count_of(static_cast<std::int64_t>(told.jobs.size()), "job") + " failed: " + names +
           (count > kMostJobs ? ", ..." : "");
}

std::string make_headline(const ToldRun& told, const std::string& run_url) {
    const auto& run = told.run;
    const auto name = code_span(run.workflow, 80) + " #" + std::to_string(run.number);
    auto out = "### " + mark_of(run.state) + ' ' + link(name, run_url) + ": " +
               std::string{model::name_of(run.state)} + '\n';
    out += code_span(run.sha.substr(0, 7)) + " on " + code_span(run.event);
    const bool has_ended = run.started_at && run.finished_at;
    if (has_ended) out += " · " + describe_duration(*run.finished_at - *run.started_at);
    return out + describe_failed_jobs(told, run_url) + "\n\n";
}

std::string fold(const Section& section) {
    return "<details><summary>" + section.summary + "</summary>\n\n" + section.body +
           "\n</details>\n\n";
}

/// With the last of the steps, sections that have no room are counted, with a link to all of them.
std::string describe_run(
    const ToldRun& told, const json& tests, const CommentFrame& frame, std::size_t most
) {
    const Frame inner{frame.public_url + "/runs/" + to_text(told.run.id), most};
    const bool is_last = most == kSteps.back();
    auto out = make_headline(told, inner.run_url);
    const auto& items = list_of(tests, "items");
    std::int64_t left = 0;
    for (const auto& job : list_of(tests, "jobs")) {
        if (out.size() > kMostComment) break;
        for (const auto& section : describe_job(job, items, inner)) {
            const auto text = fold(section);
            const bool fits = !is_last || out.size() + text.size() < kMostComment / 2;
            left += fits ? 0 : 1;
            if (fits) out += text;
        }
    }
    if (left == 0) return out;
    return out + link(count_of(left, "more report"), inner.run_url + "/tests") + "\n\n";
}

}  // namespace

std::string make_comment(const std::vector<ToldRun>& runs, const CommentFrame& frame) {
    std::vector<json> tests;
    for (const auto& run : runs) tests.push_back(json::parse(run.tests, nullptr, false));
    const auto has_report = [](const json& one) {
        return one.is_object() && !list_of(one, "jobs").empty();
    };
    if (std::none_of(tests.begin(), tests.end(), has_report)) return {};
    for (const auto most : kSteps) {
        auto out = "<!-- " + frame.marker + " -->\n";
        for (std::size_t i = 0; i < runs.size() && out.size() <= kMostComment; ++i) {
            out += describe_run(runs[i], tests[i], frame, most);
        }
        if (out.size() <= kMostComment) return out;
    }
    auto out = "<!-- " + frame.marker + " -->\n";
    for (const auto& told : runs) {
        const auto line = make_headline(told, frame.public_url + "/runs/" + to_text(told.run.id));
        if (out.size() + line.size() < kMostComment) out += line;
    }
    return out;
}

}  // namespace triphammer::report
