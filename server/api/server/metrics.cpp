#include "api/call/services.hpp"
#include "api/server/handlers.hpp"
#include "api/server/metrics_text.hpp"
#include "model/states.hpp"
#include "store/runs/duration_store.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/meta_store.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace triphammer::api {

namespace asio = boost::asio;

namespace {

struct Kept {
    std::map<std::string, std::int64_t> counters;
    Histogram job_wait;
    Histogram job_run;
};

Result<Kept> read_kept(store::Connection& db) {
    return Kept{
        store::list_counters(db),
        store::find_durations(db, store::kJobWait),
        store::find_durations(db, store::kJobRun),
    };
}

/// Every state has its sample, also the one that nothing was ever in. `last`: of the enum.
template <class State>
std::map<std::string, double> by_state(const Kept& kept, const std::string& noun, State last) {
    std::map<std::string, double> out;
    for (int i = 0; i <= static_cast<int>(last); ++i) {
        const std::string name{name_of(static_cast<State>(i))};
        const auto found = kept.counters.find(noun + "." + name);
        out[name] = found == kept.counters.end() ? 0 : static_cast<double>(found->second);
    }
    return out;
}

void append_kept(MetricsText& out, const Kept& kept) {
    const auto jobs = by_state(kept, "jobs", model::JobState::skipped);
    const auto runs = by_state(kept, "runs", model::RunState::cancelled);
    const auto deliveries = by_state(kept, "deliveries", model::DeliveryOutcome::failed);
    const auto deployments = by_state(kept, "deployments", model::DeploymentState::unknown);
    out.gauge({"triphammer_queue_depth", "Jobs that wait for a worker."}, jobs.at("queued"));
    out.gauges({"triphammer_jobs", "Jobs by state."}, "state", jobs);
    out.gauges({"triphammer_runs", "Runs by state."}, "state", runs);
    out.gauges({"triphammer_deliveries", "Deliveries by outcome."}, "outcome", deliveries);
    out.gauges({"triphammer_deployments", "Deployments by state."}, "state", deployments);
    out.histogram({"triphammer_job_wait_seconds", "From queued to running."}, kept.job_wait);
    out.histogram({"triphammer_job_run_seconds", "From running to the end."}, kept.job_run);
}

/// How long something that is to be done now waits for the logic thread.
Task<> sample_lag(Services& services) {
    const auto executor = co_await asio::this_coro::executor;
    const auto asked = services.clock.instant();
    co_await asio::post(executor, asio::use_awaitable);
    services.loop_lag.observe(services.clock.instant() - asked);
}

}  // namespace

Answer show_metrics(Services& services, Call) {
    auto sampling = sample_lag(services);
    co_await std::move(sampling);
    auto reading = services.database.read(read_kept);
    const auto kept = co_await std::move(reading);
    if (!kept) co_return http::make_error(kept.error());
    MetricsText out;
    append_kept(out, *kept);
    const auto wal_bytes = static_cast<double>(services.database.wal_bytes());
    out.gauge({"triphammer_wal_bytes", "Length of the database's write-ahead log."}, wal_bytes);
    out.histogram(
        {"triphammer_event_loop_lag_seconds", "From ready to running on the logic thread."},
        services.loop_lag
    );
    if (services.measure) services.measure(out);
    co_return http::make_text(200, out.text(), "text/plain; version=0.0.4; charset=utf-8");
}

}  // namespace triphammer::api
