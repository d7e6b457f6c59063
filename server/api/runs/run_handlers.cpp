#include "api/call/audit.hpp"
#include "api/call/hiding.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/runs/handlers.hpp"
#include "history/changes.hpp"
#include "history/history.hpp"
#include "queue/queue.hpp"
#include "store/runs/drain_store.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/run_store.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using nlohmann::json;

namespace {

Result<history::RunFilter> read_run_filter(const Call& call, store::Connection& connection) {
    history::RunFilter filter;
    filter.branch = query_text(call, "branch");
    filter.state = query_text(call, "state");
    filter.event = query_text(call, "event");
    filter.actor = query_text(call, "actor");
    filter.workflow = query_text(call, "workflow");
    filter.text = query_text(call, "text");
    auto listed = find_listed_repositories(connection, call);
    if (!listed) return listed.error();
    filter.repository = listed->only;
    filter.among = std::move(listed->among);
    return filter;
}

Result<queue::RerunRequest> read_rerun(const Call& call) {
    const auto body = read_object(call);
    if (!body) return body.error();
    const auto what = text_field(*body, "jobs", "all");
    if (!what) return what.error();
    queue::RerunRequest request;
    request.actor = call.who.actor;
    if (*what == "all") return request;
    if (*what == "failed") {
        request.what = queue::Rerun::failed;
        return request;
    }
    const auto job = id_of(*what);
    if (!job) return invalid("jobs must be \"all\", \"failed\" or the id of a job");
    request.what = queue::Rerun::job;
    request.job = model::JobId{*job};
    return request;
}

void record_run(
    store::Transaction& tx, const Call& call, std::string_view action, std::string after
) {
    const auto run = store::find_run(tx, model::RunId{id_of(call.parameter(0)).value()});
    record(tx, call, {action, call.parameter(0), run->repository, {}, std::move(after)});
}

}  // namespace

Answer list_runs(Services& services, Call call) {
    const auto page = read_page(call);
    if (!page) co_return http::make_error(page.error());
    auto list = [&](store::Connection& connection) -> Result<std::string> {
        const auto filter = read_run_filter(call, connection);
        if (!filter) return filter.error();
        return history::list_runs(connection, *filter, *page);
    };
    auto answering = reply_from(services, list);
    co_return co_await std::move(answering);
}

Answer show_run(Services& services, Call call) {
    auto pause = services.pause_reason ? services.pause_reason() : std::string{};
    auto get = [&](store::Connection& connection) -> Result<std::string> {
        const auto run = find_visible_run(connection, call);
        if (!run) return run.error();
        if (const auto drain = store::find_drain(connection)) pause = store::describe(*drain);
        return history::get_run(connection, *run, pause);
    };
    auto answering = reply_from(services, get);
    co_return co_await std::move(answering);
}

Answer show_summaries(Services& services, Call call) {
    auto get = [&](store::Connection& connection) -> Result<std::string> {
        const auto run = find_visible_run(connection, call);
        if (!run) return run.error();
        return history::get_summaries(connection, *run);
    };
    auto answering = reply_from(services, get);
    co_return co_await std::move(answering);
}

Answer show_past(Services& services, Call call) {
    auto get = [&](store::Connection& connection) -> Result<std::string> {
        const auto run = find_visible_run(connection, call);
        if (!run) return run.error();
        return history::get_past(connection, *run, services.github_url);
    };
    auto answering = reply_from(services, get);
    co_return co_await std::move(answering);
}

Answer show_workflow(Services& services, Call call) {
    auto get = [&](store::Connection& connection) -> Result<std::string> {
        const auto run = find_visible_run(connection, call);
        if (!run) return run.error();
        const auto repository = store::find_run(connection, *run)->repository;
        const Hiding hiding{connection, services.sealer, repository};
        const auto hide = [&](std::string_view text) { return hiding.hide(text); };
        return history::get_workflow(connection, *run, hide);
    };
    auto answering = reply_from(services, get);
    co_return co_await std::move(answering);
}

Answer show_changes(Services& services, Call call) {
    auto get = [&](store::Connection& connection) -> Result<std::string> {
        const auto run = find_visible_run(connection, call);
        if (!run) return run.error();
        const auto repository = store::find_run(connection, *run)->repository;
        const Hiding hiding{connection, services.sealer, repository};
        const auto hide = [&](std::string_view text) { return hiding.hide(text); };
        return history::get_changes(connection, *run, services.github_url, hide);
    };
    auto answering = reply_from(services, get);
    co_return co_await std::move(answering);
}

Answer show_job(Services& services, Call call) {
    auto get = [&](store::Connection& connection) -> Result<std::string> {
        const auto run = find_visible_run(connection, call);
        if (!run) return run.error();
        const auto id = id_of(call.parameter(1));
        if (!id) return id.error();
        const auto job = store::find_job(connection, model::JobId{*id});
        if (job && job->run == *run) return history::get_job(connection, job->id);
        return not_found("run " + call.parameter(0) + " has no job " + call.parameter(1));
    };
    auto answering = reply_from(services, get);
    co_return co_await std::move(answering);
}

Answer cancel_run(Services& services, Call call) {
    const queue::CancelRequest request{"cancelled by " + call.who.actor, call.who.actor};
    auto cancel = [&](store::Transaction& transaction) -> Result<> {
        const auto run = find_visible_run(transaction, call);
        if (!run) return run.error();
        const auto fences = queue::request_cancel(transaction, *run, request);
        if (!fences) return fences.error();
        record_run(transaction, call, "run.cancel", {});
        return {};
    };
    auto cancelled = services.database.write(cancel);
    const auto done = co_await std::move(cancelled);
    if (!done) co_return http::make_error(done.error());
    if (services.on_queue) services.on_queue();
    co_return reply(202, json{{"run", call.parameter(0)}});
}

Answer rerun_run(Services& services, Call call) {
    const auto request = read_rerun(call);
    if (!request) co_return http::make_error(request.error());
    auto rerun = [&](store::Transaction& transaction) -> Result<> {
        const auto run = find_visible_run(transaction, call);
        if (!run) return run.error();
        if (auto done = queue::rerun(transaction, *run, *request); !done) return done;
        const auto jobs = text_field(*read_object(call), "jobs", "all");
        record_run(transaction, call, "run.rerun", fields({{"jobs", *jobs}}));
        return {};
    };
    auto started = services.database.write(rerun);
    const auto done = co_await std::move(started);
    if (!done) co_return http::make_error(done.error());
    if (services.on_queue) services.on_queue();
    co_return reply(202, json{{"run", call.parameter(0)}});
}

}  // namespace triphammer::api
