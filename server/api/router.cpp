#include "api/router.hpp"

#include "access/setup.hpp"
#include "access/tokens.hpp"
#include "api/call/audit.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/pages/pages.hpp"
#include "base/text.hpp"
#include "intake/receiver.hpp"
#include "launcher/attempt_users.hpp"
#include "store/sqlite/database.hpp"

#include <unistd.h>

namespace triphammer::api {

namespace {

using http::Method;
using http::RequestHead;
using http::Response;
using http::RouteDecision;

/// What a request shows of itself; checked against the database later.
struct Credentials {
    std::string token;
    std::string cookie;
    std::optional<uid_t> admin_socket;  // who is at its other end

    bool empty() const { return token.empty() && cookie.empty() && !admin_socket; }
};

/// The kernel says who is at the other end of the admin socket: root, or the daemon's own user.
bool is_admin_peer(const RequestHead& head) {
    if (head.listener != kAdminListener || !head.peer.unix_peer) return false;
    const auto uid = head.peer.unix_peer->uid;
    return uid == 0 || uid == ::geteuid();
}

/// Everybody gets to the runners' socket; the kernel says who it is.
bool is_runner_peer(const Services& services, const RequestHead& head) {
    if (!head.peer.unix_peer) return false;
    const auto uid = head.peer.unix_peer->uid;
    return launcher::is_runner(uid) || uid == services.launcher || uid == 0 || uid == ::geteuid();
}

Credentials credentials_of(const RequestHead& head) {
    Credentials out;
    if (is_admin_peer(head)) out.admin_socket = head.peer.unix_peer->uid;
    const auto field = head.headers.find("Authorization");
    if (field && field->size() > 7 && equal_ignoring_case(field->substr(0, 7), "Bearer ")) {
        out.token = trim(field->substr(7));
    }
    if (out.token.empty()) out.cookie = session_cookie_of(head);
    return out;
}

bool is_mutating(Method method) {
    return method != Method::get && method != Method::head;
}

/// A cookie travels with any page's request; only our own page says our own origin (OWASP, CSRF).
bool is_own_origin(const RequestHead& head, const std::string& base_url) {
    const auto origin = head.headers.find("Origin");
    if (!origin) return false;
    if (*origin == base_url) return true;
    const auto host = head.headers.find("Host");
    if (!host) return false;
    if (head.peer.tls) return *origin == "https://" + std::string{*host};
    return *origin == "http://" + std::string{*host} || *origin == "https://" + std::string{*host};
}

bool has_json_body(const RequestHead& head) {
    if (!head.chunked && head.content_length.value_or(0) == 0) return true;
    const auto type = head.headers.find("Content-Type");
    return type && trim(type->substr(0, type->find(';'))) == "application/json";
}

Response refuse(int status, std::string_view code, std::string_view message) {
    auto response = http::make_error(status, code, message);
    if (status == 401) response.headers.add("WWW-Authenticate", "Bearer");
    return response;
}

/// Only what is asked for moves: a body has been readable on its way already.
Response lead_to_tls(const Services& services, const RequestHead& head) {
    if (is_mutating(head.method)) {
        return refuse(403, "refused", "send it over TLS: " + services.base_url);
    }
    auto response = http::make_text(308, "moved to " + services.base_url + "\n");
    response.headers.set("Location", services.base_url + head.target);
    return response;
}

Response not_signed_in() {
    return refuse(
        401,
        "unauthorized",
        "sign in, with a set-up link at first (triphammer setup-link), or send Authorization: "
        "Bearer "
        "TOKEN"
    );
}

Task<Result<access::Principal>> find_principal(Services& services, Credentials credentials) {
    if (credentials.admin_socket && credentials.token.empty()) {
        const auto id = "socket:" + std::to_string(*credentials.admin_socket);
        co_return access::Principal{id, access::Role::admin, {}, id, {}};
    }
    const auto now = services.clock.now();
    auto look_up = [&](store::Connection& connection) {
        return credentials.token.empty()
                   ? access::check_session(connection, credentials.cookie, now)
                   : access::check_token(connection, credentials.token, now);
    };
    auto found = services.database.read(look_up);
    co_return co_await std::move(found);
}

Task<Response> handle_open(Services& services, const Route* route, Call call) {
    auto answer = route->handle(services, std::move(call));
    co_return co_await std::move(answer);
}

/// A session that is used stays open; noted at most once a minute.
Task<> note_use(Services& services, const std::string& cookie) {
    const auto now = services.clock.instant();
    std::erase_if(services.touched, [now](const auto& use) {
        return now - use.second > std::chrono::minutes{1};
    });
    if (!services.touched.emplace(cookie, now).second) co_return;
    auto touch = [&](store::Transaction& transaction) {
        return access::touch_session(transaction, cookie);
    };
    auto touching = services.database.write(touch);
    (void)co_await std::move(touching);
}

Task<> record_denial(Services& services, const Route& route, const Call& call, std::string why) {
    store::NewAudit entry{"access.refuse"};
    entry.object = std::string{http::name_of(route.method)} + " " + std::string{route.pattern};
    entry.reason = std::move(why);
    auto recording = record_refusal(services, call, std::move(entry));
    co_await std::move(recording);
}

/// On a repository the handler finds out whether the role suffices.
Task<Response> handle_allowed(Services& services, const Route* route, Call call) {
    Call asked;
    asked.who = call.who;
    asked.request.peer = call.request.peer;
    auto handling = route->handle(services, std::move(call));
    auto response = co_await std::move(handling);
    if (route->scope == Scope::repository && response.status == 403) {
        auto recording = record_denial(services, *route, asked, "refused on this repository");
        co_await std::move(recording);
    }
    co_return response;
}

Task<Response> handle_known(
    Services& services, const Route* route, Credentials credentials, Call call
) {
    const auto cookie = credentials.token.empty() ? credentials.cookie : std::string{};
    const bool is_by_token = !credentials.token.empty();
    auto asked = find_principal(services, std::move(credentials));
    auto who = co_await std::move(asked);
    if (!who && who.error().code == Code::unauthorized) {
        if (is_by_token) {
            services.failures.note_failure(client_of(call.request));
            auto recording = record_denial(services, *route, call, "the token is not valid");
            co_await std::move(recording);
        }
        co_return not_signed_in();
    }
    if (!who) co_return http::make_error(who.error());
    if (!may_enter(*route, *who)) {
        const auto needed = "this needs the role " + std::string{name_of(route->access)} +
                            (route->scope == Scope::server ? " on the server" : "");
        call.who = std::move(*who);
        auto recording = record_denial(services, *route, call, needed);
        co_await std::move(recording);
        co_return refuse(403, "refused", needed);
    }
    if (!cookie.empty()) {
        auto noting = note_use(services, cookie);
        co_await std::move(noting);
    }
    call.who = std::move(*who);
    call.needed = needed_role(route->access);
    auto handling = handle_allowed(services, route, std::move(call));
    co_return co_await std::move(handling);
}

bool needs_principal(const Route& route, const RequestHead& head) {
    if (route.access == Access::metrics) {
        return head.peer.address != "127.0.0.1" && head.peer.address != "::1" &&
               head.peer.address != "unix";
    }
    return route.access != Access::open && route.access != Access::runner;
}

bool is_sign_in(const Route& route) {
    return route.access == Access::open && is_mutating(route.method);
}

/// What is wrong with this head for this route, if anything; nothing of the body is read then.
std::optional<Response> refuse_early(
    const Services& services, const Route& route, const RequestHead& head, const Credentials& who
) {
    const bool on_runner_socket = head.listener == kRunnerListener;
    if (on_runner_socket && !is_runner_peer(services, head)) {
        return refuse(403, "refused", "only for runners");
    }
    if (on_runner_socket != (route.access == Access::runner) && route.pattern != "/healthz") {
        return refuse(404, "not_found", "there is nothing at this path on this socket");
    }
    if (route.access == Access::local && !is_admin_peer(head)) {
        return refuse(403, "refused", "only through the admin socket: use the command line");
    }
    if (!is_mutating(route.method) || on_runner_socket) return {};
    if (!has_json_body(head)) {
        return refuse(403, "refused", "send the body as Content-Type: application/json");
    }
    const bool by_cookie = !who.cookie.empty() || is_sign_in(route);
    if (by_cookie && !is_own_origin(head, services.base_url)) {
        return refuse(403, "refused", "the Origin of this request is not this server");
    }
    return {};
}

RouteDecision decide(
    Services& services,
    const Route& route,
    std::vector<std::string> parameters,
    const RequestHead& head
) {
    RouteDecision decision;
    auto credentials = credentials_of(head);
    const auto wait = services.failures.find_wait(client_of(head));
    if (wait.count() > 0 && (!credentials.token.empty() || is_sign_in(route))) {
        decision.early = http::make_too_many(wait);
        return decision;
    }
    const bool known = needs_principal(route, head);
    if (known && credentials.empty()) {
        decision.early = not_signed_in();
        return decision;
    }
    decision.early = refuse_early(services, route, head, credentials);
    decision.body_limit = route.body_limit;
    decision.streamed = route.streamed;
    const auto* chosen = &route;
    decision.handler = [&services,
                        chosen,
                        known,
                        credentials = std::move(credentials),
                        parameters = std::move(parameters)](http::Request request) {
        Call call;
        call.request = std::move(request);
        call.parameters = parameters;
        if (!known) return handle_open(services, chosen, std::move(call));
        return handle_known(services, chosen, credentials, std::move(call));
    };
    return decision;
}

RouteDecision answer(Response response) {
    RouteDecision decision;
    decision.early = std::move(response);
    return decision;
}

Response method_not_allowed(const std::vector<std::string>& allowed) {
    auto response = refuse(405, "method_not_allowed", "this path takes " + join(allowed, ", "));
    response.headers.add("Allow", join(allowed, ", "));
    return response;
}

bool is_for_programs(const RequestHead& head) {
    if (head.listener == kRunnerListener) return true;
    if (head.segments.empty()) return false;
    const auto& first = head.segments[0];
    return first == "api" || first == "runner" || first == "webhooks";
}

/// `allowed`: the methods of the routes with this path.
RouteDecision answer_no_route(
    const RequestHead& head, const std::vector<std::string>& allowed, const std::string& github_url
) {
    if (!allowed.empty()) return answer(method_not_allowed(allowed));
    if (is_for_programs(head)) {
        return answer(
            refuse(404, "not_found", "there is nothing at this path; see /api/v1/openapi.json")
        );
    }
    const bool reads = head.method == Method::get || head.method == Method::head;
    if (!reads) return answer(method_not_allowed({"GET", "HEAD"}));
    return answer(serve_page(head, github_url));
}

}  // namespace

RouteDecision Router::route(const RequestHead& head) {
    if (head.listener == kRedirectListener) return answer(lead_to_tls(services_, head));
    const auto method = head.method == Method::head ? Method::get : head.method;
    std::vector<std::string> parameters;
    std::vector<std::string> allowed;
    for (const auto& route : routes()) {
        if (!matches(route.pattern, head.segments, parameters)) continue;
        if (route.method != method) {
            allowed.emplace_back(http::name_of(route.method));
            continue;
        }
        if (route.access == Access::hook) {
            if (services_.receiver != nullptr) return services_.receiver->route(head);
            return answer(refuse(503, "unavailable", "no daemon is running"));
        }
        return decide(services_, route, std::move(parameters), head);
    }
    return answer_no_route(head, allowed, services_.github_url);
}

}  // namespace triphammer::api
