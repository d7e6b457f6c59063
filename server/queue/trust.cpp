#include "queue/trust.hpp"

#include "base/digest.hpp"
#include "queue/groups.hpp"
#include "queue/queue.hpp"
#include "store/runs/concurrency_store.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::queue {

using model::ApprovalState;
using nlohmann::json;

namespace {

std::int64_t number_at(const json& tree, const char* path) {
    const json::json_pointer pointer{path};
    if (!tree.is_object() || !tree.contains(pointer)) return 0;
    const auto& value = tree.at(pointer);
    return value.is_number_integer() ? value.get<std::int64_t>() : 0;
}

std::string subject_of(const store::NewApproval& question) {
    const json bound{
        {"kind", name_of(question.kind)},
        {"repository", question.repository.value},
        {"sha", question.sha},
        {"head_repository", question.head.repository},
        {"author", question.head.author},
    };
    return sha256_hex(bound.dump());
}

std::optional<store::ApprovalRow> find_question(store::Connection& db, const store::RunRow& run) {
    store::ApprovalRow like;
    like.repository = run.repository;
    like.sha = run.sha;
    like.head = store::find_fork_head(db, run.id).value_or(store::ForkHead{});
    return store::find_approval_of_head(db, like);
}

Result<> withdraw(store::Transaction& tx, const store::RunRow& run, std::string_view why) {
    const auto question = find_question(tx, run);
    if (!question || question->state != ApprovalState::pending) return {};
    return store::move_approval(
        tx,
        {.id = question->id,
         .from = ApprovalState::pending,
         .to = ApprovalState::voided,
         .reason = why}
    );
}

bool is_in_group(store::Connection& db, model::RunId run) {
    const auto entries = store::list_group_entries(db, run);
    return std::any_of(entries.begin(), entries.end(), [](const store::GroupEntry& entry) {
        return !entry.job;
    });
}

/// A run that was held has not entered its group: nothing of strangers takes a place from others.
Result<> begin_run(store::Transaction& tx, const store::RunRow& run) {
    const auto group = group_of(run.concurrency_json);
    const Member member{run.repository, run.id};
    const bool enters = !group.name.empty() && !run.started_at && !is_in_group(tx, run.id);
    const bool waits = enters && !enter_group(tx, member, group);
    if (auto advanced = advance_run(tx, run.id); !advanced) return advanced;
    return waits ? make_room(tx, member, group) : Result<>{};
}

}  // namespace

void note_head(store::Transaction& tx, const store::RunRow& run) {
    if (!run.from_fork) return;
    const auto contexts = json::parse(run.contexts_json, nullptr, false);
    store::ForkHead head;
    head.repository = number_at(contexts, "/github/event/pull_request/head/repo/id");
    head.author = number_at(contexts, "/github/event/pull_request/user/id");
    store::set_fork_head(tx, run.id, head);
}

bool waits_for_trust(store::Connection& db, const store::RunRow& run) {
    return run.from_fork && store::is_untrusted(db, run.id);
}

std::string describe_trust(const store::RunRow& run) {
    return "waits for approval of commit " + run.sha.substr(0, 12) + ", which comes from a fork";
}

Result<> ask_about_head(store::Transaction& tx, const store::RunRow& run) {
    if (find_question(tx, run)) return {};
    store::NewApproval question;
    question.kind = model::ApprovalKind::fork;
    question.repository = run.repository;
    question.run = run.id;
    question.sha = run.sha;
    question.head = store::find_fork_head(tx, run.id).value_or(store::ForkHead{});
    question.definition = run.definition_sha256;
    question.subject = subject_of(question);
    store::insert_approval(tx, question);
    return {};
}

Result<> stop_asking(store::Transaction& tx, const store::RunRow& run) {
    if (!run.from_fork) return {};
    const auto head = store::find_fork_head(tx, run.id);
    for (const auto id : store::list_open_fork_runs(tx, run.repository)) {
        const auto other = store::find_run(tx, id);
        const bool is_same = id != run.id && other->sha == run.sha;
        if (is_same && store::find_fork_head(tx, id) == head) return {};
    }
    return withdraw(tx, run, "what asked for it has ended");
}

Result<> follow_trust(store::Transaction& tx, model::RepositoryId repository) {
    for (const auto id : store::list_open_fork_runs(tx, repository)) {
        const auto run = store::find_run(tx, id);
        if (!run || is_final(run->state) || run->cancel_requested_at) continue;
        const bool waits = store::is_untrusted(tx, id);
        const auto done =
            waits ? ask_about_head(tx, *run) : withdraw(tx, *run, "it need not be asked any more");
        if (!done) return done;
        if (waits) continue;
        if (auto begun = begin_run(tx, *run); !begun) return begun;
    }
    return {};
}

}  // namespace triphammer::queue
