#include "queue/voters.hpp"

#include "base/text.hpp"
#include "store/deployments/approval_store.hpp"
#include "store/people/identity_store.hpp"
#include "store/people/token_store.hpp"
#include "store/people/user_store.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace triphammer::queue {

using nlohmann::json;

namespace {

constexpr std::string_view kUser = "user:";
constexpr std::string_view kToken = "token:";

std::string account_of(const std::string& actor) {
    return actor.starts_with(kUser) ? actor.substr(kUser.size()) : std::string{};
}

void add_text(std::vector<std::string>& out, const json& tree, const char* path) {
    const json::json_pointer pointer{path};
    if (!tree.is_object() || !tree.contains(pointer)) return;
    const auto& value = tree.at(pointer);
    if (value.is_string()) out.push_back(value.get<std::string>());
}

void add_number(std::vector<std::int64_t>& out, const json& tree, const char* path) {
    const json::json_pointer pointer{path};
    if (!tree.is_object() || !tree.contains(pointer)) return;
    const auto& value = tree.at(pointer);
    if (value.is_number_integer()) out.push_back(value.get<std::int64_t>());
    // github.actor_id is text, as in GitHub's own context.
    if (!value.is_string()) return;
    if (const auto number = parse_integer(value.get<std::string>())) out.push_back(*number);
}

/// Who is behind a run, by what they are called, and by GitHub's numbers where it says them.
struct Authors {
    std::vector<std::string> names;
    std::vector<std::int64_t> numbers;
};

void add_names(std::vector<std::string>& out, const json& contexts) {
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
}

void add_numbers(std::vector<std::int64_t>& out, const json& contexts) {
    constexpr std::array kPlaces{
        "/github/actor_id",
        "/github/event/sender/id",
        "/github/event/pull_request/user/id",
        "/github/event/release/author/id",
    };
    for (const auto* place : kPlaces) add_number(out, contexts, place);
}

Authors list_authors(store::Connection& db, model::RunId id) {
    Authors out;
    out.names.push_back(store::rerun_by(db, id));
    const auto run = store::find_run(db, id);
    if (!run) return out;
    out.names.push_back(run->actor);
    const auto contexts = json::parse(run->contexts_json, nullptr, false);
    add_names(out.names, contexts);
    add_numbers(out.numbers, contexts);
    return out;
}

/// What this actor is called here and, where the account is or was linked, at GitHub: else one
/// could unlink oneself from one's own change.
Authors aliases_of(store::Connection& db, const std::string& actor) {
    Authors out{{actor}, {}};
    const auto account = account_of(actor);
    if (account.empty()) return out;
    out.names.push_back(account);
    const auto user = store::find_user_by_name(db, account);
    if (!user) return out;
    for (const auto& past : store::list_past_identities(db, user->id)) {
        out.names.push_back(past.login);
        out.numbers.push_back(past.number);
    }
    const auto identity = store::find_identity(db, user->id);
    if (!identity) return out;
    out.names.push_back(identity->login);
    out.numbers.push_back(identity->number);
    return out;
}

bool meet(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    return std::any_of(a.begin(), a.end(), [&](const std::string& one) {
        return !one.empty() && std::any_of(b.begin(), b.end(), [&](const std::string& other) {
            return equal_ignoring_case(one, other);
        });
    });
}

/// On the server and on this repository; none of a disabled account.
std::vector<std::string> list_roles(
    store::Connection& db, const store::UserRow& user, model::RepositoryId repository
) {
    if (user.disabled_at) return {};
    std::vector<std::string> out{user.role};
    for (const auto& grant : store::list_grants(db, user.id)) {
        if (grant.repository == repository) out.push_back(grant.role);
    }
    return out;
}

/// Whoever lost the right since does not count.
bool may_answer(const std::vector<std::string>& roles) {
    return std::any_of(roles.begin(), roles.end(), [](const std::string& role) {
        return role == "approver" || role == "admin";
    });
}

/// True for whoever is no token, too: the admin socket.
bool is_valid_token(store::Connection& db, const std::string& actor) {
    if (!actor.starts_with(kToken)) return true;
    const auto name = actor.substr(kToken.size());
    const auto tokens = store::list_tokens(db);
    return std::none_of(tokens.begin(), tokens.end(), [&](const store::TokenRow& token) {
        return token.name == name && token.revoked_at;
    });
}

}  // namespace

bool is_reviewer(
    store::Connection& db,
    model::RepositoryId repository,
    const std::vector<std::string>& reviewers,
    const std::string& actor
) {
    const auto account = account_of(actor);
    const auto user = account.empty() ? std::nullopt : store::find_user_by_name(db, account);
    const auto roles = user ? list_roles(db, *user, repository) : std::vector<std::string>{};
    if (user ? !may_answer(roles) : !is_valid_token(db, actor)) return false;
    const auto is_meant = [&](const std::string& one) {
        return one == actor || (user && equal_ignoring_case(one, account)) ||
               std::find(roles.begin(), roles.end(), one) != roles.end();
    };
    return reviewers.empty() || std::any_of(reviewers.begin(), reviewers.end(), is_meant);
}

bool is_author(store::Connection& db, model::RunId run, const std::string& actor) {
    const auto authors = list_authors(db, run);
    const auto aliases = aliases_of(db, actor);
    const auto& numbers = authors.numbers;
    return meet(authors.names, aliases.names) ||
           std::any_of(aliases.numbers.begin(), aliases.numbers.end(), [&](std::int64_t number) {
               return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
           });
}

}  // namespace triphammer::queue
