#include "report/comment_target.hpp"

#include "base/digest.hpp"
#include "report/told.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::report {

namespace {

constexpr std::size_t kCommentsPage = 30;  // comments of 64 KiB each fit into an answer's limit
constexpr int kMostPages = 100;

std::string body_json(const std::string& text) {
    const nlohmann::json body{{"body", text}};
    return body_of(body);
}

bool has_marker(const nlohmann::json& comment, const std::string& marker) {
    const auto found = comment.is_object() ? comment.find("body") : comment.end();
    if (!comment.is_object() || found == comment.end() || !found->is_string()) return false;
    return found->get_ref<const std::string&>().starts_with("<!-- " + marker + " -->");
}

}  // namespace

struct CommentTarget::Place {
    github::Client client;
    std::string repository;  // its path in the API
    std::string comments;    // path of the pull request's comments
};

struct CommentTarget::Found {
    github::ApiAnswer answer;  // the last page, or why there is none
    std::string id;            // empty: there is no such comment
};

CommentTarget::CommentTarget(
    store::Database& database, github::Clients& clients, CommentSettings settings
)
    : database_{database}, clients_{clients}, settings_{std::move(settings)} {}

Task<Result<github::ApiAnswer>> CommentTarget::send(
    std::string repository, store::MessageRow message
) {
    auto work = [&](store::Connection& db) { return draft_comment(db, message, settings_); };
    auto reading = database_.read(work);
    auto draft = co_await std::move(reading);
    if (!draft) co_return draft.error();
    const auto shown = sha256_hex(draft->text);
    const bool is_shown = !draft->object.remote_id.empty() && draft->object.shown == shown;
    if (draft->text.empty() || is_shown) co_return nothing_to_do();
    draft->object.shown = shown;
    const auto number = message.subject.substr(message.subject.find(' ') + 1);
    const auto path = github::repository_path(repository);
    auto choosing = clients_.find(repository, {{"pull_requests", "write"}});
    auto client = co_await std::move(choosing);
    if (!client && client.error().code == Code::not_found) {
        co_return github::answer_of_nobody(client.error());
    }
    if (!client) co_return client.error();
    Place place{std::move(*client), path, path + "/issues/" + number + "/comments"};
    auto bringing = bring(std::move(place), std::move(*draft));
    auto answer = co_await std::move(bringing);
    const bool is_refused = answer && github::is_refusal(*answer);
    if (!is_refused || !clients_.pass_over(repository)) co_return answer;
    auto again = send(std::move(repository), std::move(message));
    co_return co_await std::move(again);
}

Task<Result<github::ApiAnswer>> CommentTarget::bring(Place place, CommentDraft draft) const {
    if (draft.object.remote_id.empty()) {
        Wanted is_ours = [&](const auto& comment) { return has_marker(comment, draft.marker); };
        auto finding = find(place, std::move(is_ours));
        auto found = co_await std::move(finding);
        if (!found) co_return found.error();
        if (found->answer.status != 200) co_return std::move(found->answer);
        draft.object.remote_id = found->id;
    }
    const bool is_there = !draft.object.remote_id.empty();
    auto doing = is_there ? change(place, std::move(draft)) : create(place, std::move(draft));
    co_return co_await std::move(doing);
}

/// Page by page, the first that is wanted; they come oldest first.
Task<Result<CommentTarget::Found>> CommentTarget::find(const Place& place, Wanted wanted) const {
    Found found;
    for (int page = 1; page <= kMostPages; ++page) {
        auto path = place.comments + "?per_page=" + std::to_string(kCommentsPage) +
                    "&page=" + std::to_string(page);
        auto asking = place.client.get(std::move(path));
        auto answer = co_await std::move(asking);
        if (!answer) co_return answer.error();
        found.answer = std::move(*answer);
        if (found.answer.status != 200) break;
        const auto comments = nlohmann::json::parse(found.answer.body, nullptr, false);
        if (!comments.is_array()) co_return Error{Code::protocol, "GitHub's answer is no list"};
        const auto one = std::find_if(comments.begin(), comments.end(), wanted);
        if (one != comments.end()) found.id = remote_id_of(*one);
        if (one != comments.end() || comments.size() < kCommentsPage) break;
    }
    co_return found;
}

Task<Result<github::ApiAnswer>> CommentTarget::create(const Place& place, CommentDraft draft)
    const {
    auto asking = place.client.post(place.comments, body_json(draft.text));
    auto answer = co_await std::move(asking);
    if (!answer || answer->status != 201) co_return answer;
    draft.object.remote_id = remote_id_of(nlohmann::json::parse(answer->body, nullptr, false));
    auto keeping = keep(database_, std::move(draft.object));
    auto kept = co_await std::move(keeping);
    if (!kept) co_return kept.error();
    co_return answer;
}

Task<Result<github::ApiAnswer>> CommentTarget::change(const Place& place, CommentDraft draft)
    const {
    const auto path = place.repository + "/issues/comments/" + draft.object.remote_id;
    auto asking = place.client.patch(path, body_json(draft.text));
    auto answer = co_await std::move(asking);
    if (!answer) co_return answer;
    if (answer->status == 404 || answer->status == 410) {
        auto giving_up = give_up(place, std::move(draft.object), std::move(*answer));
        co_return co_await std::move(giving_up);
    }
    if (answer->status != 200) co_return answer;
    auto keeping = keep(database_, std::move(draft.object));
    auto kept = co_await std::move(keeping);
    if (!kept) co_return kept.error();
    co_return answer;
}

/// Who lost the right to see a repository is told 404, too. A comment is gone only where the others
/// are there; then the next try makes another.
Task<Result<github::ApiAnswer>> CommentTarget::give_up(
    const Place& place, store::ToldObject object, github::ApiAnswer refusal
) const {
    Wanted is_it = [&](const auto& comment) { return remote_id_of(comment) == object.remote_id; };
    auto finding = find(place, std::move(is_it));
    const auto found = co_await std::move(finding);
    if (!found) co_return found.error();
    if (found->answer.status != 200 || !found->id.empty()) co_return refusal;
    ++object.round;
    object.remote_id.clear();
    object.shown.clear();
    auto keeping = keep(database_, std::move(object));
    auto kept = co_await std::move(keeping);
    if (!kept) co_return kept.error();
    co_return refusal;
}

}  // namespace triphammer::report
