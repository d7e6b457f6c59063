#include "intake/planner.hpp"

#include "base/deadline.hpp"
#include "base/log.hpp"
#include "intake/own_objects.hpp"
#include "intake/pending_delivery.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <optional>

namespace triphammer::intake {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kAtOnce = 8;  // repositories
constexpr Milliseconds kLongestNap{60 * 1000};
constexpr Milliseconds kAfterStoreFailure{1000};
constexpr std::int64_t kTriesForCommit = 4;  // 1 + 2 + 4 s: a host may answer before it knows

// 1, 2, 4, … 256 s, then every five minutes: twenty pauses are an hour.
constexpr Milliseconds kFirstPause{1000};
constexpr Milliseconds kLongestPause{300 * 1000};
constexpr std::int64_t kTries = 21;

Milliseconds pause_after(std::int64_t attempts) {
    return std::min<Milliseconds>(
        kLongestPause, kFirstPause * (1LL << std::min<std::int64_t>(attempts, 20))
    );
}

/// Whether a failure may be gone on the next try, after `attempts` of them.
bool may_retry(const Error& error, std::int64_t attempts) {
    switch (error.code) {
        case Code::conflict:
            return attempts + 1 < kTriesForCommit;
        case Code::invalid:
        case Code::refused:
        case Code::too_large:
        case Code::internal:
            return false;
        default:
            return attempts + 1 < kTries;
    }
}

/// Stable names for programs, as in model::Reason.
std::string code_of_failure(const Error& error) {
    switch (error.code) {
        case Code::conflict:
            return "commit-vanished";
        case Code::not_found:
            return "repository-gone";
        case Code::unauthorized:
            return "credential-refused";
        case Code::timed_out:
            return "host-silent";
        default:
            return name_of(error.code);
    }
}

}  // namespace

Planner::Planner(Parts parts)
    : parts_{parts},
      tasks_{
          parts.executor,
          [](const std::string& name, const std::string& what) {
              log::error("planning failed", {{"task", name}, {"error", what}});
          }},
      alarm_{parts.executor} {}

Planner::~Planner() = default;

void Planner::start() {
    tasks_.spawn("planner", run());
}

void Planner::wake() {
    alarm_.ring();
}

void Planner::wake_for(model::RepositoryId repository) {
    if (repository && busy_.size() < kAtOnce) return start_due({repository});
    wake();
}

Task<> Planner::stop() {
    co_await tasks_.stop();
}

Task<> Planner::run() {
    for (;;) {
        const auto now = parts_.clock.now();
        auto listing = list_due(parts_.database, now);
        const auto due = co_await std::move(listing);
        auto nap = kAfterStoreFailure;
        if (due) {
            follows_runs_ = due->follows_runs;
            start_due(due->repositories);
            const auto next = due->next_at.value_or(now + kLongestNap);
            nap = std::min<Milliseconds>(next - now, kLongestNap);
        } else {
            log::error("cannot list what is to be planned", {{"error", due.error().message}});
        }
        co_await alarm_.sleep(nap);
    }
}

void Planner::start_due(const std::vector<model::RepositoryId>& repositories) {
    for (const auto repository : repositories) {
        if (busy_.size() >= kAtOnce) return;
        if (!busy_.insert(repository).second) continue;
        tasks_.spawn("plan repository " + to_text(repository), plan_repository(repository));
    }
}

Task<> Planner::plan_repository(model::RepositoryId repository) {
    // At the end somebody else may have this place, or something came while we were ending.
    struct Leave {
        Planner& planner;
        model::RepositoryId repository;

        ~Leave() {
            planner.busy_.erase(repository);
            planner.wake();
        }
    };

    const Leave leave{*this, repository};
    for (;;) {
        const auto more = co_await plan_next(repository);
        if (more && *more) continue;
        if (more) co_return;
        log::error("cannot plan a delivery", {{"error", more.error().message}});
        co_await sleep_for(kAfterStoreFailure);
        co_return;
    }
}

/// False: nothing is left to be done now.
Task<Result<bool>> Planner::plan_next(model::RepositoryId repository) {
    auto loading = load_next(parts_.database, repository, parts_.clock.now());
    auto loaded = co_await std::move(loading);
    if (!loaded) co_return loaded.error();
    if (!*loaded) co_return false;
    const auto delivery = std::move(**loaded);
    auto planning = plan_delivery(delivery);
    auto outcome = co_await std::move(planning);
    // Somebody else ended it meanwhile: that is no failure of this one.
    if (!outcome && outcome.error().code == Code::conflict) co_return true;
    co_return outcome;
}

Task<Result<bool>> Planner::plan_delivery(const PendingDelivery& delivery) {
    if (!delivery.problem.code.empty()) {
        auto ending = end_delivery(
            parts_.database, delivery.id, model::DeliveryOutcome::ignored, delivery.problem
        );
        auto ended = co_await std::move(ending);
        if (!ended) co_return ended.error();
        co_return true;
    }
    auto taking = take_own(parts_.database, delivery);
    const auto taken = co_await std::move(taking);
    if (!taken || *taken) co_return taken;
    auto planning = parts_.plans.make_plan(delivery.question);
    auto made = co_await std::move(planning);
    if (!made && may_retry(made.error(), delivery.attempts)) {
        auto waiting = try_later(delivery, made.error());
        co_return co_await std::move(waiting);
    }
    const bool has_standing = made && made->standing;
    // Behind the write that is asked for below, before its commit.
    if (made && parts_.on_jobs) asio::post(parts_.executor, parts_.on_jobs);
    auto keeping = made ? keep_plan(parts_.database, delivery, std::move(*made))
                        : give_up(delivery, made.error());
    auto kept = co_await std::move(keeping);
    if (!kept) co_return kept.error();
    if (has_standing && parts_.on_schedules) parts_.on_schedules();
    co_return true;
}

Task<Result<bool>> Planner::try_later(const PendingDelivery& delivery, Error error) {
    Postponement postponement;
    postponement.until = parts_.clock.now() + pause_after(delivery.attempts);
    postponement.reason = error.message;
    postponement.with_others = error.code != Code::conflict;
    const bool others_wait = postponement.with_others;
    auto postponing = postpone(parts_.database, delivery, std::move(postponement));
    auto postponed = co_await std::move(postponing);
    if (!postponed) co_return postponed.error();
    co_return !others_wait;
}

Task<Result<>> Planner::give_up(const PendingDelivery& delivery, Error error) {
    model::Reason reason;
    reason.code = code_of_failure(error);
    reason.text = error.message;
    auto ending = end_delivery(
        parts_.database, delivery.id, model::DeliveryOutcome::failed, std::move(reason)
    );
    co_return co_await std::move(ending);
}

Task<Result<MadePlan>> Planner::preview(model::DeliveryId delivery, std::optional<Draft> draft) {
    auto loading = load_delivery(parts_.database, delivery);
    auto loaded = co_await std::move(loading);
    if (!loaded) co_return loaded.error();
    if (!loaded->problem.code.empty()) {
        MadePlan nothing;
        nothing.plan.reason = loaded->problem;
        co_return nothing;
    }
    loaded->question.draft = std::move(draft);
    auto planning = preview(std::move(loaded->question));
    co_return co_await std::move(planning);
}

Task<Result<MadePlan>> Planner::preview(PlanQuestion question) {
    auto planning = parts_.plans.make_plan(std::move(question));
    co_return co_await std::move(planning);
}

}  // namespace triphammer::intake
