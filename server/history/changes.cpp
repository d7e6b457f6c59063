#include "history/changes.hpp"

#include "history/json.hpp"
#include "store/runs/run_store.hpp"

#include <algorithm>
#include <map>

namespace triphammer::history {

namespace {

constexpr std::int64_t kMostRead = 4 << 20;
constexpr int kDeepestEvent = 16;
constexpr std::size_t kMostCommits = 200;
constexpr std::size_t kMostFiles = 500;

/// A member of an object; null where there is none.
const json& member_of(const json& object, const char* name) {
    static const json kNull;
    if (!object.is_object()) return kNull;
    const auto found = object.find(name);
    return found == object.end() ? kNull : *found;
}

std::string text_of(const json& object, const char* name) {
    const auto& value = member_of(object, name);
    return value.is_string() ? value.get<std::string>() : std::string{};
}

json number_of(const json& object, const char* name) {
    const auto& value = member_of(object, name);
    return value.is_number_integer() ? value : json(nullptr);
}

/// A commit's id and nothing else: it becomes a part of a link.
std::string sha_of(const json& object, const char* name) {
    auto text = text_of(object, name);
    const bool is_sha =
        text.size() == 40 && text.find_first_not_of("0123456789abcdef") == text.npos;
    const bool is_none = text.find_first_not_of('0') == text.npos;
    return is_sha && !is_none ? text : std::string{};
}

json read_body(store::Connection& db, const store::RunRow& run) {
    const auto delivery = store::find_delivery(db, run.delivery);
    if (!delivery || delivery->body_bytes > kMostRead) return nullptr;
    const auto body = store::find_delivery_body(db, run.delivery);
    const auto is_shallow = [](int depth, json::parse_event_t, json&) {
        return depth <= kDeepestEvent;
    };
    auto tree = body ? json::parse(*body, is_shallow, false) : json(nullptr);
    return tree.is_discarded() ? json(nullptr) : tree;
}

/// What a link and a text need.
struct Shown {
    std::string page;  // the repository's; empty: no links
    const HideText& hide;

    json link(const std::string& rest) const { return page.empty() ? json() : json(page + rest); }

    json compare(const std::string& from, const std::string& to) const {
        if (from.empty() || to.empty() || from == to) return nullptr;
        return link("/compare/" + from + "..." + to);
    }

    json text(const std::string& said) const { return or_null(hide(said)); }
};

json describe_commit(const json& commit, const Shown& shown) {
    const auto sha = sha_of(commit, "id");
    const auto message = text_of(commit, "message");
    const auto& author = member_of(commit, "author");
    const auto login = text_of(author, "username");
    return {
        {"sha", or_null(sha)},
        {"title", shown.text(message.substr(0, message.find('\n')))},
        {"author", shown.text(login.empty() ? text_of(author, "name") : login)},
        {"at", or_null(text_of(commit, "timestamp"))},
        {"page", sha.empty() ? json() : shown.link("/commit/" + sha)},
    };
}

/// The newest ones, in the event's order: oldest first.
json describe_commits(const json& commits, const Shown& shown) {
    auto out = json::array();
    const auto first = commits.size() - std::min(commits.size(), kMostCommits);
    for (auto at = first; at < commits.size(); ++at) {
        out.push_back(describe_commit(commits[at], shown));
    }
    return out;
}

void add_push(json& out, const json& body, const Shown& shown) {
    const auto& commits = member_of(body, "commits");
    if (!commits.is_array()) return;
    out["commits"] = describe_commits(commits, shown);
    out["more_commits"] = commits.size() - out["commits"].size();
    auto files = merge_files(commits);
    out["more_files"] = files.size() - std::min(files.size(), kMostFiles);
    if (files.size() > kMostFiles) files.erase(files.begin() + kMostFiles, files.end());
    for (auto& file : files) file["path"] = shown.hide(file["path"].get<std::string>());
    out["files"] = std::move(files);
}

json describe_side(const json& side, const Shown& shown) {
    return {{"ref", shown.text(text_of(side, "ref"))}, {"sha", or_null(sha_of(side, "sha"))}};
}

json describe_pull(const json& pull, const Shown& shown) {
    const auto number = number_of(pull, "number");
    const auto rest = number.is_null() ? std::string{} : "/pull/" + number.dump();
    return {
        {"number", number},
        {"title", shown.text(text_of(pull, "title"))},
        {"author", shown.text(text_of(member_of(pull, "user"), "login"))},
        {"page", rest.empty() ? json() : shown.link(rest)},
        {"files_page", rest.empty() ? json() : shown.link(rest + "/files")},
        {"base", describe_side(member_of(pull, "base"), shown)},
        {"head", describe_side(member_of(pull, "head"), shown)},
        {"commits", number_of(pull, "commits")},
        {"files", number_of(pull, "changed_files")},
        {"additions", number_of(pull, "additions")},
        {"deletions", number_of(pull, "deletions")},
    };
}

/// Of a push, or of a push to a pull request, what it brought; else all of the pull request.
json compare_of(const json& body, const Shown& shown) {
    auto own = shown.compare(sha_of(body, "before"), sha_of(body, "after"));
    if (!own.is_null()) return own;
    const auto& pull = member_of(body, "pull_request");
    return shown.compare(
        sha_of(member_of(pull, "base"), "sha"), sha_of(member_of(pull, "head"), "sha")
    );
}

}  // namespace

json merge_files(const json& commits) {
    std::map<std::string, std::string> found;
    const auto note = [&](const std::string& path, const std::string& change) {
        auto& now = found[path];
        const bool was_there = now == "modified" || now == "removed" || now.empty();
        if (change == "removed") {
            if (was_there)
                now = change;
            else
                found.erase(path);
        } else if (now == "removed") {
            now = "modified";
        } else if (now.empty()) {
            now = change;
        }
    };
    for (const auto& commit : commits) {
        for (const auto* change : {"added", "modified", "removed"}) {
            for (const auto& path : member_of(commit, change)) {
                if (path.is_string()) note(path.get<std::string>(), change);
            }
        }
    }
    auto out = json::array();
    for (const auto& [path, change] : found) out.push_back({{"path", path}, {"change", change}});
    return out;
}

Result<std::string> get_changes(
    store::Connection& db, model::RunId id, const std::string& github_url, const HideText& hide
) {
    const auto run = store::find_run(db, id);
    if (!run) return not_found("there is no run " + to_text(id));
    const Shown shown{page_of(db, run->repository, github_url), hide};
    const auto body = read_body(db, *run);
    const auto& pull = member_of(body, "pull_request");
    const auto& forced = member_of(body, "forced");
    json out{
        {"sha", run->sha},
        {"page", run->sha.empty() ? json() : shown.link("/commit/" + run->sha)},
        {"compare", compare_of(body, shown)},
        {"forced", forced.is_boolean() && forced.get<bool>()},
        {"commits", nullptr},
        {"more_commits", 0},
        {"files", nullptr},
        {"more_files", 0},
        {"pull_request", pull.is_object() ? describe_pull(pull, shown) : json()},
    };
    if (run->event == "push") add_push(out, body, shown);
    return to_text(out);
}

}  // namespace triphammer::history
