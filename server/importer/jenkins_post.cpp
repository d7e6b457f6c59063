#include "base/text.hpp"
#include "importer/jenkins_stages.hpp"

namespace triphammer::importer {

/// A stage's own end: what its steps did, not what the job did.
void StagesImporter::add_stage_post(
    const Statement& post, const StepScope& scope, std::size_t from, DraftJob& job
) {
    std::vector<std::string> failed;
    for (auto index = from; index < job.steps.size(); ++index) {
        auto& step = job.steps[index];
        if (step.id.empty()) step.id = "s" + std::to_string(++ids_);
        failed.push_back("steps." + step.id + ".outcome == 'failure'");
    }
    if (failed.empty()) return;
    const auto begun = "steps." + job.steps[from].id + ".outcome != 'skipped'";
    const auto has_failed = "(" + join(failed, " || ") + ")";
    run_sections(
        post,
        scope,
        {{"always", "always() && " + begun},
         {"cleanup", "always() && " + begun},
         {"success", "success() && " + begun},
         {"failure", "failure() && " + has_failed},
         {"unsuccessful", "always() && " + has_failed},
         {"aborted", "cancelled() && " + begun}},
        job
    );
}

void StagesImporter::add_post(const Statement& post) {
    StepScope scope;
    scope.stage = "Afterwards";
    if (draft_.jobs.size() <= 1) {
        const std::map<std::string, std::string> conditions{
            {"always", "always()"},
            {"cleanup", "always()"},
            {"success", "success()"},
            {"failure", "failure()"},
            {"unsuccessful", "!success()"},
            {"aborted", "cancelled()"}};
        return run_sections(post, scope, conditions, current_job());
    }
    current_.clear();
    tail_.clear();
    for (const auto& job : draft_.jobs) {
        if (!job.is_gate) tail_.push_back(job.key);
    }
    auto& job = new_job("Afterwards", {post.line, post.line}, defaults_.agent);
    job.condition = "always()";
    remarks_.changed({post.line, post.line}, "runs in a job and a workspace of its own");
    const std::string failed = "contains(needs.*.result, 'failure')";
    const std::string stopped = "contains(needs.*.result, 'cancelled')";
    run_sections(
        post,
        scope,
        {{"always", "always()"},
         {"cleanup", "always()"},
         {"success", "!" + failed + " && !" + stopped},
         {"failure", failed},
         {"unsuccessful", failed + " || " + stopped},
         {"aborted", stopped}},
        job
    );
}

void StagesImporter::run_sections(
    const Statement& post,
    const StepScope& scope,
    const std::map<std::string, std::string>& conditions,
    DraftJob& job
) {
    for (const auto& section : post.block) {
        const auto condition = conditions.find(section.name);
        if (condition == conditions.end()) {
            remarks_.left(
                lines_of(section),
                "'" + section.name +
                    "': a run does not know the one before it, and is never unstable"
            );
            continue;
        }
        auto inner = scope;
        inner.condition = condition->second;
        StepsOut out;
        out.stashes = stashes_[job.key];
        StepsImporter{names_, remarks_}.add(section.block, inner, out);
        append(job, std::move(out));
    }
}

}  // namespace triphammer::importer
