#include "intake/github_feeds.hpp"

#include "access/repository_keys.hpp"
#include "github/hooks.hpp"
#include "store/sqlite/database.hpp"

#include <chrono>

namespace triphammer::intake {

using namespace std::chrono_literals;
using store::RepositoryRow;

namespace {

constexpr auto kLookAgain = 1h;
// GitHub caps a payload at 25 MB; around it stand the headers and the answer of the attempt.
constexpr std::uint64_t kLargest = 48ULL << 20U;

bool is_at(const std::string& clone_url, const std::string& host) {
    const auto begin = clone_url.find("://");
    return begin != std::string::npos && clone_url.substr(begin + 3).starts_with(host + "/");
}

}  // namespace

GitHubFeeds::GitHubFeeds(Parts parts, FeedSettings settings)
    : parts_{parts}, settings_{std::move(settings)} {
    settings_.api.body_limit = kLargest;
}

Task<Result<std::vector<Feed>>> GitHubFeeds::list() {
    auto reading = read_repositories();
    auto rows = co_await std::move(reading);
    if (!rows) co_return rows.error();
    std::vector<Feed> feeds;
    if (parts_.app.is_known()) feeds.push_back(Feed{{}, "/app/hook", {}});
    for (auto& row : *rows) {
        auto token = token_of(row);
        if (token.empty()) continue;
        if (row.forge_hook == 0 && may_look(row)) {
            auto looking = look_for_hook(row, token);
            co_await std::move(looking);
        }
        if (row.forge_hook == 0) continue;
        const auto path =
            github::repository_path(row.full_name) + "/hooks/" + std::to_string(row.forge_hook);
        feeds.push_back(Feed{row.hook, path, std::move(token)});
    }
    co_return feeds;
}

Task<Result<github::ApiAnswer>> GitHubFeeds::get(Feed feed, std::string path, std::string etag) {
    if (feed.token.empty()) {
        auto asking = parts_.app.get(std::move(path), std::move(etag), kLargest);
        co_return co_await std::move(asking);
    }
    auto settings = settings_.api;
    settings.token = feed.token;
    const github::Client client{std::move(settings), parts_.clock};
    auto asking = client.get(std::move(path), std::move(etag));
    co_return co_await std::move(asking);
}

Task<Result<github::Client>> GitHubFeeds::client_for(RepositoryRow row) {
    auto settings = settings_.api;
    settings.token = token_of(row);
    if (settings.token.empty() && parts_.app.is_known()) {
        auto borrowing = parts_.app.borrow(row.full_name, {{"contents", "read"}});
        auto token = co_await std::move(borrowing);
        if (!token) co_return token.error();
        settings.token = std::move(*token);
    }
    if (settings.token.empty()) co_return not_found("nobody may read " + row.full_name);
    co_return github::Client{std::move(settings), parts_.clock};
}

Task<Result<std::vector<RepositoryRow>>> GitHubFeeds::read_repositories() {
    using Rows = std::vector<RepositoryRow>;
    auto work = [](store::Connection& db) { return Result<Rows>{store::list_repositories(db)}; };
    auto reading = parts_.database.read(work);
    co_return co_await std::move(reading);
}

/// Its own, else the server's; empty: none that GitHub would know.
Secret GitHubFeeds::token_of(const RepositoryRow& row) const {
    auto own = access::open_clone_token(parts_.sealer, row);
    const bool is_ours = row.forge_hook != 0 || is_at(row.clone_url, settings_.token_host);
    if (!own || !is_ours) return {};
    return own->empty() ? settings_.api.token : std::move(*own);
}

/// Once an hour: a hook that a person makes is there when its first deliveries come by themselves.
bool GitHubFeeds::may_look(const RepositoryRow& row) {
    const auto now = parts_.clock.instant();
    const auto [known, is_new] = looked_at_.try_emplace(row.id, now);
    if (settings_.hooks.empty() || (!is_new && now - known->second < kLookAgain)) return false;
    known->second = now;
    return true;
}

Task<> GitHubFeeds::look_for_hook(RepositoryRow& row, const Secret& token) {
    auto api = settings_.api;
    api.token = token;
    const github::Client client{std::move(api), parts_.clock};
    auto finding = github::find_hook(client, row.full_name, settings_.hooks + row.hook);
    const auto found = co_await std::move(finding);
    if (!found || !*found) co_return;  // no right to see it, or none: it is only a help
    auto keep = [&](store::Transaction& tx) { return store::set_forge_hook(tx, row.id, **found); };
    auto keeping = parts_.database.write(keep);
    const auto kept = co_await std::move(keeping);
    if (kept) row.forge_hook = **found;
}

}  // namespace triphammer::intake
