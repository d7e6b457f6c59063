#include "app/retention.hpp"

#include "base/deadline.hpp"
#include "base/log.hpp"
#include "base/unused.hpp"
#include "store/outbox_store.hpp"
#include "store/runs/test_name_store.hpp"
#include "store/sqlite/change_store.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <span>

namespace triphammer::app {

using namespace std::chrono_literals;

namespace {

/// How long what has expired may stay.
constexpr auto kRetentionPause = 10min;
/// How long copies of what others have stay without being asked for.
constexpr auto kUnusedFor = 30 * 24h;
/// Candidates of a kind that are looked for at once.
constexpr int kCandidates = 500;
// What one transaction takes: some milliseconds, which whoever commits beside it waits.
constexpr std::size_t kRunsAtOnce = 2;
constexpr int kRowsAtOnce = 1'000;  // of a run
constexpr std::size_t kLogsAtOnce = 50;
constexpr std::size_t kDeliveriesAtOnce = 50;
constexpr int kChangesAtOnce = 2'000;
constexpr int kMessagesAtOnce = 500;
constexpr int kTestsAtOnce = 1'000;
constexpr int kTestSlices = 20;  // of a round
constexpr int kPagesAtOnce = 100;
constexpr int kFilesAtOnce = 100;

template <class Row>
std::vector<std::span<const Row>> in_pieces(const std::vector<Row>& rows, std::size_t most) {
    std::vector<std::span<const Row>> pieces;
    const std::span<const Row> all{rows};
    for (std::size_t at = 0; at < all.size(); at += most)
        pieces.push_back(all.subspan(at, std::min(most, all.size() - at)));
    return pieces;
}

/// Others commit meanwhile: the writer is never busy with this for long.
Task<> let_others_commit() {
    auto pause = sleep_for(2ms);
    co_await std::move(pause);
}

}  // namespace

Task<> Retention::run() {
    for (;;) {
        auto removing = shop_.keeper.remove_expired();
        co_await std::move(removing);
        auto carrying = carry_out("");
        const auto removed = co_await std::move(carrying);
        if (!removed && removed.error().code != Code::conflict)
            log::warning("retention stopped", {{"error", removed.error().message}});
        auto tidying = remove_unused();
        co_await std::move(tidying);
        auto pause = sleep_for(kRetentionPause);
        co_await std::move(pause);
    }
}

Task<Result<Removed>> Retention::carry_out(std::string actor) {
    if (std::exchange(is_under_way_, true)) co_return conflict("a round is under way already");
    const std::shared_ptr<void> over{nullptr, [this](void*) { is_under_way_ = false; }};
    auto applying = apply_rules();
    const auto removed = co_await std::move(applying);
    if (!removed) co_return removed;
    if (removed->runs + removed->logs + removed->deliveries == 0) co_return removed;
    const auto what = std::to_string(removed->runs) + " runs, logs of " +
                      std::to_string(removed->logs) + " attempts, " +
                      std::to_string(removed->deliveries) + " deliveries";
    log::info("what has expired was removed", {{"what", what}, {"bytes", removed->bytes}});
    auto note = [&](store::Transaction& tx) -> Result<> {
        store::append_change(
            tx, {.subject = "retention", .to_state = "removed", .reason = what, .actor = actor}
        );
        return {};
    };
    auto noting = core_.database->write(note);
    if (auto noted = co_await std::move(noting); !noted) co_return noted.error();
    co_return removed;
}

Task<Result<std::string>> Retention::carry_out_now(std::string actor) {
    auto carrying = carry_out(std::move(actor));
    const auto removed = co_await std::move(carrying);
    if (!removed) co_return removed.error();
    const nlohmann::json told{
        {"runs", removed->runs},
        {"logs", removed->logs},
        {"deliveries", removed->deliveries},
        {"bytes", removed->bytes}};
    co_return told.dump();
}

/// First what an earlier process left: its rows are gone.
Task<Result<Removed>> Retention::apply_rules() {
    Removed removed;
    for (;;) {
        auto filing = remove_log_files();
        co_await std::move(filing);
        auto look = [this](store::Connection& db) -> Result<store::RetentionPlan> {
            return store::plan_retention(db, config_.retention, core_.clock.now(), kCandidates);
        };
        auto looking = core_.database->read(look);
        const auto plan = co_await std::move(looking);
        if (!plan) co_return plan.error();
        auto applying = apply(*plan, removed);
        const auto moved = co_await std::move(applying);
        if (!moved) co_return moved.error();
        if (!*moved || !plan->has_more) break;
    }
    auto trimming = trim_changes();
    if (auto trimmed = co_await std::move(trimming); !trimmed) co_return trimmed.error();
    auto forgetting = trim_messages();
    if (auto forgotten = co_await std::move(forgetting); !forgotten) co_return forgotten.error();
    auto tidying = trim_tests();
    if (auto tidied = co_await std::move(tidying); !tidied) co_return tidied.error();
    auto shrinking = shrink_database();
    if (auto shrunk = co_await std::move(shrinking); !shrunk) co_return shrunk.error();
    co_return removed;
}

/// False: nothing of it could go.
Task<Result<bool>> Retention::apply(const store::RetentionPlan& plan, Removed& removed) {
    auto runs = remove_runs(plan, removed);
    const auto runs_gone = co_await std::move(runs);
    if (!runs_gone) co_return runs_gone;
    auto logs = remove_logs(plan, removed);
    const auto logs_gone = co_await std::move(logs);
    if (!logs_gone) co_return logs_gone;
    auto deliveries = remove_deliveries(plan, removed);
    const auto deliveries_gone = co_await std::move(deliveries);
    if (!deliveries_gone) co_return deliveries_gone;
    auto filing = remove_log_files();
    co_await std::move(filing);
    co_return *runs_gone || *logs_gone || *deliveries_gone;
}

Task<Result<bool>> Retention::remove_runs(const store::RetentionPlan& plan, Removed& removed) {
    const auto before = removed.runs;
    for (const auto piece : in_pieces(plan.runs, kRunsAtOnce)) {
        for (const auto& run : piece) {
            auto thinning = thin_run(run.id);
            if (auto thinned = co_await std::move(thinning); !thinned) co_return thinned.error();
        }
        std::vector<std::string> files;
        auto remove = [&](store::Transaction& tx) -> Result<Removed> {
            Removed done;
            files.clear();
            for (const auto& run : piece) {
                auto gone = store::remove_run(tx, run.id);
                if (!gone) continue;
                files.insert(files.end(), gone->begin(), gone->end());
                ++done.runs;
                done.bytes += run.log_bytes + run.artifact_bytes;
            }
            return done;
        };
        auto removing = core_.database->write(remove);
        const auto done = co_await std::move(removing);
        if (!done) co_return done.error();
        removed.runs += done->runs;
        removed.bytes += done->bytes;
        auto filing = shop_.keeper.remove_artifact_files(std::move(files));
        co_await std::move(filing);
        auto pause = let_others_commit();
        co_await std::move(pause);
    }
    co_return removed.runs > before;
}

/// Until what is left fits into one transaction.
Task<Result<>> Retention::thin_run(model::RunId run) {
    for (;;) {
        auto look = [run](store::Connection& db) -> Result<bool> {
            return store::has_many_rows(db, run, kRowsAtOnce);
        };
        auto looking = core_.database->read(look);
        const auto is_large = co_await std::move(looking);
        if (!is_large) co_return is_large.error();
        if (!*is_large) co_return Result<>{};
        auto thin = [run](store::Transaction& tx) -> Result<bool> {
            return store::thin_run(tx, run, kRowsAtOnce);
        };
        auto thinning = core_.database->write(thin);
        const auto is_thinner = co_await std::move(thinning);
        if (!is_thinner) co_return is_thinner.error();
        if (!*is_thinner) co_return Result<>{};
        auto pause = let_others_commit();
        co_await std::move(pause);
    }
}

Task<Result<bool>> Retention::remove_logs(const store::RetentionPlan& plan, Removed& removed) {
    const auto before = removed.logs;
    for (const auto piece : in_pieces(plan.logs, kLogsAtOnce)) {
        auto remove = [&](store::Transaction& tx) -> Result<Removed> {
            Removed done;
            for (const auto& log : piece) {
                if (!store::remove_logs(tx, log.fence)) continue;
                ++done.logs;
                done.bytes += log.bytes;
            }
            return done;
        };
        auto removing = core_.database->write(remove);
        const auto done = co_await std::move(removing);
        if (!done) co_return done.error();
        removed.logs += done->logs;
        removed.bytes += done->bytes;
        auto pause = let_others_commit();
        co_await std::move(pause);
    }
    co_return removed.logs > before;
}

Task<Result<bool>> Retention::remove_deliveries(
    const store::RetentionPlan& plan, Removed& removed
) {
    const auto before = removed.deliveries;
    for (const auto piece : in_pieces(plan.deliveries, kDeliveriesAtOnce)) {
        auto remove = [&](store::Transaction& tx) -> Result<std::int64_t> {
            return std::count_if(piece.begin(), piece.end(), [&](model::DeliveryId delivery) {
                return store::remove_delivery(tx, delivery);
            });
        };
        auto removing = core_.database->write(remove);
        const auto done = co_await std::move(removing);
        if (!done) co_return done.error();
        removed.deliveries += *done;
        auto pause = let_others_commit();
        co_await std::move(pause);
    }
    co_return removed.deliveries > before;
}

/// What cannot be removed now is tried again in the next round.
Task<> Retention::remove_log_files() {
    for (;;) {
        auto list = [](store::Connection& db) -> Result<std::vector<model::Fence>> {
            return store::list_unwanted_logs(db, kFilesAtOnce);
        };
        auto listing = core_.database->read(list);
        const auto fences = co_await std::move(listing);
        if (!fences || fences->empty()) co_return;
        std::vector<model::Fence> gone;
        auto remove = [&]() -> Result<> {
            auto all = Result<>{};
            for (const auto fence : *fences) {
                auto done = core_.logs->remove(fence.value);
                if (done) gone.push_back(fence);
                if (!done) all = done;
            }
            return all;
        };
        auto removing = offload(core_.log_thread, remove);
        const auto all = co_await std::move(removing);
        if (!all) log::warning("logs stay for now", {{"error", all.error().message}});
        auto forget = [&gone](store::Transaction& tx) -> Result<> {
            store::forget_unwanted_logs(tx, gone);
            return {};
        };
        auto forgetting = core_.database->write(forget);
        const auto forgotten = co_await std::move(forgetting);
        if (!forgotten || !all) co_return;
    }
}

Task<Result<>> Retention::trim_changes() {
    if (config_.retention.delivery_days <= 0) co_return Result<>{};
    const auto until = core_.clock.now() - std::chrono::hours{24 * config_.retention.delivery_days};
    for (;;) {
        auto trim = [&](store::Transaction& tx) -> Result<std::optional<std::int64_t>> {
            return store::trim_changes(tx, until, changes_at_, kChangesAtOnce);
        };
        auto trimming = core_.database->write(trim);
        const auto last = co_await std::move(trimming);
        if (!last) co_return last.error();
        if (!*last) co_return Result<>{};
        changes_at_ = **last;
        auto pause = let_others_commit();
        co_await std::move(pause);
    }
}

Task<Result<>> Retention::trim_messages() {
    if (config_.retention.delivery_days <= 0) co_return Result<>{};
    const auto until = core_.clock.now() - std::chrono::hours{24 * config_.retention.delivery_days};
    for (;;) {
        auto trim = [&](store::Transaction& tx) -> Result<std::optional<std::int64_t>> {
            return store::trim_messages(tx, until, messages_at_, kMessagesAtOnce);
        };
        auto trimming = core_.database->write(trim);
        const auto last = co_await std::move(trimming);
        if (!last) co_return last.error();
        if (!*last) co_return Result<>{};
        messages_at_ = **last;
        auto pause = let_others_commit();
        co_await std::move(pause);
    }
}

/// A part of them each round.
Task<Result<>> Retention::trim_tests() {
    for (int slice = 0; slice < kTestSlices; ++slice) {
        auto trim = [&](store::Transaction& tx) -> Result<std::optional<std::int64_t>> {
            return store::trim_tests(tx, tests_at_, kTestsAtOnce);
        };
        auto trimming = core_.database->write(trim);
        const auto last = co_await std::move(trimming);
        if (!last) co_return last.error();
        tests_at_ = last->value_or(0);
        if (!*last) co_return Result<>{};
        auto pause = let_others_commit();
        co_await std::move(pause);
    }
    co_return Result<>{};
}

Task<Result<>> Retention::shrink_database() {
    for (std::int64_t before = -1;;) {
        auto shrink = [](store::Transaction& tx) -> Result<std::int64_t> {
            return store::shrink(tx, kPagesAtOnce);
        };
        auto shrinking = core_.database->write(shrink);
        const auto left = co_await std::move(shrinking);
        if (!left) co_return left.error();
        if (*left == 0 || *left == before) co_return Result<>{};
        before = *left;
        auto pause = let_others_commit();
        co_await std::move(pause);
    }
}

/// Mirrors of repositories that are not registered, and files of Git LFS.
Task<> Retention::remove_unused() {
    const auto then = core_.clock.now() - kUnusedFor;
    auto setting = shop_.action_mirrors.set_unused_aside(then);
    auto unused = co_await std::move(setting);
    const auto lfs = config_.data / "lfs";
    auto work = [&] {
        std::error_code ignored;
        for (const auto& folder : std::filesystem::directory_iterator{lfs, ignored}) {
            auto files = set_unused_aside(folder.path(), then);
            unused.insert(unused.end(), files.begin(), files.end());
        }
        for (const auto& one : unused) std::filesystem::remove_all(one, ignored);
        return unused.size();
    };
    auto removing = offload(shop_.blob_thread, work);
    const auto count = co_await std::move(removing);
    if (count > 0) log::info("copies that nobody used were removed", {{"count", count}});
}

}  // namespace triphammer::app
