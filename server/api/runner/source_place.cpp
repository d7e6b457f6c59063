#include "api/runner/source_place.hpp"

#include "api/call/services.hpp"
#include "api/runner/runner_token.hpp"
#include "artifacts/rules.hpp"
#include "base/digest.hpp"
#include "base/text.hpp"
#include "intake/remote_workflows.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

#include <map>

namespace triphammer::api {

namespace {

/// Repositories without a row: their mirrors are named by their names' digest.
model::RepositoryId unregistered_id(const std::string& name) {
    constexpr std::size_t kDigits = 15;  // below 2^60
    const auto digest = sha256_hex(to_lower(name)).substr(0, kDigits);
    return model::RepositoryId{std::stoll(digest, nullptr, 16)};
}

Result<SourcePlace> place_of_action(Services& services, const std::string& name) {
    if (!services.action_remote) return Error{Code::unavailable, "there is no daemon"};
    auto remote = services.action_remote(name);
    if (!remote) return remote.error();
    SourcePlace out;
    out.mirrors = services.action_mirrors;
    out.id = unregistered_id(name);
    out.remote = std::move(*remote);
    return out;
}

Task<Result<SourcePlace>> place_of(Services& services, store::RepositoryRow repository) {
    SourcePlace out;
    out.mirrors = services.mirrors;
    out.id = repository.id;
    out.url = repository.clone_url;
    if (!services.repository_remote) co_return out;
    auto finding = services.repository_remote(std::move(repository));
    auto remote = co_await std::move(finding);
    if (!remote) co_return remote.error();
    out.remote = std::move(*remote);
    co_return out;
}

Error refuse(const SourceOwner& owner, const store::RepositoryRow& other) {
    if (owner.from_fork) {
        return refused(
            "jobs of a fork's pull request read other repositories only where everybody may: " +
            other.full_name + " is not open to everyone (triphammer repo access)"
        );
    }
    return refused(
        other.full_name + " lets only " +
        (other.workflow_access == "owner" ? "repositories of its owner" : "itself") +
        " read it: triphammer repo access " + other.full_name + " everyone"
    );
}

/// On the host of the run's repository, without any credential of this server's, and from a mirror
/// that was never filled with one.
Result<SourcePlace> place_of_stranger(
    Services& services, const SourceOwner& owner, const std::string& url
) {
    const auto home = git::check_url(git::as_https(owner.repository.clone_url), services.url_rules);
    const auto wanted = services.asks_as_user ? url : git::as_https(url);
    auto checked = git::check_url(wanted, services.url_rules);
    if (!checked) return with_context(url, checked.error());
    if (!home || home->host() != checked->host()) {
        return refused(
            url + " is on another host than " + owner.repository.full_name +
            (services.asks_as_user ? ", whose remote 'origin' says what may be fetched"
                                   : " and not registered on this server: triphammer repo add")
        );
    }
    SourcePlace out;
    out.mirrors = services.action_mirrors;
    out.id = unregistered_id("at " + checked->text());
    out.url = checked->text();
    out.remote = git::Remote{std::move(*checked), Secret{}, services.asks_as_user};
    out.ref = git::kHead;
    return out;
}

/// Without a daemon: beside the repository that the tree's `origin` names.
Result<SourcePlace> place_beside(
    Services& services, const SourceOwner& owner, const std::string& name
) {
    auto url = git::resolve_module_url(owner.repository.clone_url, "../../" + name + ".git");
    if (url) return place_of_stranger(services, owner, *url);
    return refused(
        name +
        " cannot be checked out: it is looked for on the host of the tree's remote 'origin', "
        "and there is none; add it with git remote add origin URL"
    );
}

Task<Result<SourcePlace>> place_of_module(
    Services& services, const SourceOwner& owner, const std::string& url
) {
    if (services.submodules == Submodules::none) co_return refuse_modules();
    auto find = [&url](store::Connection& db) -> Result<std::optional<store::RepositoryRow>> {
        for (auto& row : store::list_repositories(db)) {
            if (git::is_same_repository(row.clone_url, url)) return std::move(row);
        }
        return std::optional<store::RepositoryRow>{};
    };
    auto asked = services.database.read(find);
    const auto row = co_await std::move(asked);
    if (!row) co_return row.error();
    if (*row && !may_read(owner, **row)) co_return refuse(owner, **row);
    if (*row) {
        auto placing = place_of(services, **row);
        co_return co_await std::move(placing);
    }
    if (services.submodules == Submodules::same_host) {
        co_return place_of_stranger(services, owner, url);
    }
    co_return refused(
        url +
        " is not registered on this server: triphammer repo add, or git.submodules: same-host "
        "in the configuration for what anybody may read"
    );
}

Result<SourceOwner> read_owner(store::Connection& connection, const std::string& token) {
    const auto fence = find_fence(connection, token);
    if (!fence) return fence.error();
    const auto owner = artifacts::find_owner(connection, *fence);
    if (!owner) return owner.error();
    auto repository = store::find_repository(connection, owner->run.repository);
    if (!repository) return not_found("the run's repository was removed");
    const auto& run = owner->run;
    return SourceOwner{std::move(*repository), run.sha, run.ref, run.from_fork};
}

Task<Result<SourcePlace>> place_of_other(
    Services& services, const SourceOwner& owner, const std::string& name
) {
    if (services.asks_as_user) co_return place_beside(services, owner, name);
    auto find = [&name](store::Connection& db) -> Result<std::optional<store::RepositoryRow>> {
        return store::find_repository_by_name(db, name);
    };
    auto asked = services.database.read(find);
    const auto other = co_await std::move(asked);
    if (!other) co_return other.error();
    if (!*other) {
        co_return refused(name + " is not registered on this server: triphammer repo add " + name);
    }
    if (!may_read(owner, **other)) co_return refuse(owner, **other);
    auto placing = find_default_place(services, **other);
    co_return co_await std::move(placing);
}

}  // namespace

Task<Result<SourcePlace>> find_default_place(Services& services, store::RepositoryRow repository) {
    const auto branch = repository.default_branch;
    auto placing = place_of(services, std::move(repository));
    auto place = co_await std::move(placing);
    if (!place) co_return place.error();
    place->ref = branch.empty() ? std::string{git::kHead} : "refs/heads/" + branch;
    co_return place;
}

Result<SourceWanted> read_source_wanted(const std::string& body) {
    SourceWanted out;
    if (body.empty()) return out;
    const auto parsed = nlohmann::json::parse(body, nullptr, false);
    if (!parsed.is_object()) return invalid("the body is no JSON object");
    const std::map<std::string, std::string*> texts{
        {"action", &out.action},
        {"repository", &out.repository},
        {"module", &out.module},
        {"commit", &out.commit},
        {"ref", &out.ref},
        {"have", &out.have}};
    for (const auto& [name, value] : parsed.items()) {
        const auto text = texts.find(name);
        if (name == "depth" && value.is_number_integer()) {
            out.depth = value.get<std::int64_t>();
        } else if (name == "tags" && value.is_boolean()) {
            out.tags = value.get<bool>();
        } else if (text != texts.end() && value.is_string()) {
            *text->second = value.get<std::string>();
        } else {
            return invalid("'" + name + "' is not known");
        }
    }
    const bool is_shallow = out.depth == 1 && !out.tags;
    if (!out.have.empty() && !(is_shallow && git::is_object_id(out.have))) {
        return invalid("'have' is a full commit id and goes with a depth of 1, without tags");
    }
    return out;
}

bool may_read(const SourceOwner& owner, const store::RepositoryRow& other) {
    if (other.id == owner.repository.id) return true;
    if (owner.from_fork) return other.workflow_access == "everyone";
    return intake::may_call(owner.repository, other);
}

Error refuse_modules() {
    return refused(
        "submodules are off on this server: an admin sets git.submodules to registered or "
        "same-host in the configuration"
    );
}

Task<Result<SourceOwner>> find_source_owner(Services& services, std::string token) {
    auto read = [&token](store::Connection& connection) { return read_owner(connection, token); };
    auto reading = services.database.read(read);
    co_return co_await std::move(reading);
}

Task<Result<>> bring(const SourcePlace& place, git::Want want) {
    if (!place.remote) co_return Result<>{};
    std::vector<git::Want> wants{std::move(want)};
    auto ensuring = place.mirrors->ensure(place.id, *place.remote, std::move(wants));
    co_return co_await std::move(ensuring);
}

Task<Result<SourcePlace>> find_source_place(
    Services& services, const SourceOwner& owner, const SourceWanted& wanted
) {
    if (!wanted.action.empty()) co_return place_of_action(services, wanted.action);
    if (!wanted.module.empty()) {
        auto placing = place_of_module(services, owner, wanted.module);
        co_return co_await std::move(placing);
    }
    const bool is_own = wanted.repository.empty() ||
                        equal_ignoring_case(wanted.repository, owner.repository.full_name);
    if (!is_own) {
        auto placing = place_of_other(services, owner, wanted.repository);
        co_return co_await std::move(placing);
    }
    auto placing = place_of(services, owner.repository);
    auto place = co_await std::move(placing);
    if (!place) co_return place.error();
    place->commit = owner.sha;
    place->ref = owner.ref;
    co_return place;
}

}  // namespace triphammer::api
