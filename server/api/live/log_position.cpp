#include "api/live/log_position.hpp"

#include "api/call/services.hpp"
#include "base/text.hpp"
#include "history/history.hpp"
#include "logs/log_store.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/step_store.hpp"
#include "store/sqlite/database.hpp"

#include <algorithm>

namespace triphammer::api {

namespace {

std::optional<LogGrowth> parse_topic(const std::string& topic) {
    const auto parts = split(std::string_view{topic}.substr(4), '/');
    if (parts.size() != 3) return {};
    const auto run = parse_integer(parts[0]);
    const auto job = parse_integer(parts[1]);
    const auto step = parse_integer(parts[2]);
    if (!run || !job || !step) return {};
    LogGrowth growth;
    growth.run = model::RunId{*run};
    growth.job = model::JobId{*job};
    growth.step = *step;
    return growth;
}

/// The newest attempt's fence and whether the step has ended.
struct Found {
    model::Fence fence;
    bool done = false;
};

Result<Found> find_step(store::Connection& connection, const LogGrowth& growth) {
    const auto fence = history::find_shown_attempt(connection, growth.job, 0);
    if (!fence) return fence.error();
    const auto steps = store::list_steps(connection, *fence);
    const auto step = std::find_if(steps.begin(), steps.end(), [&](const store::StepRow& row) {
        return row.number == growth.step;
    });
    return Found{*fence, step != steps.end() && model::is_final(step->state)};
}

}  // namespace

std::optional<model::RepositoryId> repository_of_log(
    store::Connection& db, const std::string& topic
) {
    const auto growth = parse_topic(topic);
    if (!growth) return {};
    const auto job = store::find_job(db, growth->job);
    if (!job || job->run != growth->run) return {};
    return job->repository;
}

Task<std::optional<LogGrowth>> find_log_position(Services& services, std::string topic) {
    auto growth = parse_topic(topic);
    if (!growth) co_return std::nullopt;
    auto find = [&](store::Connection& connection) { return find_step(connection, *growth); };
    auto asked = services.database.read(find);
    const auto found = co_await std::move(asked);
    if (!found) co_return std::nullopt;
    const logs::LogId id{found->fence.value, growth->step};
    auto measure = [&]() -> Result<> {
        const auto bytes = services.logs.length(id);
        const auto lines = services.logs.line_count(id);
        if (!bytes || !lines) return bytes ? lines.error() : bytes.error();
        growth->bytes = *bytes;
        growth->lines = *lines;
        return {};
    };
    auto measured = offload(services.log_thread, measure);
    const auto known = co_await std::move(measured);
    if (!known) co_return std::nullopt;
    growth->done = found->done;
    co_return growth;
}

}  // namespace triphammer::api
