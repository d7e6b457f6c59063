#include "api/deployments/redeploy_handlers.hpp"

#include "api/call/audit.hpp"
#include "api/call/known_fields.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "deployments/redeploy.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using deployments::Redeploy;
using deployments::RedeployKind;
using deployments::RedeployRequest;
using nlohmann::json;

namespace {

Result<> read_texts(const json& body, RedeployRequest& request) {
    for (const auto& [name, place] :
         {std::pair{"environment", &request.environment},
          std::pair{"from", &request.from},
          std::pair{"target", &request.target}}) {
        auto text = text_field(body, name, "");
        if (!text) return text.error();
        *place = std::move(*text);
    }
    return {};
}

Result<RedeployRequest> read_request(const json& body) {
    if (auto known = check_fields(body, {"kind", "environment", "from", "target", "deployment"});
        !known)
        return known.error();
    RedeployRequest request;
    const auto kind = text_field(body, "kind");
    if (!kind) return kind.error();
    const auto parsed = deployments::parse_redeploy_kind(*kind);
    if (!parsed) return invalid("the field 'kind' must be rollback or promotion");
    request.kind = *parsed;
    if (auto read = read_texts(body, request); !read) return read.error();
    if (request.kind == RedeployKind::rollback && !request.from.empty()) {
        return invalid("the field 'from' is for promotions: a rollback stays in its environment");
    }
    const auto deployment = text_field(body, "deployment", "");
    if (!deployment) return deployment.error();
    if (deployment->empty()) return request;
    const auto id = id_of(*deployment);
    if (!id) return invalid("the field 'deployment' must be the id of one, as a text");
    request.deployment = model::DeploymentId{*id};
    return request;
}

json describe_row(const store::DeploymentRow& row) {
    return {
        {"deployment", to_text(row.id)},
        {"environment", row.environment},
        {"image", row.image},
        {"digest", row.digest},
        {"sha", row.sha},
    };
}

json describe(const Redeploy& redeploy, model::RunId run) {
    const auto& live = redeploy.live;
    return {
        {"run", to_text(run)},
        {"kind", deployments::name_of(redeploy.kind)},
        {"environment", redeploy.definition.environment},
        {"target", redeploy.definition.target},
        {"from", live ? describe_row(*live) : json(nullptr)},
        {"to", describe_row(redeploy.source)},
    };
}

}  // namespace

Task<http::Response> deploy_again(Services& services, Call call) {
    const auto body = read_object(call);
    if (!body) co_return http::make_error(body.error());
    const auto read = read_request(*body);
    if (!read) co_return http::make_error(read.error());
    auto start = [&](store::Transaction& tx) -> Result<json> {
        const auto repository =
            find_reached_repository(tx, call, call.parameter(0) + "/" + call.parameter(1));
        if (!repository) return repository.error();
        auto request = *read;
        request.repository = repository->id;
        request.actor = call.who.actor;
        const auto chosen = deployments::choose_redeploy(tx, request);
        if (!chosen) return chosen.error();
        const auto run = deployments::start_redeploy(tx, *chosen, request.actor);
        if (!run) return run.error();
        auto answer = describe(*chosen, *run);
        const auto action = "deployment." + std::string{deployments::name_of(request.kind)};
        const auto object = repository->full_name + " " + request.environment;
        record(tx, call, {action, object, repository->id, fields(answer["from"]), fields(answer)});
        return value_of(std::move(answer));
    };
    auto starting = services.database.write(start);
    const auto started = co_await std::move(starting);
    if (!started) co_return http::make_error(started.error());
    if (services.on_queue) services.on_queue();
    co_return reply(201, *started);
}

}  // namespace triphammer::api
