#include "importer/jenkinsfile.hpp"

#include "base/text.hpp"
#include "importer/groovy_condition.hpp"
#include "importer/jenkins_cron.hpp"
#include "importer/jenkins_stages.hpp"
#include "workflow/reader.hpp"

#include <algorithm>

namespace triphammer::importer {

namespace {

constexpr int kMostRounds = 20;

/// What is always so here, or is told by the runs themselves.
constexpr std::string_view kNeedless[] = {
    "timestamps",
    "ansiColor",
    "buildDiscarder",
    "preserveStashes",
    "durabilityHint",
    "disableResume",
    "skipDefaultCheckout",
    "checkoutToSubdirectory"};

class PipelineImporter {
  public:
    PipelineImporter(std::string_view source, Draft& draft, Remarks& remarks)
        : names_{source}, draft_{draft}, remarks_{remarks} {}

    void add(const Statement& pipeline) {
        for (const auto& part : pipeline.block) read_setting(part);
        if (!has_triggers_) draft_.triggers.push_back({{}, {"push:"}});
        auto environment = names_.environment();
        environment.insert(environment.end(), draft_.env.begin(), draft_.env.end());
        draft_.env = std::move(environment);
        StagesImporter stages{names_, remarks_, draft_};
        for (const auto& part : pipeline.block) {
            if (part.name == "stages") stages.add_all(part.block, defaults_);
        }
        for (const auto& part : pipeline.block) {
            if (part.name == "post") stages.add_post(part);
        }
    }

  private:
    void read_setting(const Statement& part) {
        if (part.name == "stages" || part.name == "post") return;
        if (part.name == "agent") {
            defaults_.agent = read_agent(part, remarks_);
        } else if (part.name == "environment") {
            for (const auto& variable : part.block) read_variable(variable);
        } else if (part.name == "parameters") {
            for (const auto& parameter : part.block) read_parameter(parameter);
        } else if (part.name == "options") {
            for (const auto& option : part.block) read_option(option);
        } else if (part.name == "triggers") {
            for (const auto& trigger : part.block) read_trigger(trigger);
        } else if (part.name == "tools") {
            remarks_.left(
                lines_of(part),
                "tools come from the machine or the container; or add a step with "
                "actions/setup-java, -node, …"
            );
        } else {
            remarks_.left(lines_of(part), "'" + part.name + "' has no counterpart");
        }
    }

    // ── environment ──────────────────────────────────────────────────────────────────────────

    void read_variable(const Statement& variable) {
        const auto& value = variable.first();
        if (variable.is_assignment && value.text == "credentials" && value.items.size() == 1) {
            return read_credential(variable, secret_name(value.items[0].text));
        }
        const auto text =
            variable.is_assignment ? names_.to_template(value) : std::optional<std::string>{};
        if (!text) return remarks_.left(lines_of(variable), "a value that Groovy computes");
        names_.add_variable(variable.name, *text);
        draft_.env.emplace_back(variable.name, *text);
    }

    void read_credential(const Statement& variable, const std::string& secret) {
        const auto add = [&](const std::string& name, const std::string& value) {
            draft_.env.emplace_back(name, value);
        };
        const auto user = "${{ secrets." + secret + "_USR }}";
        const auto password = "${{ secrets." + secret + "_PSW }}";
        const bool is_pair =
            names_.occurs(variable.name + "_USR") || names_.occurs(variable.name + "_PSW");
        if (is_pair) {
            add(variable.name, user + ":" + password);
            add(variable.name + "_USR", user);
            add(variable.name + "_PSW", password);
        } else {
            add(variable.name, "${{ secrets." + secret + " }}");
        }
        remarks_.changed(
            lines_of(variable),
            "set the secret " + (is_pair ? secret + "_USR and " + secret + "_PSW" : secret) +
                " (triphammer secret set)"
        );
    }

    // ── parameters ───────────────────────────────────────────────────────────────────────────

    void read_parameter(const Statement& parameter) {
        const auto& arguments = parameter.arguments;
        const auto name = arguments["name"].text;
        const auto type = type_of(parameter.name);
        if (type.empty() || name.empty()) {
            return remarks_.left(lines_of(parameter), "a parameter of the kind " + parameter.name);
        }
        std::vector<std::string> options;
        for (const auto& choice : arguments["choices"].items) options.push_back(choice.text);
        if (arguments["choices"].is_text()) {
            for (const auto row : split(arguments["choices"].text, '\n')) options.emplace_back(row);
        }
        auto fallback = arguments["defaultValue"].text;
        if (fallback.empty() && !options.empty()) fallback = options.front();
        const bool is_flag = type == "boolean";
        if (is_flag && fallback.empty()) fallback = "false";
        names_.add_parameter(name, is_flag ? fallback : quote_expression(fallback));
        DraftLines input{lines_of(parameter), {name + ":", "  type: " + type}};
        const auto& description = arguments["description"].text;
        if (!description.empty()) input.yaml.push_back("  description: " + to_scalar(description));
        if (!fallback.empty())
            input.yaml.push_back("  default: " + (is_flag ? fallback : to_scalar(fallback)));
        if (!options.empty()) {
            for (auto& option : options) option = to_scalar(option);
            input.yaml.push_back("  options: [" + join(options, ", ") + "]");
        }
        draft_.inputs.push_back(std::move(input));
    }

    static std::string type_of(const std::string& kind) {
        if (kind == "string" || kind == "text") return "string";
        if (kind == "booleanParam") return "boolean";
        return kind == "choice" ? kind : "";
    }

    // ── options and triggers ─────────────────────────────────────────────────────────────────

    void read_option(const Statement& option) {
        const auto at = lines_of(option);
        if (option.name == "timeout") {
            defaults_.minutes = minutes_of(option.arguments);
            if (!defaults_.minutes.empty()) return;
        }
        if (option.name == "disableConcurrentBuilds") {
            const auto& stop = option.arguments["abortPrevious"].text;
            draft_.settings.push_back(
                {at,
                 {"concurrency:",
                  "  group: ${{ github.workflow }}-${{ github.ref }}",
                  std::string{"  cancel-in-progress: "} + (stop == "true" ? "true" : "false")}}
            );
            return;
        }
        const auto* end = std::end(kNeedless);
        if (std::find(std::begin(kNeedless), end, option.name) != end) {
            return remarks_.changed(
                at, option.name + " has no line here: see docs/from-jenkins.md"
            );
        }
        remarks_.left(at, "the option '" + option.name + "'");
    }

    void read_trigger(const Statement& trigger) {
        const auto at = lines_of(trigger);
        const auto spec = trigger.first().text;
        if (trigger.name == "cron") {
            const auto times = to_cron(spec, std::string{trim(spec)});
            if (times.empty()) return remarks_.left(at, "the schedule '" + spec + "'");
            DraftLines lines{at, {"schedule:"}};
            for (const auto& time : times) lines.yaml.push_back("  - cron: " + to_scalar(time));
            remarks_.changed(at, "H was chosen: " + join(times, "; ") + " (UTC)");
            draft_.triggers.push_back(std::move(lines));
            if (!has_triggers_) draft_.triggers.push_back({{}, {"push:"}});
            has_triggers_ = true;
            return;
        }
        if (trigger.name == "pollSCM" || trigger.name == "githubPush") {
            remarks_.changed(at, "a push is told, nothing is polled");
            if (!has_triggers_) draft_.triggers.push_back({at, {"push:"}});
            has_triggers_ = true;
            return;
        }
        remarks_.left(at, "the trigger '" + trigger.name + "'; see `workflow_run`");
    }

    Names names_;
    Draft& draft_;
    Remarks& remarks_;
    StagesImporter::Defaults defaults_;
    bool has_triggers_ = false;
};

/// Writes it, and leaves out and names whatever the language itself refuses.
std::string write_clean(const Draft& draft, Remarks& remarks) {
    std::set<Lines> left_out;
    for (int round = 0; round < kMostRounds; ++round) {
        auto written = write_yaml(draft, left_out);
        const auto read = workflow::read_workflow("imported.yml", written.text);
        if (read.workflow) return std::move(written.text);
        const auto before = left_out.size();
        for (const auto& problem : read.problems) {
            if (problem.severity != model::Problem::Severity::error) continue;
            const auto row = static_cast<std::size_t>(std::max(problem.at.line, 1)) - 1;
            const auto from = row < written.from.size() ? written.from[row] : Lines{};
            if (from.first > 0 && left_out.insert(from).second) remarks.left(from, problem.message);
        }
        if (left_out.size() == before) {
            remarks.left({}, "the result is no workflow: " + read.problems.front().message);
            return {};
        }
    }
    return {};
}

/// Lines with a word on them.
std::set<int> lines_that_count(std::string_view source) {
    std::set<int> out;
    for (const auto& token : read_tokens(source)) {
        if (token.kind == Token::Kind::newline || token.kind == Token::Kind::end) continue;
        for (int line = token.line; line <= token.end_line; ++line) out.insert(line);
    }
    return out;
}

void count(std::string_view source, Imported& imported) {
    auto lines = lines_that_count(source);
    imported.lines = static_cast<int>(lines.size());
    for (const auto& remark : imported.remarks) {
        if (remark.kind != Remark::Kind::left) continue;
        lines.erase(lines.lower_bound(remark.at.first), lines.upper_bound(remark.at.last));
    }
    imported.carried = imported.text.empty() ? 0 : static_cast<int>(lines.size());
}

}  // namespace

Imported import_jenkinsfile(std::string_view name, std::string_view source) {
    Remarks remarks;
    Draft draft;
    draft.name = name;
    PipelineImporter importer{source, draft, remarks};
    bool found = false;
    for (const auto& statement : read_statements(source)) {
        const bool is_pipeline = statement.name == "pipeline" && statement.has_block;
        if (is_pipeline && !found) {
            importer.add(statement);
            found = true;
            if (statement.is_unclosed)
                remarks.left(
                    {statement.line, statement.line},
                    "a { in this block is never closed",
                    "add }; Jenkins refuses it, too"
                );
        } else {
            remarks.left(
                lines_of(statement),
                "stands outside `pipeline`; only declarative pipelines are read"
            );
        }
    }
    Imported out;
    if (found && !draft.jobs.empty()) out.text = write_clean(draft, remarks);
    if (out.text.empty() && remarks.all().empty())
        remarks.left({1, 1}, found ? "no stage in it has a step" : "it has no `pipeline { … }`");
    out.remarks = remarks.all();
    std::stable_sort(out.remarks.begin(), out.remarks.end(), [](const auto& a, const auto& b) {
        return a.at < b.at;
    });
    count(source, out);
    return out;
}

}  // namespace triphammer::importer
