#include "queue/voters.hpp"

#include "base/text.hpp"
#include "store/approval_store.hpp"
#include "store/user_store.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace triphammer::queue {

using nlohmann::json;

namespace {

constexpr std::string_view kUser = "user:";

std::string account_of(const std::string& actor) {
    return actor.starts_with(kUser) ? actor.substr(kUser.size()) : std::string{};
}

void add_text(std::vector<std::string>& out, const json& tree, const char* path) {
    const json::json_pointer pointer{path};
    if (!tree.is_object() || !tree.contains(pointer)) return;
    const auto& value = tree.at(pointer);
    if (value.is_string()) out.push_back(value.get<std::string>());
}

std::vector<std::string> list_authors(store::Connection& db, model::RunId id) {
    std::vector<std::string> out{store::rerun_by(db, id)};
    const auto run = store::find_run(db, id);
    if (!run) return out;
    out.push_back(run->actor);
    const auto contexts = json::parse(run->contexts_json, nullptr, false);
    constexpr std::array kPlaces{
        "/github/actor",
        "/github/triggering_actor",
        "/github/event/sender/login",
        "/github/event/pusher/name",
        "/github/event/head_commit/author/username",
        "/github/event/head_commit/committer/username",
        "/github/event/pull_request/user/login",
        "/github/event/release/author/login",
    };
    for (const auto* place : kPlaces) add_text(out, contexts, place);
    return out;
}

}  // namespace

bool is_reviewer(
    store::Connection& db, const std::vector<std::string>& reviewers, const std::string& actor
) {
    if (reviewers.empty()) return true;
    const auto account = account_of(actor);
    const auto user = account.empty() ? std::nullopt : store::find_user_by_name(db, account);
    return std::any_of(reviewers.begin(), reviewers.end(), [&](const std::string& one) {
        if (one == actor) return true;
        if (!user || user->disabled_at) return false;
        return equal_ignoring_case(one, account) || one == user->role;
    });
}

bool is_author(store::Connection& db, model::RunId run, const std::string& actor) {
    const auto account = account_of(actor);
    const auto authors = list_authors(db, run);
    return std::any_of(authors.begin(), authors.end(), [&](const std::string& one) {
        if (one.empty()) return false;
        return equal_ignoring_case(one, actor) ||
               (!account.empty() && equal_ignoring_case(one, account));
    });
}

}  // namespace triphammer::queue
