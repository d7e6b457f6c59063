// Signing in by GitHub, and linking an account with one there.
//
//   begin: state and verifier in memory, cookie ─▶ browser ─▶ GitHub ─▶ browser with code and state
//   finish: state of this cookie? ─▶ code and verifier for who it is ─▶ session, or link
//
// The page in the middle (/sign-in/github) posts what GitHub put into its address, so that no GET
// changes anything, and no other site can finish what it has not begun.

#include "access/setup.hpp"
#include "access/users.hpp"
#include "api/call/audit.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/people/handlers.hpp"
#include "api/people/session_reply.hpp"
#include "base/text.hpp"
#include "http/url.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using nlohmann::json;

namespace {

constexpr std::string_view kOAuthCookie = "triphammer_oauth";
constexpr const char* kNotSet =
    "this server has no sign-in through GitHub: an admin sets auth.github in its configuration";

std::string make_oauth_cookie(const Services& services, std::string_view value, long seconds) {
    return std::string{kOAuthCookie} + "=" + std::string{value} +
           "; Path=/api/v1/session/github; HttpOnly; SameSite=Strict; Max-Age=" +
           std::to_string(seconds) + (services.base_url.starts_with("https://") ? "; Secure" : "");
}

/// GitHub sends the browser to public_url, where another address's cookie would be missing.
Result<> check_address(const Services& services, const Call& call) {
    const auto origin = call.request.headers.find("Origin");
    if (!origin) return {};
    const auto here = http::parse_url(*origin);
    const auto there = http::parse_url(services.base_url);
    if (here && there && here->same_origin(*there)) return {};
    return conflict("signing in through GitHub works at " + services.base_url + ": open it there");
}

Answer begin(Services& services, const Call& call, std::string linker) {
    if (!services.github_sign_in) co_return http::make_error(not_found(kNotSet));
    if (auto fits = check_address(services, call); !fits) co_return http::make_error(fits.error());
    const auto client = client_of(call.request);
    if (const auto wait = services.begun.find_wait(client); wait.count() > 0) {
        co_return http::make_too_many(wait);
    }
    services.begun.note_failure(client);
    const auto begun = services.sign_ins.begin(services.random, std::move(linker));
    if (!begun) co_return http::make_error(begun.error());
    const auto url = github::authorize_url(
        *services.github_sign_in, {begun->state.reveal(), begun->verifier.reveal()}
    );
    auto response = reply(201, json{{"url", url}});
    const auto seconds = std::chrono::seconds{access::kSignInLife}.count();
    response.headers.add(
        "Set-Cookie", make_oauth_cookie(services, begun->cookie.reveal(), seconds)
    );
    co_return response;
}

struct Brought {
    std::string code;
    std::string linker;
    Secret verifier;
};

Error explain_refusal(const std::string& error) {
    if (error == "access_denied") {
        return refused("you said no at GitHub; sign in again, or with a password");
    }
    return refused(
        "GitHub did not let you through (" + std::string{cut_utf8(error, 100)} +
        "): an admin has to look at the OAuth App's page at GitHub, and at auth.github here"
    );
}

/// What GitHub sent the browser back with; the state is spent.
Result<Brought> take_brought(Services& services, const Call& call) {
    const auto body = read_object(call);
    if (!body) return body.error();
    const auto state = text_field(*body, "state");
    if (!state) return state.error();
    const auto code = text_field(*body, "code", "");
    if (!code) return code.error();
    const auto error = text_field(*body, "error", "");
    if (!error) return error.error();
    auto taken = services.sign_ins.take(cookie_of(call.request, kOAuthCookie), *state);
    if (!taken) return taken.error();
    if (!error->empty()) return explain_refusal(*error);
    return Brought{*code, std::move(taken->linker), std::move(taken->verifier)};
}

struct Entered {
    std::optional<Secret> cookie;  // none: an account was linked
    std::string role;
};

Result<Entered> enter(
    store::Transaction& tx, Services& services, const Call& call, const github::Person& person
) {
    auto entry = access::enter_by_github(tx, services.random, services.github_rules, person);
    if (!entry) return entry.error();
    auto auditor = auditor_of(call);
    auditor.name = access::actor_of(entry->user);
    auditor.id = access::find_principal(tx, entry->user).id;
    const json after{{"role", entry->user.role}, {"github", person.id}};
    const auto* action = entry->is_new ? "user.join" : "session.open";
    store::append_audit(tx, auditor, {action, entry->user.name, {}, {}, fields(after)});
    return Entered{std::move(entry->cookie), entry->user.role};
}

/// Only while the session that asked is that of the account.
Result<Entered> link(
    store::Transaction& tx,
    const Call& call,
    const std::string& linker,
    const github::Person& person
) {
    const auto who = access::check_session(tx, session_cookie_of(call.request), tx.now());
    if (!who || who->id != linker) {
        return refused("the session that began this has ended: sign in, and link again");
    }
    const auto user = user_of(*who);
    if (auto linked = access::link_github(tx, user, person, who->actor); !linked) {
        return linked.error();
    }
    auto auditor = auditor_of(call);
    auditor.name = who->actor;
    auditor.id = who->id;
    const json after{{"github", person.id}, {"login", person.login}};
    store::append_audit(tx, auditor, {"user.link-github", who->actor, {}, {}, fields(after)});
    return Entered{{}, std::string{access::name_of(who->role)}};
}

Answer refuse_entry(Services& services, const Call& call, Error error, std::string whose) {
    if (error.code == Code::refused) {
        services.failures.note_failure(client_of(call.request));
        const store::NewAudit entry{"session.open", std::move(whose), {}, {}, {}, error.message};
        auto recording = record_refusal(services, call, entry);
        co_await std::move(recording);
    }
    auto response = http::make_error(error);
    response.headers.add("Set-Cookie", make_oauth_cookie(services, "", 0));
    co_return response;
}

Task<Result<github::Person>> ask_github(Services& services, const Brought& brought) {
    auto api = services.github_api;
    api.token = Secret{};
    auto asking = github::find_person(
        *services.github_sign_in,
        std::move(api),
        services.clock,
        brought.code,
        brought.verifier.reveal()
    );
    co_return co_await std::move(asking);
}

/// Of whoever is signed in as an account.
Result<store::UserId> account_of(const Call& call) {
    const auto user = user_of(call.who);
    if (!user) return invalid("only an account can be linked with GitHub: make one under People");
    return user;
}

}  // namespace

Answer show_session_ways(Services& services, Call) {
    const json ways{{"password", true}, {"github", services.github_sign_in.has_value()}};
    co_return reply(200, ways);
}

Answer begin_github_sign_in(Services& services, Call call) {
    auto beginning = begin(services, call, {});
    co_return co_await std::move(beginning);
}

Answer begin_github_link(Services& services, Call call) {
    if (const auto user = account_of(call); !user) co_return http::make_error(user.error());
    const auto body = read_object(call);
    if (!body) co_return http::make_error(body.error());
    auto password = text_field(*body, "password");
    if (!password) co_return http::make_error(password.error());
    // Whoever finds an open browser must not make a way in for good.
    Secret given{std::move(*password)};
    const auto* wrong = "the password is wrong";
    auto checking = refuse_password(services, call, std::move(given), "user.link-github", wrong);
    auto refusal = co_await std::move(checking);
    if (refusal) co_return std::move(*refusal);
    auto beginning = begin(services, call, call.who.id);
    co_return co_await std::move(beginning);
}

Answer finish_github_sign_in(Services& services, Call call) {
    if (!services.github_sign_in) co_return http::make_error(not_found(kNotSet));
    const auto brought = take_brought(services, call);
    if (!brought) {
        auto refusing = refuse_entry(services, call, brought.error(), {});
        co_return co_await std::move(refusing);
    }
    auto asking = ask_github(services, *brought);
    const auto person = co_await std::move(asking);
    if (!person) {
        auto refusing = refuse_entry(services, call, person.error(), {});
        co_return co_await std::move(refusing);
    }
    auto open = [&](store::Transaction& tx) {
        return brought->linker.empty() ? enter(tx, services, call, *person)
                                       : link(tx, call, brought->linker, *person);
    };
    auto opening = services.database.write(open);
    auto entered = co_await std::move(opening);
    if (!entered) {
        auto refusing = refuse_entry(services, call, entered.error(), "github:" + person->login);
        co_return co_await std::move(refusing);
    }
    auto response = entered->cookie ? reply_session(services, *entered->cookie, entered->role)
                                    : reply(200, json{{"role", entered->role}, {"linked", true}});
    response.headers.add("Set-Cookie", make_oauth_cookie(services, "", 0));
    co_return response;
}

namespace {

Answer unlink(Services& services, const Call& call, const std::string& name) {
    auto remove = [&](store::Transaction& tx) {
        record(tx, call, {"user.unlink-github", name});
        return access::unlink_github(tx, name, call.who.actor);
    };
    auto removing = services.database.write(remove);
    co_return reply_empty(co_await std::move(removing));
}

}  // namespace

Answer unlink_github(Services& services, Call call) {
    const auto user = account_of(call);
    if (!user) co_return http::make_error(user.error());
    const auto name = call.who.actor.substr(std::string_view{"user:"}.size());
    auto unlinking = unlink(services, call, name);
    co_return co_await std::move(unlinking);
}

Answer unlink_user_github(Services& services, Call call) {
    auto unlinking = unlink(services, call, call.parameter(0));
    co_return co_await std::move(unlinking);
}

}  // namespace triphammer::api
