#pragma once
// The steps of a stage, of `script` and of `post`. Pure.
// Source: Jenkins' pages "Pipeline: Basic Steps", "Pipeline: Nodes and Processes", "Credentials
// Binding".

#include "importer/jenkins_names.hpp"
#include "importer/remarks.hpp"

#include <string>
#include <vector>

namespace triphammer::importer {

/// What stands around a step.
struct StepScope {
    std::string stage;      // for the steps' names
    std::string condition;  // `if`
    std::string directory;
    std::string minutes;
    std::string prelude;  // shell lines before each script
    Texts env;
    int tries = 1;
    bool may_fail = false;
};

/// What the steps of one job give.
struct StepsOut {
    std::vector<DraftStep> steps;
    std::vector<std::pair<Lines, std::string>> junit;
    std::vector<std::string> stashes;  // names, as far as they were kept
};

class StepsImporter {
  public:
    StepsImporter(const Names& names, Remarks& remarks) : names_{names}, remarks_{remarks} {}

    void add(const std::vector<Statement>& statements, const StepScope& scope, StepsOut& out);

  private:
    void add_one(const Statement& statement, const StepScope& scope, StepsOut& out);
    bool add_script(const Statement& statement, const StepScope& scope, StepsOut& out);
    bool add_file_step(const Statement& statement, const StepScope& scope, StepsOut& out);
    bool add_upload(const Statement& statement, const StepScope& scope, StepsOut& out);
    bool add_file(const Statement& statement, const StepScope& scope, StepsOut& out);
    bool add_stash(const Statement& statement, const StepScope& scope, StepsOut& out);
    bool add_unstash(const Statement& statement, const StepScope& scope, StepsOut& out);
    bool add_wrapped(const Statement& statement, StepScope scope, StepsOut& out);
    bool open_wrapper(const Statement& statement, StepScope& scope);
    bool bind_credentials(const Statement& statement, StepScope& scope);
    bool bind_one(const Value& binding, const Lines& at, StepScope& scope);
    bool add_variables(const Statement& statement, StepScope& scope) const;
    void push_shell(
        const Statement& statement, std::string script, const StepScope& scope, StepsOut& out
    );
    void push_action(
        const Statement& statement, DraftStep step, const StepScope& scope, StepsOut& out
    );

    const Names& names_;
    Remarks& remarks_;
};

Lines lines_of(const Statement& statement);

/// Jenkins' `timeout(time: 90, unit: 'SECONDS')` in whole minutes, rounded up; empty: not known.
std::string minutes_of(const Value& call);

}  // namespace triphammer::importer
