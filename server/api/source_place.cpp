#include "api/source_place.hpp"

#include "api/services.hpp"
#include "base/digest.hpp"
#include "base/text.hpp"
#include "git/mirror.hpp"
#include "intake/remote_workflows.hpp"
#include "store/database.hpp"

#include <nlohmann/json.hpp>

#include <map>

namespace triphammer::api {

namespace {

/// Actions' repositories have no row: their mirrors are named by their names' digest.
model::RepositoryId action_repository_id(const std::string& name) {
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
    out.id = action_repository_id(name);
    out.remote = std::move(*remote);
    return out;
}

Result<SourcePlace> place_of(Services& services, const store::RepositoryRow& repository) {
    SourcePlace out;
    out.mirrors = services.mirrors;
    out.id = repository.id;
    out.url = repository.clone_url;
    if (!services.repository_remote) return out;
    auto remote = services.repository_remote(repository);
    if (!remote) return remote.error();
    out.remote = std::move(*remote);
    return out;
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

Task<Result<SourcePlace>> place_of_other(
    Services& services, const SourceOwner& owner, const std::string& name
) {
    if (!services.repository_remote) {
        co_return refused(name + " cannot be checked out: a run without a server has one tree");
    }
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
    auto place = place_of(services, **other);
    if (!place) co_return place.error();
    const auto& branch = (*other)->default_branch;
    place->ref = branch.empty() ? std::string{git::kHead} : "refs/heads/" + branch;
    co_return place;
}

}  // namespace

Result<SourceWanted> read_source_wanted(const std::string& body) {
    SourceWanted out;
    if (body.empty()) return out;
    const auto json = nlohmann::json::parse(body, nullptr, false);
    if (!json.is_object()) return invalid("the body is no JSON object");
    const std::map<std::string, std::string*> texts{
        {"action", &out.action},
        {"repository", &out.repository},
        {"commit", &out.commit},
        {"ref", &out.ref}};
    for (const auto& [name, value] : json.items()) {
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
    return out;
}

bool may_read(const SourceOwner& owner, const store::RepositoryRow& other) {
    if (other.id == owner.repository.id) return true;
    if (owner.from_fork) return other.workflow_access == "everyone";
    return intake::may_call(owner.repository, other);
}

Task<Result<SourcePlace>> find_source_place(
    Services& services, const SourceOwner& owner, const SourceWanted& wanted
) {
    if (!wanted.action.empty()) co_return place_of_action(services, wanted.action);
    const bool is_own = wanted.repository.empty() ||
                        equal_ignoring_case(wanted.repository, owner.repository.full_name);
    if (!is_own) {
        auto placing = place_of_other(services, owner, wanted.repository);
        co_return co_await std::move(placing);
    }
    auto place = place_of(services, owner.repository);
    if (!place) co_return place.error();
    place->commit = owner.sha;
    place->ref = owner.ref;
    co_return place;
}

}  // namespace triphammer::api
