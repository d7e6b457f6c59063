#pragma once
// Small pieces that every handler uses: reading a JSON body, ids and pages out of a request, and
// answering in the contract's shapes.

#include "api/call/call.hpp"
#include "base/result.hpp"
#include "history/history.hpp"
#include "store/repository_store.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace triphammer::api {

/// A JSON value as a result: json converts to everything, so the compiler wants to be told.
Result<nlohmann::json> value_of(nlohmann::json body);

http::Response reply(int status, const nlohmann::json& body);
/// 200 with the body, or the error's status.
http::Response reply(const Result<nlohmann::json>& result);
/// 200 with a JSON text, or the error's status.
http::Response reply(const Result<std::string>& text);
/// 204, or the error's status.
http::Response reply_empty(const Result<>& result);

/// The body as a JSON object; Code::invalid says where it is broken. An empty body is {}.
Result<nlohmann::json> read_object(const Call& call);
/// A text field; `fallback` when absent, Code::invalid when it is of another type or missing
/// without a fallback.
Result<std::string> text_field(
    const nlohmann::json& body, const char* name, std::optional<std::string> fallback = {}
);
Result<std::int64_t> number_field(
    const nlohmann::json& body, const char* name, std::int64_t fallback
);

/// A decimal id out of a path.
Result<std::int64_t> id_of(const std::string& text);
std::string query_text(const Call& call, std::string_view name);
/// Code::invalid where the value is there and no whole number.
Result<std::int64_t> query_number(const Call& call, std::string_view name, std::int64_t fallback);

/// The cookie of that name; empty: there is none.
std::string cookie_of(const http::RequestHead& head, std::string_view name);
/// The session's cookie; empty: there is none.
std::string session_cookie_of(const http::RequestHead& head);

/// What a client's failures to sign in are counted by; empty: not counted, the kernel vouches.
std::string client_of(const http::RequestHead& head);

/// Whether the caller has the route's role on this repository. `unseen` (Code::not_found) for who
/// may not even see it, Code::refused where the role does not suffice.
Result<> check_reach(const Call& call, model::RepositoryId repository, const Error& unseen);
/// OWNER/NAME as it is registered, in the caller's reach.
Result<store::RepositoryRow> find_reached_repository(
    store::Connection& db, const Call& call, const std::string& name
);

/// The run of the path, in the caller's reach. Code::not_found, Code::refused.
Result<model::RunId> find_visible_run(store::Connection& db, const Call& call);

/// What a list is about: the repository that the query names, or all that the caller may see.
struct ListedRepositories {
    model::RepositoryId only = {};  // none: not one
    store::Among among = {};        // none: all of them
};

/// Code::not_found.
Result<ListedRepositories> find_listed_repositories(store::Connection& db, const Call& call);

using ReadText = std::function<Result<std::string>(store::Connection&)>;
/// What `read` answers, from one snapshot with its number (with_seq).
Answer reply_from(Services& services, ReadText read);

/// `cursor` and `limit` of a list.
Result<history::Page> read_page(const Call& call);
/// Adds `Triphammer-Seq`: the highest number of the event stream that the answer contains.
http::Response with_seq(http::Response response, std::int64_t seq);

}  // namespace triphammer::api
