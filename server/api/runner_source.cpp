// What a runner may fetch: commits of its own run's repository, and actions that the configuration
// allows. The daemon fetches, with its own credential; the runner gets a pack.
#include "api/handlers.hpp"
#include "api/reply.hpp"
#include "api/runner_token.hpp"
#include "api/services.hpp"
#include "artifacts/rules.hpp"
#include "base/digest.hpp"
#include "base/text.hpp"
#include "git/mirror.hpp"
#include "git/repository.hpp"
#include "git/upload_pack.hpp"
#include "store/database.hpp"
#include "store/repository_store.hpp"

#include <nlohmann/json.hpp>

#include <map>

namespace triphammer::api {

namespace {

/// The body; empty means the run's own commit, alone.
struct Wanted {
    std::string action;  // OWNER/REPO
    std::string commit;
    std::string ref;  // in full
    std::int64_t depth = 1;
};

struct Owner {
    store::RepositoryRow repository;
    std::string sha;  // of the run
};

struct Found {
    std::filesystem::path mirror;
    git::SourceWant want;
};

Result<Owner> find_owner(store::Connection& connection, const std::string& token) {
    const auto fence = find_fence(connection, token);
    if (!fence) return fence.error();
    const auto owner = artifacts::find_owner(connection, *fence);
    if (!owner) return owner.error();
    auto repository = store::find_repository(connection, owner->run.repository);
    if (!repository) return not_found("the run's repository was removed");
    return Owner{std::move(*repository), owner->run.sha};
}

Result<Wanted> read_wanted(const std::string& body) {
    Wanted out;
    if (body.empty()) return out;
    const auto json = nlohmann::json::parse(body, nullptr, false);
    if (!json.is_object()) return invalid("the body is no JSON object");
    const std::map<std::string, std::string*> texts{
        {"action", &out.action}, {"commit", &out.commit}, {"ref", &out.ref}};
    for (const auto& [name, value] : json.items()) {
        const auto text = texts.find(name);
        if (name == "depth" && value.is_number_integer()) {
            out.depth = value.get<std::int64_t>();
        } else if (text != texts.end() && value.is_string()) {
            *text->second = value.get<std::string>();
        } else {
            return invalid("'" + name + "' is not known");
        }
    }
    return out;
}

/// Actions' repositories have no row: their mirrors are named by their names' digest.
model::RepositoryId action_repository_id(const std::string& name) {
    constexpr std::size_t kDigits = 15;  // below 2^60
    const auto digest = sha256_hex(to_lower(name)).substr(0, kDigits);
    return model::RepositoryId{std::stoll(digest, nullptr, 16)};
}

Task<Result<Found>> find_action(Services& services, Wanted wanted) {
    if (!git::is_object_id(wanted.commit)) {
        co_return invalid("an action is named by its full commit, 40 hex digits");
    }
    if (!services.action_remote) co_return Error{Code::unavailable, "there is no daemon"};
    auto remote = services.action_remote(wanted.action);
    if (!remote) co_return remote.error();
    const auto id = action_repository_id(wanted.action);
    std::vector<git::Want> wants(1);
    wants[0].sha = wanted.commit;
    auto ensuring = services.action_mirrors->ensure(id, std::move(*remote), std::move(wants));
    if (auto there = co_await std::move(ensuring); !there) {
        co_return with_context("the action " + wanted.action, there.error());
    }
    Found out;
    out.mirror = services.action_mirrors->path_of(id);
    out.want.sha = std::move(wanted.commit);
    co_return out;
}

/// What `ref` is now, or what was known of it where nobody can be asked.
Task<Result<std::string>> resolve_ref(
    Services& services, const store::RepositoryRow& repository, std::string ref
) {
    if (services.repository_remote) {
        auto remote = services.repository_remote(repository);
        if (!remote) co_return remote.error();
        std::vector<git::Want> wants(1);
        wants[0].ref = ref;
        auto ensuring =
            services.mirrors->ensure(repository.id, std::move(*remote), std::move(wants));
        if (auto there = co_await std::move(ensuring); !there) co_return there.error();
    }
    auto resolving = services.mirrors->resolve(repository.id, std::move(ref));
    co_return co_await std::move(resolving);
}

Task<Result<Found>> find_source(Services& services, Owner owner, Wanted wanted) {
    Found out;
    out.mirror = services.mirrors->path_of(owner.repository.id);
    out.want.depth = wanted.depth;
    out.want.sha = wanted.commit.empty() ? owner.sha : std::move(wanted.commit);
    if (!git::is_object_id(out.want.sha)) {
        co_return invalid("a commit is named by all its 40 hex digits");
    }
    if (wanted.ref.empty()) co_return out;
    auto resolving = resolve_ref(services, owner.repository, std::move(wanted.ref));
    auto sha = co_await std::move(resolving);
    if (!sha) co_return sha.error();
    out.want.sha = std::move(*sha);
    co_return out;
}

Task<> send_pack(Services& services, Found found, http::BodyWriter& writer) {
    auto forward = [&writer](std::string bytes) { return writer.write(std::move(bytes)); };
    auto sending = git::send_source(
        *services.spawner, std::move(found.mirror), std::move(found.want), std::move(forward)
    );
    const auto sent = co_await std::move(sending);
    // The head is gone already: a cut chunked body tells the runner that the pack is not whole.
    if (!sent) throw std::runtime_error("the source could not be sent: " + sent.error().message);
}

}  // namespace

Answer runner_source(Services& services, Call call) {
    const auto token = token_of(call.request);
    auto find = [&](store::Connection& connection) { return find_owner(connection, token); };
    auto asked = services.database.read(find);
    auto owner = co_await std::move(asked);
    if (!owner) co_return http::make_error(owner.error());
    auto wanted = read_wanted(call.request.body);
    if (!wanted) co_return http::make_error(wanted.error());
    auto finding = wanted->action.empty()
                       ? find_source(services, std::move(*owner), std::move(*wanted))
                       : find_action(services, std::move(*wanted));
    auto found = co_await std::move(finding);
    if (!found) co_return http::make_error(found.error());
    http::Response response{200};
    response.headers.set("Content-Type", "application/x-git-upload-pack-result");
    response.headers.set("Triphammer-Commit", found->want.sha);
    response.body = http::StreamBody{[&services, found = *found](http::BodyWriter& writer) {
        return send_pack(services, found, writer);
    }};
    co_return response;
}

}  // namespace triphammer::api
