#include "report/pull_comment.hpp"

#include "base/digest.hpp"
#include "history/reports.hpp"
#include "report/comment_text.hpp"
#include "store/forge/delivery_store.hpp"

#include <nlohmann/json.hpp>

#include <optional>

namespace triphammer::report {

namespace {

constexpr int kShownFailures = 100;  // of a run

struct PullPlace {
    std::int64_t number = 0;
    std::string head_sha;
};

std::optional<PullPlace> find_pull(store::Connection& db, const store::RunRow& run) {
    if (!run.event.starts_with("pull_request") || !run.delivery) return {};
    const auto delivery = store::find_delivery(db, run.delivery);
    if (!delivery) return {};
    const auto facts = nlohmann::json::parse(delivery->facts_json, nullptr, false);
    if (!facts.is_object() || !facts.contains("pull_request")) return {};
    const auto& pull = facts["pull_request"];
    if (!pull.is_object()) return {};
    PullPlace place{pull.value("number", std::int64_t{0}), pull.value("head_sha", "")};
    if (place.number <= 0) return {};
    return place;
}

/// After a comment was removed the next one has another marker: somebody may have copied this one.
std::string make_marker(const store::ToldObject& object, const std::string& server_id) {
    const auto text = server_id + '\n' + object.subject + '\n' + std::to_string(object.round);
    return "triphammer:" + sha256_hex(text).substr(0, 32);
}

Result<ToldRun> load_run(store::Connection& db, model::RunId id) {
    auto run = store::find_run(db, id);
    if (!run) return not_found("there is no run " + to_text(id));
    const history::TestFilter failed{.outcome = "failed"};
    auto tests = history::get_tests(db, id, failed, {.limit = kShownFailures});
    if (!tests) return tests.error();
    return ToldRun{std::move(*run), store::list_jobs(db, id), std::move(*tests)};
}

}  // namespace

void note_pull_run(store::Transaction& tx, const store::RunRow& run) {
    const auto pull = find_pull(tx, run);
    if (!pull) return;
    store::PullRun row;
    row.repository = run.repository;
    row.number = pull->number;
    row.workflow_path = run.workflow_path;
    row.event = run.event;
    row.head_sha = pull->head_sha;
    row.run = run.id;
    store::keep_pull_run(tx, row);
    store::NewMessage message;
    message.channel = kCommentChannel;
    message.repository = run.repository;
    message.subject = to_text(run.repository) + ' ' + std::to_string(pull->number);
    message.payload = nlohmann::json{{"number", pull->number}}.dump();
    store::append_message(tx, message);
}

Result<CommentDraft> draft_comment(
    store::Connection& db, const store::MessageRow& message, const CommentSettings& settings
) {
    const auto payload = nlohmann::json::parse(message.payload, nullptr, false);
    if (!payload.is_object()) return invalid("the message is no comment's");
    CommentDraft draft;
    draft.object = store::get_told_object(db, message.channel, message.subject);
    draft.marker = make_marker(draft.object, settings.server_id);
    std::vector<ToldRun> runs;
    const auto number = payload.value("number", std::int64_t{0});
    for (const auto id : store::list_pull_runs(db, message.repository, number)) {
        auto run = load_run(db, id);
        if (run) runs.push_back(std::move(*run));
    }
    draft.text = make_comment(runs, {draft.marker, settings.public_url});
    return draft;
}

}  // namespace triphammer::report
