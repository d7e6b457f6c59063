#include "queue/circle.hpp"

#include "queue/queue.hpp"

#include <optional>
#include <set>

namespace triphammer::queue {

namespace {

using store::GroupEntry;

/// Whether what has a place in a group ends only after `other` has ended: a run after all that is
/// its own, a call after the jobs of its workflow.
bool ends_after(store::Connection& db, const GroupEntry& entry, const GroupEntry& other) {
    if (entry.run != other.run) return false;
    if (!entry.job || entry.job == other.job) return true;
    const auto call = store::find_job(db, entry.job);
    const auto job = store::find_job(db, other.job);
    return call && job && job->key.starts_with(call->key + " / ");
}

class Search {
  public:
    Search(store::Connection& db, const GroupEntry& start) : db_{db}, start_{start} {}

    /// What `start` waits for and what itself ends after `start`.
    std::optional<GroupEntry> run() { return look(start_); }

  private:
    /// Along everybody whom `waiting` waits for.
    std::optional<GroupEntry> look(const GroupEntry& waiting) {
        if (!seen_.insert(waiting.id).second) return {};
        for (const auto& before : store::list_group(db_, waiting.repository, waiting.name)) {
            if (before.id == waiting.id) break;
            if (!before.is_ready) continue;
            if (auto found = look_behind(before)) return found;
        }
        return {};
    }

    std::optional<GroupEntry> look_behind(const GroupEntry& before) {
        for (const auto& own : store::list_group_entries(db_, before.run)) {
            if (own.holds || !own.is_ready || !ends_after(db_, before, own)) continue;
            if (own.id == start_.id) return before;
            if (auto found = look(own)) return found;
        }
        return {};
    }

    store::Connection& db_;
    const GroupEntry& start_;
    std::set<std::int64_t> seen_;
};

std::optional<GroupEntry> find_entry(
    store::Connection& db, const Member& member, const std::string& group
) {
    for (auto& entry : store::list_group(db, member.repository, group)) {
        const bool is_own = entry.run == member.run && entry.job == member.job;
        if (is_own && !entry.holds) return std::move(entry);
    }
    return {};
}

}  // namespace

Result<> break_circle(store::Transaction& tx, const Member& member, const std::string& group) {
    const auto own = find_entry(tx, member, group);
    if (!own) return {};
    const auto closing = Search{tx, *own}.run();
    if (!closing) return {};
    const CancelRequest request{
        "it would wait for ever: those who go first in group '" + group + "' wait for group '" +
            closing->name + "', which this run has",
        ""};
    const auto asked = request_cancel(tx, member.job, request);
    if (!asked) return asked.error();
    return {};
}

}  // namespace triphammer::queue
