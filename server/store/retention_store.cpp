#include "store/retention_store.hpp"

#include "store/sqlite/change_store.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace triphammer::store {

namespace {

using Days = std::chrono::duration<std::int64_t, std::ratio<86'400>>;

/// The newest run `r` of its workflow on a branch: what badges and "what is on main?" are about.
constexpr std::string_view kIsNewestOfBranch =
    "(r.ref LIKE 'refs/heads/%' AND NOT EXISTS (SELECT 1 FROM runs AS n WHERE n.repository = "
    "r.repository AND n.ref = r.ref AND n.workflow_path = r.workflow_path AND n.id > r.id))";

/// The run `r` has ended, nothing works with it, and no number would be given out twice.
constexpr std::string_view kIsUnused =
    "(r.finished_at IS NOT NULL AND r.id < (SELECT max(id) FROM runs) "
    "AND NOT EXISTS (SELECT 1 FROM deployments AS d WHERE d.run = r.id) "
    "AND NOT EXISTS (SELECT 1 FROM concurrency AS c WHERE c.run = r.id) "
    "AND NOT EXISTS (SELECT 1 FROM jobs AS j WHERE j.run = r.id "
    "  AND j.id = (SELECT max(id) FROM jobs)) "
    "AND NOT EXISTS (SELECT 1 FROM jobs AS j JOIN attempts AS a ON a.job = j.id "
    "  WHERE j.run = r.id AND (a.swept = 0 OR a.ended_at IS NULL "
    "  OR EXISTS (SELECT 1 FROM job_tokens AS t WHERE t.attempt = a.id))))";

/// Of the two newest that succeeded in a place, or not over yet: what serves, and the way back.
constexpr std::string_view kIsDeployed =
    "EXISTS (SELECT 1 FROM deployments AS d WHERE d.run = r.id "
    "AND d.state NOT IN ('failed', 'rolled_back') AND (SELECT count(*) FROM deployments AS n "
    "  WHERE n.repository = d.repository AND n.environment = d.environment "
    "  AND n.target = d.target AND n.id > d.id AND n.state = 'succeeded') < 2)";

std::string is_removable_run() {
    return std::string{kIsUnused} + " AND NOT " + std::string{kIsNewestOfBranch};
}

/// Whose rules hold: each number that is there wins over the server's.
RetentionRules merge(const RetentionRules& server, const RetentionChoice& own) {
    return {
        own.run_days.value_or(server.run_days),
        own.runs.value_or(server.runs),
        own.log_days.value_or(server.log_days),
        own.log_bytes.value_or(server.log_bytes)};
}

/// Nothing that ends is older than the beginning of time: no limit.
TimePoint cutoff(TimePoint now, std::int64_t days) {
    if (days <= 0) return from_unix_ms(0);
    return now - std::chrono::duration_cast<Milliseconds>(Days{std::min(days, 36'500L)});
}

class Planner {
  public:
    Planner(Connection& db, const RetentionSettings& settings, TimePoint now, int limit)
        : db_{db}, settings_{settings}, now_{now}, limit_{limit} {}

    RetentionPlan make();

  private:
    void add_runs(model::RepositoryId repository, const RetentionRules& rules);
    void add_runs_where(
        model::RepositoryId repository,
        std::string_view where,
        std::int64_t bound,
        RetentionCause cause
    );
    void sum_logs();
    void add_logs();
    bool is_log_wanted(model::RunId run);
    void add_deliveries();

    Connection& db_;
    const RetentionSettings& settings_;
    TimePoint now_;
    int limit_;
    RetentionPlan plan_;
    std::set<model::RunId> going_;
    std::map<model::RepositoryId, RetentionRules> rules_;
    std::map<model::RepositoryId, std::int64_t> excess_;  // bytes of logs over the limit
    std::int64_t whole_excess_ = 0;
};

RetentionPlan Planner::make() {
    auto list = db_.prepare("SELECT id FROM repositories ORDER BY id");
    while (list.step()) {
        model::RepositoryId repository;
        list.read(repository);
        const auto rules = merge(settings_.repository, find_retention(db_, repository));
        rules_[repository] = rules;
        add_runs(repository, rules);
    }
    sum_logs();
    add_logs();
    add_deliveries();
    return std::move(plan_);
}

void Planner::add_runs(model::RepositoryId repository, const RetentionRules& rules) {
    const auto before = to_unix_ms(cutoff(now_, rules.run_days));
    add_runs_where(repository, "r.finished_at < ?2", before, RetentionCause::age);
    if (rules.runs <= 0) return;
    auto find =
        db_.prepare("SELECT id FROM runs WHERE repository = ? ORDER BY id DESC LIMIT 1 OFFSET ?");
    const auto last = find.bind(repository, rules.runs).find<std::int64_t>();
    if (last) add_runs_where(repository, "r.id <= ?2", *last, RetentionCause::count);
}

void Planner::add_runs_where(
    model::RepositoryId repository, std::string_view where, std::int64_t bound, RetentionCause cause
) {
    auto list = db_.prepare(
        "SELECT r.id, r.repository, r.number, "
        "(SELECT coalesce(sum(a.log_bytes), 0) FROM jobs AS j JOIN attempts AS a ON a.job = j.id "
        " WHERE j.run = r.id), "
        "(SELECT coalesce(sum(bytes), 0) FROM artifacts AS f WHERE f.run = r.id) "
        "FROM runs AS r WHERE r.repository = ?1 AND " +
        std::string{where} + " AND " + is_removable_run() + " ORDER BY r.id LIMIT ?3"
    );
    list.bind(repository, bound, limit_);
    int found = 0;
    while (list.step()) {
        UnwantedRun run;
        list.read(run.id, run.repository, run.number, run.log_bytes, run.artifact_bytes);
        run.cause = cause;
        plan_.has_more = plan_.has_more || ++found == limit_;
        if (going_.insert(run.id).second) plan_.runs.push_back(run);
    }
}

void Planner::sum_logs() {
    auto sum = db_.prepare(
        "SELECT j.repository, sum(a.log_bytes) FROM attempts AS a JOIN jobs AS j ON j.id = a.job "
        "WHERE a.log_bytes > 0 GROUP BY j.repository"
    );
    whole_excess_ = settings_.log_bytes > 0 ? -settings_.log_bytes : 0;
    while (sum.step()) {
        model::RepositoryId repository;
        std::int64_t bytes = 0;
        sum.read(repository, bytes);
        const auto most = rules_[repository].log_bytes;
        excess_[repository] = most > 0 ? bytes - most : 0;
        if (settings_.log_bytes > 0) whole_excess_ += bytes;
    }
}

/// The oldest first; what goes with its run makes room, too.
void Planner::add_logs() {
    auto newest = from_unix_ms(0);
    for (const auto& [repository, rules] : rules_)
        newest = std::max(newest, cutoff(now_, rules.log_days));
    const auto is_over = [](const auto& entry) { return entry.second > 0; };
    auto list = db_.prepare(
        "SELECT a.id, j.run, j.repository, a.log_bytes, a.ended_at FROM attempts AS a "
        "JOIN jobs AS j ON j.id = a.job WHERE a.log_bytes > 0 ORDER BY a.ended_at, a.id"
    );
    while (list.step()) {
        UnwantedLog log;
        TimePoint ended_at;
        list.read(log.fence, log.run, log.repository, log.bytes, ended_at);
        const bool may_be_full =
            whole_excess_ > 0 || std::any_of(excess_.begin(), excess_.end(), is_over);
        if (ended_at >= newest && !may_be_full) return;
        const bool is_old = ended_at < cutoff(now_, rules_[log.repository].log_days);
        const bool is_over_limit = excess_[log.repository] > 0 || whole_excess_ > 0;
        if (!is_old && !is_over_limit) continue;
        const bool goes_with_run = going_.contains(log.run);
        if (!goes_with_run && is_log_wanted(log.run)) continue;
        excess_[log.repository] -= log.bytes;
        whole_excess_ -= log.bytes;
        if (goes_with_run) continue;
        log.cause = is_old ? RetentionCause::age : RetentionCause::bytes;
        plan_.logs.push_back(log);
        plan_.has_more = plan_.has_more || std::ssize(plan_.logs) == limit_;
        if (std::ssize(plan_.logs) >= limit_) return;
    }
}

bool Planner::is_log_wanted(model::RunId run) {
    auto find = db_.prepare(
        "SELECT r.finished_at IS NULL OR " + std::string{kIsNewestOfBranch} + " OR " +
        std::string{kIsDeployed} + " FROM runs AS r WHERE r.id = ?"
    );
    return find.bind(run).find<std::int64_t>().value_or(0) != 0;
}

void Planner::add_deliveries() {
    if (settings_.delivery_days <= 0) return;
    const auto before = cutoff(now_, settings_.delivery_days);
    auto list = db_.prepare(
        "SELECT d.id, d.received_at, d.finished_at IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM runs AS r WHERE r.delivery = d.id) AS is_unused FROM deliveries AS d "
        "WHERE d.id < (SELECT max(id) FROM deliveries) ORDER BY d.id"
    );
    while (list.step()) {
        model::DeliveryId delivery;
        TimePoint received_at;
        bool is_unused = false;
        list.read(delivery, received_at, is_unused);
        if (received_at >= before) return;
        if (!is_unused) continue;
        plan_.deliveries.push_back(delivery);
        if (std::ssize(plan_.deliveries) < limit_) continue;
        plan_.has_more = true;
        return;
    }
}

}  // namespace

RetentionPlan plan_retention(
    Connection& db, const RetentionSettings& settings, TimePoint now, int limit
) {
    return Planner{db, settings, now, limit}.make();
}

bool is_run_removable(Connection& db, model::RunId run) {
    auto find = db.prepare("SELECT 1 FROM runs AS r WHERE r.id = ? AND " + is_removable_run());
    return find.bind(run).find<std::int64_t>().has_value();
}

bool are_logs_removable(Connection& db, model::Fence fence) {
    auto find = db.prepare(
        "SELECT r.finished_at IS NOT NULL AND NOT " + std::string{kIsNewestOfBranch} + " AND NOT " +
        std::string{kIsDeployed} +
        " AND a.ended_at IS NOT NULL AND a.logs_removed_at IS NULL FROM attempts AS a "
        "JOIN jobs AS j ON j.id = a.job JOIN runs AS r ON r.id = j.run WHERE a.id = ?"
    );
    return find.bind(fence).find<std::int64_t>().value_or(0) != 0;
}

RetentionChoice find_retention(Connection& db, model::RepositoryId repository) {
    auto find =
        db.prepare("SELECT run_days, runs, log_days, log_bytes FROM retention WHERE repository = ?"
        );
    const auto found = find.bind(repository).find_row([](Statement& row) {
        RetentionChoice choice;
        row.read(choice.run_days, choice.runs, choice.log_days, choice.log_bytes);
        return choice;
    });
    return found.value_or(RetentionChoice{});
}

void set_retention(
    Transaction& tx,
    model::RepositoryId repository,
    const RetentionChoice& choice,
    std::string_view actor
) {
    auto put = tx.prepare(
        "INSERT INTO retention (repository, run_days, runs, log_days, log_bytes) "
        "VALUES (?, ?, ?, ?, ?) ON CONFLICT (repository) DO UPDATE SET "
        "run_days = excluded.run_days, runs = excluded.runs, log_days = excluded.log_days, "
        "log_bytes = excluded.log_bytes"
    );
    put.bind(repository, choice.run_days, choice.runs, choice.log_days, choice.log_bytes).run();
    append_change(
        tx, {.subject = "retention", .id = repository.value, .to_state = "set", .actor = actor}
    );
}

std::vector<KeptByRepository> list_kept(Connection& db) {
    auto list = db.prepare(
        "SELECT p.id, p.full_name, "
        "(SELECT count(*) FROM runs AS r WHERE r.repository = p.id), coalesce(l.bytes, 0), "
        "(SELECT coalesce(sum(bytes), 0) FROM artifacts AS f WHERE f.repository = p.id), "
        "(SELECT coalesce(sum(bytes), 0) FROM caches AS c WHERE c.repository = p.id) "
        "FROM repositories AS p LEFT JOIN (SELECT j.repository, sum(a.log_bytes) AS bytes "
        "  FROM attempts AS a JOIN jobs AS j ON j.id = a.job WHERE a.log_bytes > 0 "
        "  GROUP BY j.repository) AS l ON l.repository = p.id ORDER BY p.full_name, p.id"
    );
    return list.list([](Statement& row) {
        KeptByRepository kept;
        row.read(
            kept.repository,
            kept.full_name,
            kept.runs,
            kept.log_bytes,
            kept.artifact_bytes,
            kept.cache_bytes
        );
        return kept;
    });
}

}  // namespace triphammer::store
