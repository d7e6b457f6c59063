#include "queue/groups.hpp"

#include "queue/queue.hpp"
#include "store/runs/run_store.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::queue {

using store::GroupEntry;

namespace {

bool is_same(const GroupEntry& entry, const Member& member) {
    return entry.run == member.run && entry.job == member.job;
}

bool has_ended(store::Connection& db, const GroupEntry& entry) {
    if (entry.job) {
        const auto job = store::find_job(db, entry.job);
        return !job || is_final(job->state);
    }
    const auto run = store::find_run(db, entry.run);
    return !run || is_final(run->state);
}

/// What has ended by itself meanwhile needs no cancel.
Result<> cancel(store::Transaction& tx, const GroupEntry& entry, const std::string& why) {
    const CancelRequest request{why, ""};
    const auto asked =
        entry.job ? request_cancel(tx, entry.job, request) : request_cancel(tx, entry.run, request);
    if (!asked && asked.error().code != Code::conflict) return asked.error();
    return {};
}

bool is_call(const store::JobRow& job) {
    const auto definition = nlohmann::json::parse(job.definition_json, nullptr, false);
    return definition.is_object() && definition.value("kind", "") == "call";
}

/// A call has begun when its jobs may: it stays waiting until they have ended.
Result<> go_on(store::Transaction& tx, const GroupEntry& entry) {
    store::hold_group(tx, entry.id);
    if (!entry.job) return advance_run(tx, entry.run);
    const auto job = store::find_job(tx, entry.job);
    if (!job || job->state != model::JobState::waiting) return {};
    if (is_call(*job)) return advance_run(tx, entry.run);
    return resume_job(tx, entry.job, "its turn in group '" + entry.name + "' has come");
}

/// Whether `entry` goes before `later`: it came, or it is of an older run of the same workflow on
/// the same ref.
bool goes_before(const GroupEntry& entry, const GroupEntry& later) {
    return entry.is_ready || (entry.run != later.run && entry.line == later.line);
}

/// The entry whose turn it is; null where somebody has the group, or where nobody came that need
/// not wait for those who will.
const GroupEntry* find_next(const std::vector<GroupEntry>& entries) {
    if (!entries.empty() && entries.front().holds) return nullptr;
    for (auto next = entries.begin(); next != entries.end(); ++next) {
        const bool is_free = std::none_of(entries.begin(), next, [&](const GroupEntry& earlier) {
            return goes_before(earlier, *next);
        });
        if (next->is_ready && is_free) return &*next;
    }
    return nullptr;
}

Result<> call_next(
    store::Transaction& tx, model::RepositoryId repository, const std::string& name
) {
    const auto entries = store::list_group(tx, repository, name);
    const auto* next = find_next(entries);
    return next == nullptr ? Result<>{} : go_on(tx, *next);
}

/// The run itself, or a job that calls the workflow that the member stands in: they have the group
/// for all that is theirs.
bool has_it_for(store::Connection& db, const GroupEntry& holder, const Member& member) {
    if (!holder.holds || holder.run != member.run) return false;
    if (!holder.job) return true;
    const auto caller = store::find_job(db, holder.job);
    const auto job = store::find_job(db, member.job);
    return caller && job && job->key.starts_with(caller->key + " / ");
}

/// Its entry, which counts from now on.
void stand_in(
    store::Transaction& tx,
    const Member& member,
    const std::string& group,
    const std::vector<GroupEntry>& entries
) {
    const auto own = std::find_if(entries.begin(), entries.end(), [&](const GroupEntry& entry) {
        return is_same(entry, member);
    });
    if (own != entries.end()) return store::set_ready(tx, own->id);
    GroupEntry entry;
    entry.repository = member.repository;
    entry.name = group;
    entry.run = member.run;
    entry.job = member.job;
    store::insert_group_entry(tx, entry);
}

std::string number_of(store::Connection& db, model::RunId id) {
    const auto run = store::find_run(db, id);
    return run ? std::to_string(run->number) : "?";
}

}  // namespace

void keep_place(store::Transaction& tx, const Member& member, const std::string& group) {
    GroupEntry entry;
    entry.repository = member.repository;
    entry.name = group;
    entry.run = member.run;
    entry.job = member.job;
    entry.is_ready = false;
    store::insert_group_entry(tx, entry);
}

bool enter_group(store::Transaction& tx, const Member& member, const plan::Group& group) {
    auto entries = store::list_group(tx, member.repository, group.name);
    if (!entries.empty() && has_it_for(tx, entries.front(), member)) return true;
    stand_in(tx, member, group.name, entries);
    entries = store::list_group(tx, member.repository, group.name);
    const auto* next = find_next(entries);
    if (next == nullptr || !is_same(*next, member)) return false;
    store::hold_group(tx, next->id);
    return true;
}

Result<> make_room(store::Transaction& tx, const Member& member, const plan::Group& group) {
    auto entries = store::list_group(tx, member.repository, group.name);
    std::erase_if(entries, [](const GroupEntry& entry) { return !entry.is_ready; });
    // The holder, which is first, goes last: its place is then the newcomer's.
    std::reverse(entries.begin(), entries.end());
    const auto waiting = std::count_if(entries.begin(), entries.end(), [](const GroupEntry& one) {
        return !one.holds;
    });
    const bool is_full = group.keeps_all && group.most > 0 && waiting > group.most;
    const auto why =
        "replaced by run " + number_of(tx, member.run) + " in group '" + group.name + "'";
    for (const auto& entry : entries) {
        if (is_same(entry, member)) {
            if (!is_full) continue;
            const auto most = std::to_string(group.most);
            return cancel(tx, entry, most + " wait in group '" + group.name + "' already");
        }
        const bool must_go = entry.holds ? group.cancels : !group.keeps_all;
        if (!must_go) continue;
        if (auto done = cancel(tx, entry, why); !done) return done;
    }
    return {};
}

Result<> leave_groups(store::Transaction& tx, model::RunId run) {
    for (const auto& entry : store::list_group_entries(tx, run)) {
        if (!has_ended(tx, entry)) continue;
        store::remove_group_entry(tx, entry.id);
        if (auto done = call_next(tx, entry.repository, entry.name); !done) return done;
    }
    return {};
}

std::string describe_wait(store::Connection& db, const Member& member, const std::string& group) {
    for (const auto& entry : store::list_group(db, member.repository, group)) {
        if (is_same(entry, member)) continue;
        return "waits for run " + number_of(db, entry.run) + " in group '" + group + "'";
    }
    return "waits in group '" + group + "'";
}

std::string to_json_text(const plan::Group& group) {
    if (group.name.empty()) return {};
    const nlohmann::json out{
        {"name", group.name},
        {"cancels", group.cancels},
        {"keeps_all", group.keeps_all},
        {"most", group.most}};
    return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

plan::Group group_of(const std::string& json_text) {
    const auto in = nlohmann::json::parse(json_text, nullptr, false);
    if (!in.is_object()) return {};
    return {
        in.value("name", ""),
        in.value("cancels", false),
        in.value("keeps_all", false),
        in.value("most", 0)};
}

}  // namespace triphammer::queue
