#include "importer/draft.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace triphammer::importer {

namespace {

constexpr std::string_view kSafe =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./ ()@=";

bool is_safe(const std::string& text) {
    if (text.empty() || text.find_first_not_of(kSafe) != text.npos) return false;
    if (std::isalpha(static_cast<unsigned char>(text.front())) == 0) return false;
    if (text.back() == ' ') return false;
    for (const char* word : {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}) {
        if (equal_ignoring_case(text, word)) return false;
    }
    return true;
}

class Writer {
  public:
    Writer(const Draft& draft, const std::set<Lines>& left_out)
        : draft_{draft}, left_out_{left_out} {}

    Written write() {
        if (!draft_.name.empty()) pair(0, "name", draft_.name);
        line(0, "on:");
        for (const auto& trigger : draft_.triggers) lines(2, trigger);
        write_dispatch();
        for (const auto& setting : draft_.settings) lines(0, setting);
        pairs(0, "env", draft_.env);
        line(0, "jobs:");
        for (const auto& job : draft_.jobs) write_job(job);
        return std::move(out_);
    }

  private:
    bool is_left_out(const Lines& from) const { return from.first > 0 && left_out_.contains(from); }

    void line(int indent, const std::string& text) {
        out_.text += std::string(static_cast<std::size_t>(indent), ' ') + text + "\n";
        out_.from.push_back(from_);
    }

    void pair(int indent, const std::string& key, const std::string& value) {
        if (!value.empty()) line(indent, key + ": " + to_scalar(value));
    }

    void pairs(int indent, const std::string& key, const Texts& texts) {
        if (texts.empty()) return;
        line(indent, key + ":");
        for (const auto& [name, value] : texts) line(indent + 2, name + ": " + to_scalar(value));
    }

    void lines(int indent, const DraftLines& part) {
        if (is_left_out(part.from)) return;
        from_ = part.from;
        for (const auto& text : part.yaml) line(indent, text);
        from_ = {};
    }

    void write_dispatch() {
        const bool has_inputs =
            std::any_of(draft_.inputs.begin(), draft_.inputs.end(), [&](const auto& input) {
                return !is_left_out(input.from);
            });
        line(2, "workflow_dispatch:");
        if (!has_inputs) return;
        line(4, "inputs:");
        for (const auto& input : draft_.inputs) lines(6, input);
    }

    void write_job(const DraftJob& job) {
        if (is_left_out(job.from)) return;
        from_ = job.from;
        line(2, job.key + ":");
        pair(4, "name", job.name);
        write_needs(job);
        pair(4, "if", lacks_gate(job) ? "false" : job.condition);
        if (job.is_gate) return write_gate(job);
        pair(4, "runs-on", job.label);
        pair(4, "container", job.image);
        if (!job.minutes.empty()) line(4, "timeout-minutes: " + job.minutes);
        write_matrix(job);
        pairs(4, "env", job.env);
        write_reports(job);
        line(4, "steps:");
        for (const auto& step : job.steps) write_step(step);
        from_ = {};
    }

    void write_gate(const DraftJob& job) {
        line(4, "approve:");
        line(6, "subject: \"${{ github.sha }}\"");
        std::vector<std::string> names;
        for (const auto& name : job.approvers) names.push_back(to_scalar(name));
        if (!names.empty()) line(6, "by: [" + join(names, ", ") + "]");
        from_ = {};
    }

    const DraftJob* find_job(const std::string& key) const {
        const auto found =
            std::find_if(draft_.jobs.begin(), draft_.jobs.end(), [&](const DraftJob& job) {
                return job.key == key;
            });
        return found == draft_.jobs.end() ? nullptr : &*found;
    }

    bool lacks_gate(const DraftJob& job) const {
        return std::any_of(job.needs.begin(), job.needs.end(), [&](const std::string& need) {
            const auto* needed = find_job(need);
            return needed != nullptr && needed->is_gate && is_left_out(needed->from);
        });
    }

    void write_needs(const DraftJob& job) {
        std::vector<std::string> present;
        for (const auto& need : job.needs) {
            const auto* needed = find_job(need);
            if (needed != nullptr && !is_left_out(needed->from)) present.push_back(need);
        }
        if (!present.empty()) line(4, "needs: [" + join(present, ", ") + "]");
    }

    void write_matrix(const DraftJob& job) {
        if (job.axes.empty()) return;
        line(4, "strategy:");
        line(6, "matrix:");
        for (const auto& axis : job.axes) {
            std::vector<std::string> values;
            for (const auto& value : axis.values) values.push_back(to_scalar(value));
            line(8, axis.name + ": [" + join(values, ", ") + "]");
        }
        if (job.excluded.empty()) return;
        line(8, "exclude:");
        for (const auto& cell : job.excluded) {
            auto lead = std::string{"- "};
            for (const auto& [name, value] : cell) {
                line(10, lead + name + ": " + to_scalar(value));
                lead = "  ";
            }
        }
    }

    void write_reports(const DraftJob& job) {
        const auto present = std::find_if(job.junit.begin(), job.junit.end(), [&](const auto& one) {
            return !is_left_out(one.first);
        });
        if (present == job.junit.end()) return;
        from_ = present->first;
        line(4, "reports:");
        line(6, "junit: " + to_scalar(present->second));
        from_ = job.from;
    }

    void write_step(const DraftStep& step) {
        if (is_left_out(step.from)) return;
        const auto outside = std::exchange(from_, step.from);
        line(6, "- name: " + to_scalar(step.name));
        pair(8, "id", step.id);
        pair(8, "if", step.condition);
        pair(8, "uses", step.uses);
        pairs(8, "with", step.with);
        pairs(8, "env", step.env);
        pair(8, "shell", step.shell);
        pair(8, "working-directory", step.directory);
        if (!step.minutes.empty()) line(8, "timeout-minutes: " + step.minutes);
        if (step.may_fail) line(8, "continue-on-error: true");
        if (step.uses.empty()) write_script(step.run);
        from_ = outside;
    }

    void write_script(const std::string& script) {
        if (script.find('\n') == script.npos) return line(8, "run: " + to_scalar(script));
        line(8, script.front() == ' ' || script.front() == '\t' ? "run: |2" : "run: |");
        for (const auto row : split(script, '\n')) line(row.empty() ? 0 : 10, std::string{row});
    }

    const Draft& draft_;
    const std::set<Lines>& left_out_;
    Written out_;
    Lines from_;
};

}  // namespace

Written write_yaml(const Draft& draft, const std::set<Lines>& left_out) {
    return Writer{draft, left_out}.write();
}

// Source: YAML 1.2, "Double-Quoted Style".
std::string to_scalar(const std::string& text) {
    if (is_safe(text)) return text;
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else {
            out += c;
        }
    }
    return out + "\"";
}

}  // namespace triphammer::importer
