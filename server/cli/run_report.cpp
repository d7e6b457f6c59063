#include "cli/run_report.hpp"

#include "base/text.hpp"
#include "cli/command.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace triphammer::cli {

namespace {

using model::JobState;
using model::StepState;
using nlohmann::json;

// ── for people ───────────────────────────────────────────────────────────────────────────────

std::string took(const std::optional<TimePoint>& from, const std::optional<TimePoint>& to) {
    if (!from || !to) return {};
    const auto seconds = static_cast<double>((*to - *from).count()) / 1000;
    char text[32];
    if (seconds < 60) {
        std::snprintf(text, sizeof text, "%.1f s", seconds);
    } else {
        const auto whole = static_cast<long>(seconds);
        std::snprintf(text, sizeof text, "%ld min %02ld s", whole / 60, whole % 60);
    }
    return text;
}

std::string indented(const std::string& log) {
    std::string out;
    for (const auto line : split(log, '\n')) out += "      " + std::string{line} + "\n";
    if (log.ends_with('\n')) out.resize(out.size() - 7);  // nothing stands behind the last line end
    return out;
}

class TextReport final : public RunReport {
  public:
    explicit TextReport(const Paint& paint) : paint_{paint} {}

    void begin(const plan::PlannedRun& run) override {
        print(
            paint_.bold(run.workflow) + "  " + run.event + " on " + run.ref + " at " +
            run.sha.substr(0, 12) + "\n"
        );
    }

    void on_job(const store::JobRow& job) override {
        if (!model::is_final(job.state)) return;
        enter(job, false);
        auto line =
            mark(job.state) + " " + paint_.bold(job.name) + " " + std::string{name_of(job.state)};
        if (!job.reason.empty()) line += ": " + job.reason;
        print(line + paint_.faint(in_brackets(took(job.started_at, job.finished_at))) + "\n");
    }

    void on_output(const store::JobRow& job, const store::StepRow& step, const std::string& lines)
        override {
        enter(job, true);
        const std::pair key{step.attempt, step.number};
        if (key != speaking_) print(paint_.faint("  ▸ " + step.name) + "\n");
        speaking_ = key;
        print(indented(lines));
    }

    void on_step(const store::JobRow& job, const store::StepRow& step, const std::string&)
        override {
        if (!model::is_final(step.state)) return;
        enter(job, true);
        auto line = "  " + mark(step.state) + " " + step.name;
        if (!step.reason.empty()) line += ": " + step.reason;
        print(line + paint_.faint(in_brackets(took(step.started_at, step.finished_at))) + "\n");
    }

    void on_interrupt(bool again) override {
        print(again ? "killed\n" : "\ncancelling; once more kills at once\n");
    }

    void end(const store::RunRow& run) override {
        print(
            "\n" + paint_.bold(run.workflow) + " " + std::string{name_of(run.state)} +
            paint_.faint(in_brackets(took(run.created_at, run.finished_at))) + "\n"
        );
    }

  private:
    /// Jobs that run beside each other take turns on the screen.
    void enter(const store::JobRow& job, bool with_header) {
        if (job.id == shown_) return;
        shown_ = job.id;
        speaking_ = {};
        print(with_header ? "\n" + paint_.bold(job.name) + "\n" : "\n");
    }

    static std::string in_brackets(const std::string& text) {
        return text.empty() ? text : "  (" + text + ")";
    }

    template <class State>
    std::string mark(State state) const {
        if (state == State::succeeded) return paint_.green("✓");
        if (state == State::skipped) return paint_.faint("-");
        return paint_.red("✗");
    }

    Paint paint_;
    model::JobId shown_;
    std::pair<model::Fence, std::int64_t> speaking_;  // the step whose output came last
};

// ── for programs ─────────────────────────────────────────────────────────────────────────────

void say(const json& event) {
    print(event.dump(-1, ' ', false, json::error_handler_t::replace) + "\n");
}

json time_or_null(const std::optional<TimePoint>& at) {
    return at ? json(to_rfc3339(*at)) : json();
}

class JsonReport final : public RunReport {
  public:
    void begin(const plan::PlannedRun& run) override {
        say({
            {"event", "run"},
            {"workflow", run.workflow},
            {"path", run.path},
            {"title", run.title},
            {"trigger", run.event},
            {"ref", run.ref},
            {"sha", run.sha},
        });
    }

    void on_job(const store::JobRow& job) override {
        say({
            {"event", "job"},
            {"job", job.key},
            {"name", job.name},
            {"state", name_of(job.state)},
            {"cause", name_of(job.cause)},
            {"reason", job.reason},
            {"outputs", json::parse(job.outputs_json, nullptr, false)},
            {"started_at", time_or_null(job.started_at)},
            {"finished_at", time_or_null(job.finished_at)},
        });
    }

    void on_step(const store::JobRow& job, const store::StepRow& step, const std::string& log)
        override {
        json event{
            {"event", "step"},
            {"job", job.key},
            {"number", step.number},
            {"id", step.id},
            {"name", step.name},
            {"state", name_of(step.state)},
            {"cause", name_of(step.cause)},
            {"reason", step.reason},
            {"exit_status", step.exit_status ? json(*step.exit_status) : json()},
            {"started_at", time_or_null(step.started_at)},
            {"finished_at", time_or_null(step.finished_at)},
        };
        if (model::is_final(step.state)) {
            event["log"] = log;
            event["annotations"] = json::parse(step.annotations_json, nullptr, false);
        }
        say(event);
    }

    void on_output(const store::JobRow& job, const store::StepRow& step, const std::string& lines)
        override {
        say({{"event", "output"}, {"job", job.key}, {"number", step.number}, {"lines", lines}});
    }

    void on_interrupt(bool again) override { say({{"event", "interrupt"}, {"again", again}}); }

    void end(const store::RunRow& run) override {
        say({
            {"event", "result"},
            {"state", name_of(run.state)},
            {"cause", name_of(run.cause)},
            {"started_at", time_or_null(run.started_at)},
            {"finished_at", time_or_null(run.finished_at)},
        });
    }
};

}  // namespace

std::unique_ptr<RunReport> make_text_report(const Paint& paint) {
    return std::make_unique<TextReport>(paint);
}

std::unique_ptr<RunReport> make_json_report() {
    return std::make_unique<JsonReport>();
}

}  // namespace triphammer::cli
