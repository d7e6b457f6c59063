// What jobs store and fetch, over the runners' socket. Who asks is known by the attempt's token.
//
//   POST /runner/v1/artifacts?name=&sha256=&bytes=[&retention_days=][&overwrite=true]   the zip
//   GET  /runner/v1/artifacts[?run=ID]      of this run, or of another one of the repository
//   GET  /runner/v1/artifacts/ID            the zip
//   DELETE /runner/v1/artifacts/ID          one of this run
//   POST /runner/v1/caches?key=&version=&sha256=&bytes=     a zip, its entries by zstd
//   GET  /runner/v1/caches?key=&version=[&restore=]…        {id, key, bytes}, or 404
//   GET  /runner/v1/caches/ID
#include "api/artifacts/artifact_json.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/call/stored_file.hpp"
#include "api/runner/handlers.hpp"
#include "api/runner/runner_token.hpp"
#include "artifacts/keeper.hpp"
#include "artifacts/rules.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using nlohmann::json;

namespace {

Task<Result<model::Fence>> ask_fence(Services& services, const Call& call) {
    auto token = token_of(call.request);
    auto find = [&](store::Connection& db) { return find_fence(db, token); };
    auto finding = services.database.read(find);
    co_return co_await std::move(finding);
}

Result<artifacts::Declared> read_declared(const Call& call) {
    const auto bytes = query_number(call, "bytes", -1);
    if (!bytes) return bytes.error();
    return artifacts::Declared{query_text(call, "sha256"), *bytes};
}

artifacts::Source source_of(const Call& call) {
    return [reader = call.request.reader] { return reader->read(); };
}

json to_json(const store::CacheRow& cache) {
    return {
        {"id", std::to_string(cache.id)},
        {"key", cache.key},
        {"bytes", cache.bytes},
        {"sha256", cache.sha256}};
}

/// Of the attempt's own run, or of another run of its repository.
Result<model::RunId> find_asked_run(store::Connection& db, const Call& call, model::Fence fence) {
    const auto owner = artifacts::find_owner(db, fence);
    if (!owner) return owner.error();
    const auto asked = query_number(call, "run", owner->run.id.value);
    if (!asked) return asked.error();
    const auto run = store::find_run(db, model::RunId{*asked});
    if (!run || run->repository != owner->run.repository) {
        return not_found("this repository has no run " + std::to_string(*asked));
    }
    return run->id;
}

Result<store::ArtifactRow> find_fetched(
    store::Connection& db, const Call& call, model::Fence fence
) {
    const auto owner = artifacts::find_owner(db, fence);
    if (!owner) return owner.error();
    const auto id = id_of(call.parameter(0));
    if (!id) return id.error();
    auto artifact = store::find_artifact(db, *id);
    if (!artifact || artifact->repository != owner->run.repository) {
        return not_found("there is no artifact " + call.parameter(0));
    }
    return std::move(*artifact);
}

}  // namespace

Answer list_runner_artifacts(Services& services, Call call) {
    auto token = token_of(call.request);
    auto list = [&](store::Connection& db) -> Result<json> {
        const auto fence = find_fence(db, token);
        if (!fence) return fence.error();
        const auto run = find_asked_run(db, call, *fence);
        if (!run) return run.error();
        auto items = json::array();
        for (const auto& row : store::list_artifacts(db, *run)) {
            items.push_back(to_json(services, row));
        }
        return value_of(json{{"items", items}});
    };
    auto listing = services.database.read(list);
    co_return reply(co_await std::move(listing));
}

Answer upload_artifact(Services& services, Call call) {
    auto asking = ask_fence(services, call);
    const auto fence = co_await std::move(asking);
    if (!fence) co_return http::make_error(fence.error());
    const auto declared = read_declared(call);
    if (!declared) co_return http::make_error(declared.error());
    const auto days = query_number(call, "retention_days", 0);
    if (!days) co_return http::make_error(days.error());
    artifacts::ArtifactUpload upload;
    upload.fence = *fence;
    upload.name = query_text(call, "name");
    upload.content = *declared;
    upload.retention_days = *days;
    upload.overwrite = query_text(call, "overwrite") == "true";
    auto taking = services.keeper->take_artifact(std::move(upload), source_of(call));
    const auto taken = co_await std::move(taking);
    if (!taken) co_return http::make_error(taken.error());
    co_return reply(201, to_json(services, *taken));
}

Answer fetch_artifact(Services& services, Call call) {
    auto token = token_of(call.request);
    auto find = [&](store::Connection& db) -> Result<store::ArtifactRow> {
        const auto fence = find_fence(db, token);
        if (!fence) return fence.error();
        return find_fetched(db, call, *fence);
    };
    auto finding = services.database.read(find);
    const auto artifact = co_await std::move(finding);
    if (!artifact) co_return http::make_error(artifact.error());
    auto opening = services.keeper->open_artifact(*artifact);
    auto opened = co_await std::move(opening);
    if (!opened) co_return http::make_error(opened.error());
    co_return make_download(call, std::move(*opened), artifact->name + ".zip");
}

Answer remove_merged_artifact(Services& services, Call call) {
    auto token = token_of(call.request);
    store::AuditActor who;
    auto find = [&](store::Connection& db) -> Result<store::ArtifactRow> {
        const auto fence = find_fence(db, token);
        if (!fence) return fence.error();
        auto artifact = find_fetched(db, call, *fence);
        if (!artifact) return artifact;
        who = {"attempt:" + model::to_text(*fence), "job", {}};
        const auto owner = artifacts::find_owner(db, *fence);
        if (owner && artifact->run == owner->run.id) return artifact;
        return refused("a job removes artifacts of its own run only");
    };
    auto finding = services.database.read(find);
    const auto artifact = co_await std::move(finding);
    if (!artifact) co_return http::make_error(artifact.error());
    auto removing = services.keeper->remove_artifact(*artifact, std::move(who));
    co_return reply_empty(co_await std::move(removing));
}

Answer find_cache(Services& services, Call call) {
    auto asking = ask_fence(services, call);
    const auto fence = co_await std::move(asking);
    if (!fence) co_return http::make_error(fence.error());
    artifacts::CacheQuery query;
    query.fence = *fence;
    query.key = query_text(call, "key");
    query.version = query_text(call, "version");
    for (const auto& field : call.request.query) {
        if (field.name == "restore" && !field.value.empty()) {
            query.restore_keys.push_back(field.value);
        }
    }
    auto finding = services.keeper->find_cache(std::move(query));
    const auto found = co_await std::move(finding);
    if (!found) co_return http::make_error(found.error());
    co_return reply(200, to_json(*found));
}

Answer upload_cache(Services& services, Call call) {
    auto asking = ask_fence(services, call);
    const auto fence = co_await std::move(asking);
    if (!fence) co_return http::make_error(fence.error());
    const auto declared = read_declared(call);
    if (!declared) co_return http::make_error(declared.error());
    artifacts::CacheUpload upload;
    upload.fence = *fence;
    upload.key = query_text(call, "key");
    upload.version = query_text(call, "version");
    upload.content = *declared;
    auto taking = services.keeper->take_cache(std::move(upload), source_of(call));
    const auto taken = co_await std::move(taking);
    if (!taken) co_return http::make_error(taken.error());
    co_return reply(201, to_json(*taken));
}

Answer fetch_cache(Services& services, Call call) {
    auto asking = ask_fence(services, call);
    const auto fence = co_await std::move(asking);
    if (!fence) co_return http::make_error(fence.error());
    const auto id = id_of(call.parameter(0));
    if (!id) co_return http::make_error(id.error());
    auto opening = services.keeper->open_cache(*fence, *id);
    auto opened = co_await std::move(opening);
    if (!opened) co_return http::make_error(opened.error());
    co_return make_download(call, std::move(*opened), "cache.tar.zst");
}

}  // namespace triphammer::api
