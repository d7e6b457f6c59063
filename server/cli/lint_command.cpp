#include "cli/called_files.hpp"
#include "cli/language_commands.hpp"
#include "cli/workflow_file.hpp"
#include "workflow/checks/calls.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::cli {

namespace {

using nlohmann::json;

/// What was found so far; files that cannot be read do not keep the others from being checked.
struct Findings {
    bool as_json = false;
    Paint paint{false};
    json list = json::array();
    std::string lines;
    int status = kDone;
    CalledFiles called;

    void add(const std::string& file, const model::Problem& problem) {
        if (as_json) {
            list.push_back(to_json(file, problem));
        } else {
            lines += to_text(file, problem, paint) + "\n";
        }
    }

    void add_all(const std::string& file, const std::vector<model::Problem>& problems) {
        for (const auto& problem : problems) {
            add(file, problem);
            if (problem.severity == model::Problem::Severity::error) raise(kFailed);
        }
    }

    void raise(int to) { status = std::max(status, to); }
};

void lint_file(const std::string& file, const Invocation& invocation, Findings& findings) {
    const auto read = read_workflow_file(file, invocation.arguments.values("allow"));
    if (!read) return findings.raise(complain(read.error(), kUsage));
    findings.add_all(file, read->read.problems);
    if (!read->read.workflow) return;
    const auto find = [&](const model::Workflow& caller, const std::string& uses) {
        return findings.called.find(caller.path, uses);
    };
    const auto allow = invocation.arguments.values("allow");
    findings.add_all(file, workflow::check_calls(*read->read.workflow, find, allow));
}

}  // namespace

int lint(const Invocation& invocation) {
    const auto& files = invocation.arguments.words();
    if (files.empty()) return complain("lint needs at least one FILE", kUsage);
    Findings findings;
    findings.as_json = invocation.arguments.has("json");
    findings.paint = Paint::for_output(invocation.environment);
    for (const auto& file : files) lint_file(file, invocation, findings);
    print(findings.as_json ? findings.list.dump(2) + "\n" : findings.lines);
    return findings.status;
}

}  // namespace triphammer::cli
