#include "importer/jenkins_stages.hpp"

#include "base/text.hpp"
#include "importer/jenkins_when.hpp"

#include <algorithm>
#include <cctype>

namespace triphammer::importer {

namespace {

constexpr const char* kMainJob = "pipeline";
constexpr const char* kGate = "Approve";

std::string slug_of(const std::string& name) {
    std::string out;
    for (const char c : name) {
        const bool fits = std::isalnum(static_cast<unsigned char>(c)) != 0;
        if (fits) out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        if (!fits && !out.empty() && out.back() != '-') out += '-';
    }
    while (out.ends_with('-')) out.pop_back();
    const bool begins = !out.empty() && std::isalpha(static_cast<unsigned char>(out[0])) != 0;
    return begins ? out : "stage-" + out;
}

DraftStep checkout_step() {
    DraftStep step;
    step.name = "Check out";
    step.uses = "actions/checkout@v4";
    return step;
}

/// A stage, or one of the branches within, that names an agent.
bool has_own_agent(const Statement& stage) {
    const auto* agent = find_part(stage, "agent");
    return (agent != nullptr && agent->first().text != "any") ||
           find_part(stage, "matrix") != nullptr;
}

/// Its branches run on agents of their own.
bool is_apart(const Statement& stage) {
    const auto* parallel = find_part(stage, "parallel");
    if (parallel == nullptr) return false;
    return std::any_of(parallel->block.begin(), parallel->block.end(), has_own_agent);
}

DraftAxis read_axis(const Statement& axis) {
    DraftAxis out;
    if (const auto* name = find_part(axis, "name")) out.name = name->first().text;
    if (const auto* values = find_part(axis, "values")) {
        for (const auto& value : values->arguments.items) out.values.push_back(value.text);
    }
    return out;
}

}  // namespace

struct StagesImporter::Stage {
    const Statement& statement;
    std::string name;

    explicit Stage(const Statement& given) : statement{given}, name{given.first().text} {}

    const Statement* part(std::string_view word) const { return find_part(statement, word); }
};

void StagesImporter::add_all(const std::vector<Statement>& stages, const Defaults& defaults) {
    defaults_ = defaults;
    for (const auto& stage : stages) {
        if (stage.name == "stage") {
            add_stage(stage, {});
        } else {
            remarks_.left(lines_of(stage), "is no stage");
        }
    }
}

// ── stages ───────────────────────────────────────────────────────────────────────────────────

void StagesImporter::add_stage(const Statement& statement, const StepScope& outer) {
    const Stage stage{statement};
    const auto scope = scope_of(stage, outer);
    if (const auto* input = stage.part("input")) add_gate(*input);
    if (stage.part("matrix") != nullptr) return add_matrix(stage, scope);
    const auto* agent = stage.part("agent");
    if (agent == nullptr || !has_own_agent(statement)) return add_body(stage, scope);
    const auto own = read_agent(*agent, remarks_);
    if (own == defaults_.agent) return add_body(stage, scope);
    const auto before = std::exchange(current_, "");
    auto& job = new_job(stage.name, {statement.line, statement.line}, own);
    current_ = job.key;
    add_body(stage, scope);
    current_.clear();  // what follows runs elsewhere, in a workspace of its own
    if (!before.empty()) {
        remarks_.changed(
            {statement.line, statement.line},
            "stages after '" + stage.name + "' begin with a fresh checkout"
        );
    }
}

void StagesImporter::add_body(const Stage& stage, const StepScope& scope) {
    const bool apart = is_apart(stage.statement);
    const auto key = apart ? "" : current_job().key;
    const auto from = apart ? 0 : current_job().steps.size();
    if (stage.part("parallel") != nullptr) add_branches(stage, scope);
    if (const auto* nested = stage.part("stages")) {
        for (const auto& inner : nested->block) add_stage(inner, scope);
    }
    if (stage.part("steps") != nullptr) add_steps_of(stage, scope);
    const auto* post = stage.part("post");
    if (post == nullptr) return;
    if (apart || current_ != key) {
        return remarks_.left(lines_of(*post), "the end of a stage that is several jobs");
    }
    add_stage_post(*post, scope, from, current_job());
}

/// A question among the steps ends the job.
void StagesImporter::add_steps_of(const Stage& stage, const StepScope& scope) {
    std::vector<Statement> steps;
    const auto flush = [&] {
        if (steps.empty()) return;
        auto& job = current_job();
        StepsOut out;
        out.stashes = stashes_[job.key];
        StepsImporter{names_, remarks_}.add(std::exchange(steps, {}), scope, out);
        append(job, std::move(out));
    };
    for (const auto& step : stage.part("steps")->block) {
        if (step.name != "input") {
            steps.push_back(step);
            continue;
        }
        flush();
        add_gate(step);
    }
    flush();
}

/// `input 'Sure?'`, `input(message: …, submitter: 'a,b')`, `input { message '…' submitter '…' }`
void StagesImporter::add_gate(const Statement& input) {
    std::string message = input.arguments["message"].text;
    std::string submitters = input.arguments["submitter"].text;
    if (message.empty()) message = input.first().text;
    for (const auto& part : input.block) {
        if (part.name == "message") message = part.first().text;
        if (part.name == "submitter") submitters = part.first().text;
        if (part.name == "parameters") remarks_.left(lines_of(part), "asks for values");
    }
    current_.clear();
    auto& gate = new_job(kGate, lines_of(input), {});
    gate.is_gate = true;
    gate.name = message.empty() ? kGate : message;
    gate.steps.clear();
    gate.minutes.clear();
    for (const auto name : split(submitters, ',')) {
        if (!trim(name).empty()) gate.approvers.emplace_back(trim(name));
    }
    remarks_.changed(
        {input.line, input.line},
        "a job that waits for an approval; what follows begins with a fresh checkout"
    );
}

/// On agents of their own they run beside each other; in one workspace one after another.
void StagesImporter::add_branches(const Stage& stage, const StepScope& scope) {
    const auto& branches = stage.part("parallel")->block;
    if (!is_apart(stage.statement)) {
        const auto& at = *stage.part("parallel");
        remarks_.changed(
            {at.line, at.line}, "its branches share a workspace: they run one after another"
        );
        for (const auto& branch : branches) add_stage(branch, scope);
        return;
    }
    const auto before = tail_;
    std::vector<std::string> ends;
    for (const auto& branch : branches) {
        tail_ = before;
        current_.clear();
        add_stage(branch, scope);
        ends.insert(ends.end(), tail_.begin(), tail_.end());
    }
    tail_ = std::move(ends);
    current_.clear();
}

void StagesImporter::add_matrix(const Stage& stage, const StepScope& scope) {
    const auto& matrix = *stage.part("matrix");
    const auto* agent = find_part(matrix, "agent");
    current_.clear();
    const auto own = agent == nullptr ? defaults_.agent : read_agent(*agent, remarks_);
    auto& job = new_job(stage.name, {stage.statement.line, stage.statement.line}, own);
    read_axes(matrix, job);
    if (const auto* environment = find_part(matrix, "environment"))
        read_environment(*environment, job.env);
    current_ = job.key;
    if (const auto* stages = find_part(matrix, "stages")) {
        for (const auto& inner : stages->block) add_stage(inner, scope);
    }
    current_.clear();
}

void StagesImporter::read_axes(const Statement& matrix, DraftJob& job) {
    for (const auto& part : matrix.block) {
        if (part.name == "excludes") read_excludes(part, job);
        if (part.name != "axes") continue;
        for (const auto& axis : part.block) {
            auto made = read_axis(axis);
            job.env.emplace_back(made.name, "${{ matrix." + made.name + " }}");
            job.axes.push_back(std::move(made));
        }
    }
}

void StagesImporter::read_excludes(const Statement& statement, DraftJob& job) {
    for (const auto& exclude : statement.block) {
        Texts cell;
        bool fits = true;
        for (const auto& axis : exclude.block) {
            const auto* name = find_part(axis, "name");
            const auto* values = find_part(axis, "values");
            fits =
                fits && name != nullptr && values != nullptr && values->arguments.items.size() == 1;
            if (fits) cell.emplace_back(name->first().text, values->first().text);
        }
        if (fits) {
            job.excluded.push_back(std::move(cell));
        } else {
            remarks_.left(lines_of(exclude), "excludes one value of each axis at a time");
        }
    }
}

void StagesImporter::read_condition(const Statement& when, StepScope& scope) {
    const auto condition = to_condition(when.block, names_);
    scope.condition = both(scope.condition, condition.value_or("false"));
    if (condition) return;
    remarks_.left(lines_of(when), "the condition; until it is written the stage never runs");
}

void StagesImporter::read_options(const Statement& options, StepScope& scope) {
    for (const auto& option : options.block) {
        if (option.name == "timeout") {
            scope.minutes = minutes_of(option.arguments);
        } else if (option.name == "retry") {
            scope.tries = static_cast<int>(parse_integer(option.first().text).value_or(1));
        } else if (option.name != "timestamps" && option.name != "skipDefaultCheckout") {
            remarks_.left(lines_of(option), "the option '" + option.name + "' of a stage");
        }
    }
}

StepScope StagesImporter::scope_of(const Stage& stage, const StepScope& outer) {
    auto scope = outer;
    scope.stage = stage.name;
    for (const auto& part : stage.statement.block) {
        if (part.name == "environment") read_environment(part, scope.env);
        if (part.name == "when") read_condition(part, scope);
        if (part.name == "options") read_options(part, scope);
        if (part.name == "tools" || part.name == "failFast") {
            remarks_.left(lines_of(part), "'" + part.name + "' of a stage");
        }
    }
    return scope;
}

bool StagesImporter::read_environment(const Statement& statement, Texts& out) {
    bool all = true;
    for (const auto& variable : statement.block) {
        const auto value =
            variable.is_assignment ? names_.to_template(variable.first()) : std::nullopt;
        const auto& first = variable.first();
        if (value) {
            out.emplace_back(variable.name, *value);
        } else if (first.text == "credentials" && first.items.size() == 1) {
            const auto secret = secret_name(first.items[0].text);
            out.emplace_back(variable.name, "${{ secrets." + secret + " }}");
            remarks_.changed(lines_of(variable), "set the secret " + secret);
        } else {
            remarks_.left(lines_of(variable), "a value that Groovy computes");
            all = false;
        }
    }
    return all;
}

// ── jobs ─────────────────────────────────────────────────────────────────────────────────────

DraftJob& StagesImporter::current_job() {
    const auto found = std::find_if(draft_.jobs.begin(), draft_.jobs.end(), [&](const auto& job) {
        return job.key == current_;
    });
    if (!current_.empty() && found != draft_.jobs.end()) return *found;
    auto& job = new_job(kMainJob, {}, defaults_.agent);
    job.name.clear();
    current_ = job.key;
    return job;
}

DraftJob& StagesImporter::new_job(const std::string& name, const Lines& from, const Agent& agent) {
    DraftJob job;
    job.from = from;
    job.key = free_key(name);
    job.name = name;
    job.label = agent.label;
    job.image = agent.image;
    job.minutes = defaults_.minutes;
    job.needs = tail_;
    job.steps.push_back(checkout_step());
    tail_ = {job.key};
    draft_.jobs.push_back(std::move(job));
    return draft_.jobs.back();
}

void StagesImporter::append(DraftJob& job, StepsOut out) {
    std::move(out.steps.begin(), out.steps.end(), std::back_inserter(job.steps));
    for (const auto& report : out.junit) {
        if (!job.junit.empty() && job.junit.front().second != report.second) {
            remarks_.left(report.first, "a second pattern of JUnit files in one job");
        } else {
            job.junit.push_back(report);
        }
    }
    stashes_[job.key] = std::move(out.stashes);
}

std::string StagesImporter::free_key(const std::string& name) {
    const auto slug = slug_of(name);
    auto key = slug;
    for (int number = 2; !keys_.insert(key).second; ++number)
        key = slug + "-" + std::to_string(number);
    return key;
}

}  // namespace triphammer::importer
