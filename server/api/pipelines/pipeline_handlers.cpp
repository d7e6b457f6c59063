#include "api/call/audit.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/deliveries/plan_json.hpp"
#include "api/pipelines/handlers.hpp"
#include "api/pipelines/templates.hpp"
#include "definitions/pipelines.hpp"
#include "store/repository_store.hpp"
#include "store/sqlite/change_store.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::api {

using nlohmann::json;

namespace {

bool has_error(const std::vector<model::Problem>& problems) {
    return std::any_of(problems.begin(), problems.end(), [](const model::Problem& problem) {
        return problem.severity == model::Problem::Severity::error;
    });
}

json names_of(store::Connection& connection, const std::vector<model::RepositoryId>& ids) {
    auto out = json::array();
    for (const auto id : ids) {
        const auto repository = store::find_repository(connection, id);
        if (repository) out.push_back(repository->full_name);
    }
    return out;
}

json entry_json(store::Connection& connection, const definitions::PipelineEntry& entry) {
    return {
        {"name", entry.name},
        {"version", entry.version},
        {"author", entry.author},
        {"updated_at", to_rfc3339(entry.updated_at)},
        {"repositories", names_of(connection, entry.repositories)},
    };
}

json version_json(const definitions::PipelineVersion& version) {
    return {
        {"name", version.name},
        {"version", version.version},
        {"text", version.text},
        {"author", version.author},
        {"note", version.note},
        {"created_at", to_rfc3339(version.created_at)},
        {"updated_at", to_rfc3339(version.created_at)},
    };
}

Result<json> get_with_bindings(store::Connection& connection, const std::string& name) {
    const auto version = definitions::get_pipeline(connection, name, 0);
    if (!version) return version.error();
    auto out = version_json(*version);
    out["repositories"] = json::array();
    const auto entries = definitions::list_pipelines(connection);
    if (!entries) return entries.error();
    for (const auto& entry : *entries) {
        if (entry.name == name) out["repositories"] = names_of(connection, entry.repositories);
    }
    return value_of(std::move(out));
}

/// For the audit.
std::string bindings_of(store::Connection& connection, const std::string& name) {
    const auto pipeline = get_with_bindings(connection, name);
    return pipeline ? fields({{"repositories", (*pipeline)["repositories"]}}) : std::string{};
}

/// Makes the bindings equal to `wanted`.
Result<> rebind(
    store::Transaction& transaction,
    const Call& call,
    const std::vector<model::RepositoryId>& wanted
) {
    const auto& name = call.parameter(0);
    for (const auto& repository : store::list_repositories(transaction)) {
        const bool bound = std::find(wanted.begin(), wanted.end(), repository.id) != wanted.end();
        auto done =
            bound ? definitions::bind_pipeline(transaction, name, repository.id, call.who.actor)
                  : definitions::unbind_pipeline(transaction, name, repository.id, call.who.actor);
        if (!done) return done;
    }
    return {};
}

Result<std::vector<model::RepositoryId>> find_named(
    store::Connection& connection, const json& names
) {
    std::vector<model::RepositoryId> out;
    for (const auto& name : names) {
        if (!name.is_string()) return invalid("repositories must be a list of OWNER/NAME");
        const auto found = store::find_repository_by_name(connection, name.get<std::string>());
        if (!found) return not_found("no repository is called " + name.get<std::string>());
        out.push_back(found->id);
    }
    return out;
}

Result<definitions::PipelineText> read_text(const Call& call) {
    const auto body = read_object(call);
    if (!body) return body.error();
    auto text = text_field(*body, "text");
    auto note = text_field(*body, "note", "");
    const auto base = number_field(*body, "base_version", 0);
    if (!text) return text.error();
    if (!note) return note.error();
    if (!base) return base.error();
    definitions::PipelineText out;
    out.name = call.parameter(0);
    out.text = std::move(*text);
    out.base_version = *base;
    out.author = call.who.actor;
    out.note = std::move(*note);
    return out;
}

}  // namespace

Answer list_pipelines(Services& services, Call) {
    std::int64_t seq = 0;
    auto list = [&](store::Connection& connection) -> Result<json> {
        seq = store::last_change(connection);
        const auto entries = definitions::list_pipelines(connection);
        if (!entries) return entries.error();
        auto items = json::array();
        for (const auto& entry : *entries) items.push_back(entry_json(connection, entry));
        return value_of({{"items", items}, {"next", nullptr}});
    };
    auto listed = services.database.read(list);
    const auto found = co_await std::move(listed);
    co_return with_seq(reply(found), seq);
}

Answer list_templates(Services&, Call) {
    auto items = json::array();
    for (const auto& entry : templates()) {
        items.push_back(
            {{"name", entry.name}, {"description", entry.description}, {"text", entry.text}}
        );
    }
    co_return reply(200, json{{"items", items}, {"next", nullptr}});
}

Answer lint_pipeline(Services&, Call call) {
    const auto body = read_object(call);
    if (!body) co_return http::make_error(body.error());
    const auto text = text_field(*body, "text");
    const auto name = text_field(*body, "name", "pipeline");
    if (!text) co_return http::make_error(text.error());
    if (!name) co_return http::make_error(name.error());
    co_return reply(200, json{{"problems", problems_json(definitions::check_text(*name, *text))}});
}

Answer show_pipeline(Services& services, Call call) {
    auto get = [&](store::Connection& connection) {
        return get_with_bindings(connection, call.parameter(0));
    };
    auto got = services.database.read(get);
    const auto found = co_await std::move(got);
    co_return reply(found);
}

Answer save_pipeline(Services& services, Call call) {
    const auto pipeline = read_text(call);
    if (!pipeline) co_return http::make_error(pipeline.error());
    const auto problems = definitions::check_text(pipeline->name, pipeline->text);
    if (has_error(problems)) {
        const json error{
            {"code", "invalid"}, {"message", "the text has errors; nothing was saved"}};
        co_return reply(422, json{{"error", error}, {"problems", problems_json(problems)}});
    }
    auto put = [&](store::Transaction& transaction) -> Result<std::int64_t> {
        const auto version = definitions::put_pipeline(transaction, *pipeline);
        if (!version) return version.error();
        const json before{{"version", pipeline->base_version}};
        const json after{{"version", *version}, {"note", pipeline->note}};
        record(
            transaction, call, {"pipeline.save", pipeline->name, {}, fields(before), fields(after)}
        );
        return version;
    };
    auto saved = services.database.write(put);
    const auto version = co_await std::move(saved);
    if (!version) co_return http::make_error(version.error());
    co_return reply(200, json{{"name", pipeline->name}, {"version", *version}});
}

Answer list_pipeline_versions(Services& services, Call call) {
    auto list = [&](store::Connection& connection) -> Result<json> {
        const auto versions = definitions::list_history(connection, call.parameter(0));
        if (!versions) return versions.error();
        auto items = json::array();
        for (const auto& version : *versions) {
            auto item = version_json(version);
            item.erase("text");
            items.push_back(std::move(item));
        }
        return value_of({{"items", items}, {"next", nullptr}});
    };
    auto listed = services.database.read(list);
    const auto found = co_await std::move(listed);
    co_return reply(found);
}

Answer show_pipeline_version(Services& services, Call call) {
    const auto number = id_of(call.parameter(1));
    if (!number) co_return http::make_error(number.error());
    auto get = [&](store::Connection& connection) -> Result<json> {
        const auto version = definitions::get_pipeline(connection, call.parameter(0), *number);
        if (!version) return version.error();
        return value_of(version_json(*version));
    };
    auto got = services.database.read(get);
    const auto found = co_await std::move(got);
    co_return reply(found);
}

Answer bind_pipeline(Services& services, Call call) {
    const auto body = read_object(call);
    if (!body) co_return http::make_error(body.error());
    const auto names = body->find("repositories");
    if (names == body->end() || !names->is_array()) {
        co_return http::make_error(invalid("repositories must be a list of OWNER/NAME"));
    }
    auto bind = [&](store::Transaction& transaction) -> Result<> {
        const auto wanted = find_named(transaction, *names);
        if (!wanted) return wanted.error();
        const auto before = bindings_of(transaction, call.parameter(0));
        if (auto done = rebind(transaction, call, *wanted); !done) return done;
        const auto after = bindings_of(transaction, call.parameter(0));
        record(transaction, call, {"pipeline.bind", call.parameter(0), {}, before, after});
        return {};
    };
    auto bound = services.database.write(bind);
    const auto done = co_await std::move(bound);
    co_return reply_empty(done);
}

}  // namespace triphammer::api
