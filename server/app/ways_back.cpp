#include "app/ways_back.hpp"

#include "base/deadline.hpp"
#include "base/log.hpp"
#include "deployments/redeploy.hpp"
#include "doctor/survey.hpp"
#include "plan/cron.hpp"
#include "store/deployments/deployment_listing.hpp"
#include "store/sqlite/database.hpp"

#include <algorithm>
#include <span>

namespace triphammer::app {

namespace {

constexpr std::string_view kNight = "17 3 * * *";
// The clock may be set meanwhile: nothing is slept through for longer.
constexpr Milliseconds kLongestNap{60 * 60 * 1000};
constexpr Milliseconds kAfterFailure{10'000};
// Each may need an answer of its registry, and a report has to come within seconds.
constexpr std::size_t kMostImages = 8;

struct Way {
    store::DeploymentRow live;
    store::DeploymentRow source;
};

std::vector<Way> list_ways(store::Connection& db) {
    std::vector<Way> out;
    for (const auto& place : store::list_environments(db)) {
        for (auto& live : store::list_live(db, place.repository, place.name)) {
            auto source = deployments::find_way_back(db, live);
            const bool can_be_had = source && deployments::names_image(*source);
            if (can_be_had) out.push_back({std::move(live), std::move(*source)});
        }
    }
    return out;
}

store::WayBackRow to_row(const Way& way) {
    store::WayBackRow row;
    row.deployment = way.live.id;
    row.source = way.source.id;
    row.state = "unknown";
    row.reason = "nobody could be asked";
    return row;
}

void fill_in(store::WayBackRow& row, const std::string& image, const doctor::Findings& findings) {
    const auto found = std::find_if(findings.begin(), findings.end(), [&](const auto& finding) {
        return finding.name == doctor::name_of_image(image);
    });
    if (found == findings.end()) return;
    const bool is_there = found->state == doctor::State::ok;
    row.state = is_there ? "there" : found->state == doctor::State::error ? "gone" : "unknown";
    row.reason = is_there ? "" : found->text;
}

/// The launcher may reach the engine, this process need not. Code::unavailable: it is away.
Task<Result<std::vector<store::WayBackRow>>> look(const Config& config, std::span<const Way> ways) {
    doctor::MachineQuestion question;
    question.run = config.run_directory();
    question.docker_host = config.docker_host;
    question.switch_image = config.switch_image;
    for (const auto& way : ways) question.images.push_back(way.source.image);
    auto asking = doctor::ask_launcher(config.run_directory() / "doctor.sock", question);
    const auto report = co_await std::move(asking);
    if (!report && report.error().code == Code::unavailable) co_return report.error();
    std::vector<store::WayBackRow> rows;
    for (const auto& way : ways) {
        rows.push_back(to_row(way));
        if (!report) rows.back().reason = report.error().message;
        if (report) fill_in(rows.back(), way.source.image, report->findings);
    }
    co_return rows;
}

Task<Result<>> look_at_all(const Config& config, store::Database& database) {
    auto list = [](store::Connection& db) -> Result<std::vector<Way>> { return list_ways(db); };
    auto listing = database.read(list);
    const auto ways = co_await std::move(listing);
    if (!ways) co_return ways.error();
    std::vector<store::WayBackRow> rows;
    for (std::size_t at = 0; at < ways->size(); at += kMostImages) {
        const auto count = std::min(kMostImages, ways->size() - at);
        auto looking = look(config, std::span{*ways}.subspan(at, count));
        const auto more = co_await std::move(looking);
        if (!more) co_return more.error();
        rows.insert(rows.end(), more->begin(), more->end());
    }
    auto keep = [&](store::Transaction& tx) -> Result<> {
        store::set_ways_back(tx, rows);
        return {};
    };
    auto keeping = database.write(keep);
    co_return co_await std::move(keeping);
}

Task<std::optional<TimePoint>> last_look(store::Database& database) {
    auto read = [](store::Connection& db) -> Result<std::optional<TimePoint>> {
        return store::last_look_at_ways_back(db);
    };
    auto reading = database.read(read);
    const auto found = co_await std::move(reading);
    co_return found ? *found : std::nullopt;
}

doctor::Finding describe(const store::WayBackRow& row) {
    const auto live = to_text(row.deployment);
    return doctor::warning(
        "way back",
        "Deployment " + live + " cannot be rolled back to deployment " + to_text(row.source) +
            ": " + row.reason,
        "push that image again from a machine that has it, or deploy once more: then deployment " +
            live + " is the way back"
    );
}

}  // namespace

Task<> keep_ways_back(const Config& config, Core& core) {
    const auto night = plan::parse_cron(kNight).value();
    auto reading = last_look(*core.database);
    auto last = co_await std::move(reading);
    for (;;) {
        const auto now = core.clock.now();
        const auto due = last ? plan::next_due(night, {}, *last).value_or(now) : now;
        if (due > now) {
            auto pause = sleep_for(std::min<Milliseconds>(
                std::chrono::duration_cast<Milliseconds>(due - now) + Milliseconds{1}, kLongestNap
            ));
            co_await std::move(pause);
            continue;
        }
        auto looking = look_at_all(config, *core.database);
        const auto looked = co_await std::move(looking);
        if (looked) last = now;
        if (looked) continue;
        if (looked.error().code != Code::unavailable) {
            log::error("ways back are not known", {{"error", looked.error().message}});
        }
        auto pause = sleep_for(kAfterFailure);
        co_await std::move(pause);
    }
}

Task<doctor::Findings> examine_ways_back(store::Database& database) {
    auto list = [](store::Connection& db) -> Result<std::vector<store::WayBackRow>> {
        return store::list_ways_back(db);
    };
    auto listing = database.read(list);
    const auto rows = co_await std::move(listing);
    doctor::Findings out;
    if (!rows) co_return out;
    for (const auto& row : *rows) {
        if (row.state == "gone") out.push_back(describe(row));
    }
    co_return out;
}

}  // namespace triphammer::app
