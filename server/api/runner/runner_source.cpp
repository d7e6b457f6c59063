// What a runner may fetch: commits of its own run's repository, of others that may be read from
// there, and of actions that the configuration allows. The daemon fetches, with each one's own
// credential; the runner gets a pack.
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/runner/handlers.hpp"
#include "api/runner/runner_token.hpp"
#include "api/runner/source_place.hpp"
#include "git/mirror.hpp"
#include "git/repository.hpp"
#include "git/upload_pack.hpp"

#include <set>

namespace triphammer::api {

namespace {

struct Found {
    std::filesystem::path mirror;
    git::SourceWant want;
    std::string head;  // "ref" lines, framed: what goes before git's own answer
    std::string url;
    std::string ref;  // of another repository whose default was meant
};

/// The commit that is meant, in the mirror: a ref is what it is now, or what was known of it where
/// nobody can be asked.
Task<Result<std::string>> find_commit(const SourcePlace& place, const SourceWanted& wanted) {
    git::Want want{wanted.ref, wanted.commit};
    if (want.ref.empty() && want.sha.empty()) want = {place.ref, place.commit};
    const bool is_named_well = want.sha.empty() || git::is_object_id(want.sha);
    if (!is_named_well) co_return invalid("a commit is named by all its 40 hex digits");
    auto bringing = bring(place, want);
    if (auto there = co_await std::move(bringing); !there) co_return there.error();
    auto resolving = place.mirrors->resolve(place.id, want.sha.empty() ? want.ref : want.sha);
    co_return co_await std::move(resolving);
}

/// "refs/heads/main" is a branch of the remote in the job's repository.
std::string name_in_job(const std::string& name) {
    constexpr std::string_view kBranches = "refs/heads/";
    if (!name.starts_with(kBranches)) return name;
    return "refs/remotes/origin/" + name.substr(kBranches.size());
}

/// As GitHub's checkout has it: all tags where they are asked for, and branches with all history.
Task<Result<>> add_refs(const SourcePlace& place, bool with_branches, Found& found) {
    auto bringing = bring(place, {std::string{git::kEverything}, ""});
    if (auto there = co_await std::move(bringing); !there) co_return there.error();
    auto listing = place.mirrors->list_refs(place.id);
    const auto refs = co_await std::move(listing);
    if (!refs) co_return refs.error();
    std::set<std::string> ids;
    for (const auto& ref : *refs) {
        if (!with_branches && !ref.name.starts_with("refs/tags/")) continue;
        found.head += git::make_packet("ref " + ref.id + " " + name_in_job(ref.name) + "\n");
        ids.insert(ref.id);
    }
    found.want.besides.assign(ids.begin(), ids.end());
    co_return Result<>{};
}

Task<Result<Found>> find_source(Services& services, SourceOwner owner, SourceWanted wanted) {
    const bool needs_commit = !wanted.action.empty() || !wanted.module.empty();
    if (needs_commit && !git::is_object_id(wanted.commit)) {
        co_return invalid("an action or a submodule is named by its full commit, 40 hex digits");
    }
    auto placing = find_source_place(services, owner, wanted);
    const auto place = co_await std::move(placing);
    if (!place) co_return place.error();
    auto finding = find_commit(*place, wanted);
    auto sha = co_await std::move(finding);
    const auto what = wanted.action + wanted.module + wanted.repository;  // one of them, or none
    if (!sha) co_return what.empty() ? sha.error() : with_context(what, sha.error());
    Found out;
    out.mirror = place->mirrors->path_of(place->id);
    out.url = place->url;
    const bool is_default = wanted.ref.empty() && wanted.commit.empty() && place->commit.empty();
    if (is_default && git::is_ref_name(place->ref)) out.ref = place->ref;
    out.want.sha = std::move(*sha);
    out.want.depth = wanted.depth;
    out.want.have = wanted.have;
    const bool is_whole = wanted.depth == 0;
    if (is_whole || wanted.tags) {
        auto adding = add_refs(*place, is_whole, out);
        if (auto added = co_await std::move(adding); !added) co_return added.error();
    }
    co_return out;
}

Task<> send_pack(Services& services, Found found, http::BodyWriter& writer) {
    if (!found.head.empty()) {
        auto leading = writer.write(std::move(found.head));
        if (auto led = co_await std::move(leading); !led) {
            throw std::runtime_error("the source could not be sent: " + led.error().message);
        }
    }
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
    auto asking = find_source_owner(services, token_of(call.request));
    auto owner = co_await std::move(asking);
    if (!owner) co_return http::make_error(owner.error());
    auto wanted = read_source_wanted(call.request.body);
    if (!wanted) co_return http::make_error(wanted.error());
    auto finding = find_source(services, std::move(*owner), std::move(*wanted));
    auto found = co_await std::move(finding);
    if (!found) co_return http::make_error(found.error());
    http::Response response{200};
    response.headers.set("Content-Type", "application/x-git-upload-pack-result");
    response.headers.set("Triphammer-Commit", found->want.sha);
    if (!found->url.empty()) response.headers.set("Triphammer-Origin", found->url);
    if (!found->ref.empty()) response.headers.set("Triphammer-Ref", found->ref);
    response.body = http::StreamBody{[&services, found = *found](http::BodyWriter& writer) {
        return send_pack(services, found, writer);
    }};
    co_return response;
}

}  // namespace triphammer::api
