#include "store/runs/summary_store.hpp"

namespace triphammer::store {

void append_summary(Transaction& tx, model::Fence attempt, const SummaryPart& part) {
    auto put =
        tx.prepare("INSERT INTO step_summaries (attempt, step, part, text) VALUES (?, ?, ?, ?)");
    put.bind(attempt, part.step, part.part, part.text).run();
}

std::vector<StepSummary> list_summaries(Connection& db, model::Fence attempt, std::size_t most) {
    auto query = db.prepare(
        "SELECT part.step, coalesce(step.name, ''), part.text FROM step_summaries AS part "
        "LEFT JOIN steps AS step ON step.attempt = part.attempt AND step.number = part.step "
        "WHERE part.attempt = ? ORDER BY part.step, part.part"
    );
    query.bind(attempt);
    std::vector<StepSummary> out;
    while (query.step()) {
        StepSummary part;
        query.read(part.step, part.step_name, part.markdown);
        if (!out.empty() && out.back().step == part.step) {
            out.back().markdown += part.markdown;
        } else if (out.size() < most) {
            out.push_back(std::move(part));
        } else {
            break;
        }
    }
    return out;
}

}  // namespace triphammer::store
