// What submodules a commit has that the runner has checked out.
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/runner/handlers.hpp"
#include "api/runner/runner_token.hpp"
#include "api/runner/source_place.hpp"
#include "git/repository.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

namespace {

Task<Result<std::vector<git::Module>>> find_modules(
    Services& services, SourceOwner owner, SourceWanted wanted
) {
    if (!git::is_object_id(wanted.commit)) co_return invalid("commit: 40 hex digits");
    auto placing = find_source_place(services, owner, wanted);
    const auto place = co_await std::move(placing);
    if (!place) co_return place.error();
    auto bringing = bring(*place, {"", wanted.commit});
    if (auto there = co_await std::move(bringing); !there) co_return there.error();
    auto listing = place->mirrors->list_modules(place->id, wanted.commit, place->url);
    auto modules = co_await std::move(listing);
    // An empty folder where a submodule was asked for would be a surprise.
    if (modules && !modules->empty() && services.submodules == Submodules::none) {
        const auto& first = modules->front();
        co_return with_context(
            ".gitmodules, submodule at '" + first.path + "' (" + first.url + ")", refuse_modules()
        );
    }
    co_return modules;
}

nlohmann::json module_list(const std::vector<git::Module>& modules) {
    auto list = nlohmann::json::array();
    for (const auto& one : modules) {
        list.push_back({{"path", one.path}, {"url", one.url}, {"commit", one.commit}});
    }
    return {{"modules", std::move(list)}};
}

}  // namespace

Answer list_runner_modules(Services& services, Call call) {
    auto asking = find_source_owner(services, token_of(call.request));
    auto owner = co_await std::move(asking);
    if (!owner) co_return http::make_error(owner.error());
    SourceWanted wanted;
    wanted.repository = query_text(call, "repository");
    wanted.module = query_text(call, "module");
    wanted.commit = query_text(call, "commit");
    auto listing = find_modules(services, std::move(*owner), std::move(wanted));
    const auto modules = co_await std::move(listing);
    if (!modules) co_return http::make_error(modules.error());
    // A path need not be UTF-8; no folder has the name that is told then.
    const auto text =
        module_list(*modules).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    co_return http::make_json(200, text);
}

}  // namespace triphammer::api
