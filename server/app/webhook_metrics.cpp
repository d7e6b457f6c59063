#include "app/webhook_metrics.hpp"

#include "api/server/metrics_text.hpp"
#include "intake/branch_watch.hpp"
#include "intake/catch_up.hpp"
#include "intake/receiver.hpp"

namespace triphammer::app {

namespace {

template <class Count>
double to_double(Count count) {
    return static_cast<double>(count);
}

}  // namespace

void append_webhook_metrics(
    api::MetricsText& out,
    const intake::Receiver& receiver,
    const intake::CatchUp& catch_up,
    const intake::BranchWatch& branches
) {
    const auto& hooks = receiver.counters();
    out.counter({"triphammer_webhooks_accepted_total", "Kept."}, to_double(hooks.accepted));
    out.counter({"triphammer_webhooks_duplicate_total", "Known."}, to_double(hooks.duplicates));
    out.counter({"triphammer_webhooks_refused_total", "Refused."}, to_double(hooks.refused));
    out.counter({"triphammer_webhooks_failed_total", "Not kept: 503."}, to_double(hooks.failed));
    out.counter(
        {"triphammer_webhooks_fetched_total", "Kept, out of GitHub's log of deliveries."},
        to_double(catch_up.fetched())
    );
    out.counter(
        {"triphammer_pushes_found_total", "Kept, out of branches' heads: no delivery came."},
        to_double(branches.found())
    );
    out.histogram(
        {"triphammer_webhook_seconds", "From a webhook's head to its answer."}, receiver.latency()
    );
}

}  // namespace triphammer::app
