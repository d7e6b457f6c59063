#pragma once
// Stages become jobs. Jenkins runs them in one workspace one after another, so that stages with the
// same agent are the steps of one job; a stage with an agent of its own, a matrix and branches that
// run beside each other on agents of their own are jobs of their own; a question to a person ends a
// job, and the next one waits for the answer. Pure.
// Source: Jenkins' page "Pipeline Syntax", Declarative Pipeline.

#include "importer/draft.hpp"
#include "importer/jenkins_agent.hpp"
#include "importer/jenkins_steps.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace triphammer::importer {

class StagesImporter {
  public:
    StagesImporter(const Names& names, Remarks& remarks, Draft& draft)
        : names_{names}, remarks_{remarks}, draft_{draft} {}

    struct Defaults {
        Agent agent;
        std::string minutes;
    };

    void add_all(const std::vector<Statement>& stages, const Defaults& defaults);
    /// The pipeline's own `post`.
    void add_post(const Statement& post);

  private:
    struct Stage;

    void add_stage(const Statement& statement, const StepScope& outer);
    void add_body(const Stage& stage, const StepScope& scope);
    void add_steps_of(const Stage& stage, const StepScope& scope);
    void add_gate(const Statement& input);
    void add_branches(const Stage& stage, const StepScope& scope);
    void add_matrix(const Stage& stage, const StepScope& scope);
    void read_axes(const Statement& matrix, DraftJob& job);
    void read_excludes(const Statement& statement, DraftJob& job);
    bool read_environment(const Statement& statement, Texts& out);
    void read_condition(const Statement& when, StepScope& scope);
    void read_options(const Statement& options, StepScope& scope);
    StepScope scope_of(const Stage& stage, const StepScope& outer);
    void add_stage_post(
        const Statement& post, const StepScope& scope, std::size_t from, DraftJob& job
    );
    void run_sections(
        const Statement& post,
        const StepScope& scope,
        const std::map<std::string, std::string>& conditions,
        DraftJob& job
    );
    DraftJob& current_job();
    DraftJob& new_job(const std::string& name, const Lines& from, const Agent& agent);
    void append(DraftJob& job, StepsOut out);
    std::string free_key(const std::string& name);

    const Names& names_;
    Remarks& remarks_;
    Draft& draft_;
    Defaults defaults_;
    std::string current_;            // key of the job that stages are added to; empty: none
    std::vector<std::string> tail_;  // keys of the jobs that the next one waits for
    std::set<std::string> keys_;
    std::map<std::string, std::vector<std::string>> stashes_;  // job → names
    int ids_ = 0;
};

}  // namespace triphammer::importer
