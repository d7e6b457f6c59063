#include "queue/retry.hpp"

#include "queue/run_view.hpp"

namespace triphammer::queue {

namespace {

/// Most jobs have none, and nothing more is read for them.
bool may_have_retry(const store::JobRow& job) {
    const bool kind = job.kind == model::JobKind::steps || job.kind == model::JobKind::image;
    return kind && !job.cancel_requested_at &&
           job.definition_json.find("\"retry\":{") != std::string::npos;
}

}  // namespace

std::optional<Milliseconds> find_retry(
    store::Transaction& tx,
    const store::JobRow& job,
    const plan::EndedAttempt& ended,
    std::string& problem
) {
    if (!may_have_retry(job)) return {};
    const auto run = store::find_run(tx, job.run);
    if (!run || run->cancel_requested_at) return {};
    RunView view;
    if (auto read = read_run(tx, *run, view); !read) return {};
    const auto wait = plan::retry_after(view.facts, job.key, ended);
    if (!wait) problem = wait.error().message;
    return wait ? *wait : std::nullopt;
}

}  // namespace triphammer::queue
