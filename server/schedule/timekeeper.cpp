#include "schedule/timekeeper.hpp"

#include "base/log.hpp"
#include "model/event.hpp"
#include "store/forge/delivery_store.hpp"
#include "store/repository_store.hpp"
#include "store/runs/schedule_store.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace triphammer::schedule {

using nlohmann::json;

namespace {

// The clock may be set meanwhile: nothing is slept through for longer.
constexpr Milliseconds kLongestNap{60 * 60 * 1000};
constexpr Milliseconds kAfterFailure{10'000};

/// An entry whose time has come, or was not known yet.
struct Turn {
    store::ScheduleRow row;
    std::optional<TimePoint> next_at;

    bool is_due() const { return to_unix_ms(row.next_at) != 0; }
};

std::optional<TimePoint> reckon(Zones& zones, const store::ScheduleRow& row, TimePoint now) {
    const auto cron = plan::parse_cron(row.cron);
    const auto zone = zones.find(row.timezone);
    if (cron && zone) return plan::next_due(*cron, *zone, now);
    const auto& error = cron ? zone.error() : cron.error();
    log::error("a schedule cannot be kept", {{"workflow", row.path}, {"error", error.message}});
    return {};
}

model::Event make_event(const store::RepositoryRow& repository, const store::ScheduleRow& row) {
    model::Event event;
    event.name = "schedule";
    event.repository_id = repository.forge_id;
    event.repository = repository.full_name;
    event.clone_url = repository.clone_url;
    event.default_branch = repository.default_branch;
    event.title = "Scheduled: " + row.cron + (row.timezone.empty() ? "" : " " + row.timezone);
    event.workflow = row.path;
    return event;
}

std::string make_body(const store::RepositoryRow& repository, const store::ScheduleRow& row) {
    const json body{
        {"schedule", row.cron},
        {"workflow", row.path},
        {"repository",
         {{"id", repository.forge_id},
          {"full_name", repository.full_name},
          {"default_branch", repository.default_branch}}},
    };
    return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

void write_delivery(store::Transaction& tx, const Turn& turn) {
    const auto repository = store::find_repository(tx, turn.row.repository);
    if (!repository) return;
    store::NewDelivery delivery;
    delivery.guid = "schedule-" + std::to_string(turn.row.id) + "-" +
                    std::to_string(to_unix_ms(turn.row.next_at));
    delivery.event = "schedule";
    delivery.repository = repository->id;
    delivery.facts_json = json(make_event(*repository, turn.row)).dump();
    delivery.body = make_body(*repository, turn.row);
    store::append_delivery(tx, delivery);
}

}  // namespace

Timekeeper::Timekeeper(Parts parts)
    : parts_{std::move(parts)},
      tasks_{
          parts_.executor,
          [](const std::string& name, const std::string& what) {
              log::error("keeping time failed", {{"task", name}, {"error", what}});
          }},
      alarm_{parts_.executor} {}

Timekeeper::~Timekeeper() = default;

void Timekeeper::start() {
    tasks_.spawn("schedules", run());
}

void Timekeeper::wake() {
    alarm_.ring();
}

Task<> Timekeeper::stop() {
    co_await tasks_.stop();
}

Task<> Timekeeper::run() {
    for (;;) {
        const auto next = co_await keep_time();
        auto nap = kLongestNap;
        if (!next) {
            log::error("schedules cannot be read", {{"error", next.error().message}});
            nap = kAfterFailure;
        } else if (*next) {
            nap =
                std::clamp<Milliseconds>(**next - parts_.clock.now(), Milliseconds{1}, kLongestNap);
        }
        co_await alarm_.sleep(nap);
    }
}

Task<Result<std::optional<TimePoint>>> Timekeeper::keep_time() {
    const auto now = parts_.clock.now();
    const auto list = [now](store::Connection& db) -> Result<std::vector<store::ScheduleRow>> {
        return store::list_due_schedules(db, now);
    };
    auto listing = parts_.database.read(list);
    const auto due = co_await std::move(listing);
    if (!due) co_return due.error();
    std::vector<Turn> turns;
    for (const auto& row : *due) turns.push_back({row, reckon(zones_, row, now)});
    const auto keep = [&turns](store::Transaction& tx) -> Result<std::optional<TimePoint>> {
        for (const auto& turn : turns) {
            const bool moved = store::move_schedule(tx, turn.row, turn.next_at);
            if (moved && turn.is_due()) write_delivery(tx, turn);
        }
        return store::find_next_schedule(tx);
    };
    auto keeping = parts_.database.write(keep);
    auto next = co_await std::move(keeping);
    if (!next) co_return next.error();
    const bool wrote =
        std::any_of(turns.begin(), turns.end(), [](const Turn& turn) { return turn.is_due(); });
    if (wrote && parts_.on_delivery) parts_.on_delivery();
    co_return *next;
}

}  // namespace triphammer::schedule
