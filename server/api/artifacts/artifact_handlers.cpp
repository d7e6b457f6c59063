#include "api/artifacts/artifact_json.hpp"
#include "api/artifacts/handlers.hpp"
#include "api/call/audit.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/call/stored_file.hpp"
#include "artifacts/keeper.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using nlohmann::json;

namespace {

/// The artifact of the path, if it is the run's and the caller may see it.
Result<store::ArtifactRow> find_named(store::Connection& db, const Call& call) {
    const auto run = find_visible_run(db, call);
    if (!run) return run.error();
    const auto id = id_of(call.parameter(1));
    if (!id) return id.error();
    auto artifact = store::find_artifact(db, *id);
    if (!artifact || artifact->run != *run) {
        return not_found(
            "run " + call.parameter(0) + " has no artifact " + call.parameter(1) +
            " (any more: they are kept for a time only)"
        );
    }
    return std::move(*artifact);
}

Error no_store() {
    return Error{Code::unavailable, "no daemon is running"};
}

}  // namespace

json to_json(const Services& services, const store::ArtifactRow& artifact) {
    const auto id = std::to_string(artifact.id);
    const auto run = model::to_text(artifact.run);
    return {
        {"id", id},
        {"name", artifact.name},
        {"run", run},
        {"job", model::to_text(artifact.job)},
        {"bytes", artifact.bytes},
        {"sha256", artifact.sha256},
        {"created_at", to_rfc3339(artifact.created_at)},
        {"expires_at", to_rfc3339(artifact.expires_at)},
        {"url", services.base_url + "/api/v1/runs/" + run + "/artifacts/" + id + "/zip"},
    };
}

Answer list_artifacts(Services& services, Call call) {
    auto list = [&](store::Connection& db) -> Result<std::string> {
        const auto run = find_visible_run(db, call);
        if (!run) return run.error();
        auto items = json::array();
        for (const auto& row : store::list_artifacts(db, *run)) {
            items.push_back(to_json(services, row));
        }
        return json{{"items", items}, {"next", nullptr}}.dump();
    };
    auto answering = reply_from(services, list);
    co_return co_await std::move(answering);
}

Answer download_artifact(Services& services, Call call) {
    if (services.keeper == nullptr) co_return http::make_error(no_store());
    auto find = [&](store::Connection& db) { return find_named(db, call); };
    auto finding = services.database.read(find);
    const auto artifact = co_await std::move(finding);
    if (!artifact) co_return http::make_error(artifact.error());
    auto opening = services.keeper->open_artifact(*artifact);
    auto opened = co_await std::move(opening);
    if (!opened) co_return http::make_error(opened.error());
    co_return make_download(call, std::move(*opened), artifact->name + ".zip");
}

Answer remove_artifact(Services& services, Call call) {
    if (services.keeper == nullptr) co_return http::make_error(no_store());
    auto find = [&](store::Connection& db) { return find_named(db, call); };
    auto finding = services.database.read(find);
    const auto artifact = co_await std::move(finding);
    if (!artifact) co_return http::make_error(artifact.error());
    auto removing = services.keeper->remove_artifact(*artifact, auditor_of(call));
    const auto removed = co_await std::move(removing);
    co_return reply_empty(removed);
}

}  // namespace triphammer::api
