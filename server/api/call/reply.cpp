#include "api/call/reply.hpp"

#include "access/setup.hpp"
#include "api/call/services.hpp"
#include "base/text.hpp"
#include "http/cookie.hpp"
#include "http/networks.hpp"
#include "store/repository_store.hpp"
#include "store/runs/run_store.hpp"
#include "store/sqlite/change_store.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using nlohmann::json;

Result<json> value_of(json body) {
    return Result<json>{boost::system::in_place_value, std::move(body)};
}

http::Response reply(int status, const json& body) {
    return http::make_json(status, body.dump(-1, ' ', false, json::error_handler_t::replace));
}

http::Response reply(const Result<json>& result) {
    return result ? reply(200, *result) : http::make_error(result.error());
}

http::Response reply(const Result<std::string>& text) {
    return text ? http::make_json(200, *text) : http::make_error(text.error());
}

http::Response reply_empty(const Result<>& result) {
    return result ? http::Response{204} : http::make_error(result.error());
}

Result<json> read_object(const Call& call) {
    if (call.request.body.empty()) return value_of(json::object());
    auto body = json::parse(call.request.body, nullptr, false);
    if (body.is_discarded()) return invalid("the body is not JSON");
    if (!body.is_object()) return invalid("the body must be a JSON object");
    return value_of(std::move(body));
}

Result<std::string> text_field(
    const json& body, const char* name, std::optional<std::string> fallback
) {
    const auto found = body.find(name);
    if (found == body.end() || found->is_null()) {
        if (fallback) return std::move(*fallback);
        return invalid(std::string{"the field '"} + name + "' is missing");
    }
    if (!found->is_string()) return invalid(std::string{"the field '"} + name + "' must be text");
    return found->get<std::string>();
}

Result<std::int64_t> number_field(const json& body, const char* name, std::int64_t fallback) {
    const auto found = body.find(name);
    if (found == body.end() || found->is_null()) return fallback;
    if (!found->is_number_integer()) {
        return invalid(std::string{"the field '"} + name + "' must be a whole number");
    }
    return found->get<std::int64_t>();
}

Result<std::int64_t> id_of(const std::string& text) {
    const auto id = parse_integer(text);
    if (!id) return not_found("'" + text + "' is not an id");
    return *id;
}

std::string query_text(const Call& call, std::string_view name) {
    return std::string{call.request.query.find(name).value_or("")};
}

Result<std::int64_t> query_number(const Call& call, std::string_view name, std::int64_t fallback) {
    const auto text = call.request.query.find(name);
    if (!text) return fallback;
    const auto number = parse_integer(*text);
    if (!number) return invalid(std::string{name} + " must be a whole number");
    return *number;
}

std::string session_cookie_of(const http::RequestHead& head) {
    return cookie_of(head, access::kSessionCookie);
}

std::string cookie_of(const http::RequestHead& head, std::string_view name) {
    return http::find_cookie(head.headers, name);
}

std::string client_of(const http::RequestHead& head) {
    return head.peer.unix_peer ? std::string{} : http::network_of(head.peer.address);
}

Result<> check_reach(const Call& call, model::RepositoryId repository, const Error& unseen) {
    if (!access::is_allowed(call.who, access::Role::viewer, repository)) return unseen;
    if (access::is_allowed(call.who, call.needed, repository)) return {};
    return refused("this needs the role " + std::string{access::name_of(call.needed)} + " here");
}

Result<store::RepositoryRow> find_reached_repository(
    store::Connection& db, const Call& call, const std::string& name
) {
    const auto unknown = not_found("no repository is called " + name);
    auto found = store::find_repository_by_name(db, name);
    if (!found) return unknown;
    if (auto reached = check_reach(call, found->id, unknown); !reached) return reached.error();
    return std::move(*found);
}

Result<model::RunId> find_visible_run(store::Connection& db, const Call& call) {
    const auto id = id_of(call.parameter(0));
    if (!id) return id.error();
    const auto unknown = not_found("there is no run " + call.parameter(0));
    const auto run = store::find_run(db, model::RunId{*id});
    if (!run) return unknown;
    if (auto reached = check_reach(call, run->repository, unknown); !reached) {
        return reached.error();
    }
    return run->id;
}

Result<ListedRepositories> find_listed_repositories(store::Connection& db, const Call& call) {
    ListedRepositories out;
    if (!access::sees_all(call.who)) out.among = access::visible_repositories(call.who);
    const auto name = query_text(call, "repository");
    // An index answers for one.
    if (name.empty() && out.among && out.among->size() == 1) out.only = out.among->front();
    if (name.empty()) return out;
    const auto found = store::find_repository_by_name(db, name);
    if (!found || !access::is_allowed(call.who, access::Role::viewer, found->id)) {
        return not_found("no repository is called " + name);
    }
    out.only = found->id;
    return out;
}

Answer reply_from(Services& services, ReadText read) {
    std::int64_t seq = 0;
    auto work = [&](store::Connection& db) {
        seq = store::last_change(db);
        return read(db);
    };
    auto reading = services.database.read(work);
    const auto found = co_await std::move(reading);
    co_return with_seq(reply(found), seq);
}

Result<history::Page> read_page(const Call& call) {
    const auto limit = query_number(call, "limit", history::kPage);
    if (!limit) return limit.error();
    if (*limit < 1 || *limit > history::kMaxPage) {
        return invalid("limit must be between 1 and " + std::to_string(history::kMaxPage));
    }
    return history::Page{query_text(call, "cursor"), static_cast<int>(*limit)};
}

http::Response with_seq(http::Response response, std::int64_t seq) {
    response.headers.set("Triphammer-Seq", std::to_string(seq));
    return response;
}

}  // namespace triphammer::api
