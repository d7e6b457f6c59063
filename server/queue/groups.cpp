#include "queue/groups.hpp"

#include "queue/queue.hpp"
#include "store/run_store.hpp"

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

Result<> go_on(store::Transaction& tx, const GroupEntry& entry) {
    store::hold_group(tx, entry.id);
    if (!entry.job) return advance_run(tx, entry.run);
    const auto job = store::find_job(tx, entry.job);
    if (!job || job->state != model::JobState::waiting) return {};
    return resume_job(tx, entry.job, "its turn in group '" + entry.name + "' has come");
}

Result<> call_next(
    store::Transaction& tx, model::RepositoryId repository, const std::string& name
) {
    const auto entries = store::list_group(tx, repository, name);
    if (entries.empty() || entries.front().holds) return {};
    return go_on(tx, entries.front());
}

std::string number_of(store::Connection& db, model::RunId id) {
    const auto run = store::find_run(db, id);
    return run ? std::to_string(run->number) : "?";
}

}  // namespace

bool enter_group(store::Transaction& tx, const Member& member, const plan::Group& group) {
    const auto entries = store::list_group(tx, member.repository, group.name);
    const bool is_held = !entries.empty() && entries.front().holds;
    if (is_held && !entries.front().job && entries.front().run == member.run) return true;
    GroupEntry entry;
    entry.repository = member.repository;
    entry.name = group.name;
    entry.run = member.run;
    entry.job = member.job;
    entry.holds = entries.empty();
    store::insert_group_entry(tx, entry);
    return entry.holds;
}

Result<> make_room(store::Transaction& tx, const Member& member, const plan::Group& group) {
    auto entries = store::list_group(tx, member.repository, group.name);
    const auto why =
        "replaced by run " + number_of(tx, member.run) + " in group '" + group.name + "'";
    // The holder, which is first, goes last: its place is then the newcomer's.
    std::reverse(entries.begin(), entries.end());
    for (const auto& entry : entries) {
        if (is_same(entry, member)) continue;
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
        if (!entry.holds) continue;
        if (auto done = call_next(tx, entry.repository, entry.name); !done) return done;
    }
    return {};
}

std::string describe_wait(
    store::Connection& db, model::RepositoryId repository, const std::string& group
) {
    const auto entries = store::list_group(db, repository, group);
    if (entries.empty()) return "waits in group '" + group + "'";
    return "waits for run " + number_of(db, entries.front().run) + " in group '" + group + "'";
}

std::string to_json_text(const plan::Group& group) {
    if (group.name.empty()) return {};
    const nlohmann::json out{
        {"name", group.name}, {"cancels", group.cancels}, {"keeps_all", group.keeps_all}};
    return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

plan::Group group_of(const std::string& json_text) {
    const auto in = nlohmann::json::parse(json_text, nullptr, false);
    if (!in.is_object()) return {};
    return {in.value("name", ""), in.value("cancels", false), in.value("keeps_all", false)};
}

}  // namespace triphammer::queue
