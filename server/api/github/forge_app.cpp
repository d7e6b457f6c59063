#include "api/github/forge_app.hpp"

#include "api/call/audit.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/github/connecting.hpp"
#include "base/digest.hpp"
#include "github/manifest.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using nlohmann::json;

namespace {

constexpr std::chrono::hours kRequestLife{1};  // as long as GitHub's code
constexpr const char* kConfigured =
    "the configuration names a GitHub App, and that counts: remove github.app_id and "
    "github.private_key there to have one made here";

using Stored = std::optional<store::ForgeAppRow>;

Task<Result<Stored>> read_stored(Services& services) {
    auto read = [](store::Connection& db) { return Result<Stored>{store::find_forge_app(db)}; };
    auto reading = services.database.read(read);
    co_return co_await std::move(reading);
}

json stored_json(const Services& services, const store::ForgeAppRow& row) {
    return {
        {"id", row.app_id},
        {"name", row.name},
        {"slug", row.slug},
        {"page", row.page},
        {"install_url", install_url(services.github_url, row.slug)},
        {"from", "here"},
        {"old_secret_until",
         services.clock.now() < row.old_secret_until ? json(to_rfc3339(row.old_secret_until))
                                                     : json{}},
        {"created_at", to_rfc3339(row.created_at)},
        {"created_by", row.created_by},
    };
}

std::string member(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// The configuration has its number and key; GitHub knows the rest.
Task<json> configured_json(Services& services) {
    json out{{"from", "configuration"}};
    if (services.forge_app == nullptr) {
        out["problem"] = "no server is running: systemctl start triphammer";
        co_return out;
    }
    out["id"] = services.forge_app->id();
    auto asking = services.forge_app->get("/app", "");
    const auto answer = co_await std::move(asking);
    if (!answer || answer->status != 200) {
        out["problem"] = answer ? "GitHub answered " + std::to_string(answer->status) +
                                      "; triphammer doctor says more"
                                : answer.error().message;
        co_return out;
    }
    const auto body = json::parse(answer->body, nullptr, false);
    if (!body.is_object()) co_return out;
    out["slug"] = member(body, "slug");
    out["name"] = member(body, "name");
    out["page"] = member(body, "html_url");
    out["install_url"] = install_url(services.github_url, member(body, "slug"));
    co_return out;
}

/// Where the admin's browser has this server: it says so, and GitHub sends it back there.
std::string here_of(const Services& services, const Call& call) {
    const auto origin = call.request.headers.find("Origin");
    return origin ? std::string{*origin} : services.base_url;
}

struct Begun {
    std::string target;
    std::string manifest;
    std::string state;
};

Result<Begun> read_begin(const Services& services, const Call& call) {
    if (services.app_is_configured) return conflict(kConfigured);
    if (const auto reached = check_reached(services); !reached) return reached.error();
    const auto body = read_object(call);
    if (!body) return body.error();
    github::ManifestWish wish;
    wish.here = here_of(services, call);
    wish.hook = server_hook_url(services);
    const auto name = text_field(*body, "name", github::suggest_app_name(wish.here));
    if (!name) return name.error();
    wish.name = *name;
    const auto writes = body->find("contents_write");
    if (writes != body->end() && !writes->is_boolean()) {
        return invalid("contents_write must be true or false");
    }
    wish.writes_contents = writes != body->end() && writes->get<bool>();
    const auto organization = text_field(*body, "organization", "");
    if (!organization) return organization.error();
    Begun out;
    out.state = random_hex(services.random, 32);
    auto target = github::manifest_target(services.github_url, *organization, out.state);
    if (!target) return target.error();
    out.target = std::move(*target);
    out.manifest = github::make_manifest(wish);
    return out;
}

/// The request that this state belongs to, if it is this session's.
Task<Result<>> check_state(Services& services, const Call& call, const std::string& digest) {
    const auto now = services.clock.now();
    auto find = [&](store::Connection& db) {
        return Result<std::optional<store::ForgeAppRequest>>{
            store::find_forge_app_request(db, digest, now)};
    };
    auto finding = services.database.read(find);
    const auto found = co_await std::move(finding);
    if (!found) co_return found.error();
    if (*found && (*found)->session_sha256 == session_digest(call)) co_return Result<>{};
    co_return refused(
        "this answer of GitHub's does not belong to a beginning in this browser's session, came a "
        "second time, or later than an hour: begin again. If GitHub has made an App, delete it "
        "there (Settings → Developer settings → GitHub Apps)"
    );
}

store::ForgeAppRow make_row(
    const Services& services, const github::MadeApp& made, const std::string& actor
) {
    store::ForgeAppRow row;
    row.app_id = made.identity.id;
    row.slug = made.slug;
    row.name = made.name.empty() ? made.slug : made.name;
    row.page = made.page;
    row.client_id = made.client_id;
    row.created_by = actor;
    access::seal_forge_app(
        services.sealer,
        {made.identity.private_key, made.webhook_secret, made.client_secret, {}},
        row
    );
    return row;
}

Task<> forget_state(Services& services, std::string digest) {
    auto remove = [&](store::Transaction& tx) -> Result<> {
        store::remove_forge_app_request(tx, digest);
        return {};
    };
    auto removing = services.database.write(remove);
    (void)co_await std::move(removing);
}

Task<Result<>> use_now(Services& services) {
    if (!services.reload_app) co_return Result<>{};
    auto loading = services.reload_app();
    co_return co_await std::move(loading);
}

Task<Result<github::MadeApp>> convert(Services& services, const Call& call) {
    const auto body = read_object(call);
    if (!body) co_return body.error();
    const auto code = text_field(*body, "code");
    if (!code) co_return code.error();
    const auto state = text_field(*body, "state");
    if (!state) co_return state.error();
    const auto digest = sha256_hex(*state);
    auto checking = check_state(services, call, digest);
    if (const auto checked = co_await std::move(checking); !checked) co_return checked.error();
    auto settings = services.github_api;
    settings.token = Secret{};
    const github::Client client{std::move(settings), services.clock};
    auto converting = github::convert_code(client, *code);
    auto made = co_await std::move(converting);
    // GitHub's code is good once; while GitHub is away, so is the state.
    if (made || made.error().code != Code::unavailable) {
        auto forgetting = forget_state(services, digest);
        co_await std::move(forgetting);
    }
    co_return made;
}

}  // namespace

std::string install_url(const std::string& github_url, const std::string& slug) {
    return github_url + "/apps/" + slug + "/installations/new";
}

std::string session_digest(const Call& call) {
    const auto cookie = session_cookie_of(call.request);
    return sha256_hex(cookie.empty() ? "actor " + call.who.actor : "session " + cookie);
}

Answer show_forge_app(Services& services, Call call) {
    auto reading = read_stored(services);
    const auto stored = co_await std::move(reading);
    if (!stored) co_return http::make_error(stored.error());
    const auto reached = check_reached(services);
    json out{
        {"app", nullptr},
        {"suggested_name", github::suggest_app_name(here_of(services, call))},
        {"mode", services.polls ? "poll" : "push"},
        {"hook_url", server_hook_url(services)},
        {"problem", reached ? json{} : json(reached.error().message)},
    };
    if (services.app_is_configured) {
        auto asking = configured_json(services);
        out["app"] = co_await std::move(asking);
        out["unused"] = *stored ? stored_json(services, **stored) : json{};
    } else if (*stored) {
        out["app"] = stored_json(services, **stored);
    }
    co_return reply(200, out);
}

Answer begin_forge_app(Services& services, Call call) {
    const auto begun = read_begin(services, call);
    if (!begun) co_return http::make_error(begun.error());
    const auto expires = services.clock.now() + kRequestLife;
    auto keep = [&](store::Transaction& tx) -> Result<> {
        if (const auto known = store::find_forge_app(tx)) {
            return conflict(
                "there is a GitHub App already, " + known->name +
                ": remove it first (here, and at " + known->page + ")"
            );
        }
        record(tx, call, {"github-app.begin"});
        store::add_forge_app_request(tx, {sha256_hex(begun->state), session_digest(call), expires});
        return {};
    };
    auto keeping = services.database.write(keep);
    const auto kept = co_await std::move(keeping);
    if (!kept) co_return http::make_error(kept.error());
    co_return reply(
        201,
        json{
            {"action", begun->target},
            {"manifest", begun->manifest},
            {"expires_at", to_rfc3339(expires)}}
    );
}

Answer finish_forge_app(Services& services, Call call) {
    if (services.app_is_configured) co_return http::make_error(conflict(kConfigured));
    auto converting = convert(services, call);
    const auto made = co_await std::move(converting);
    if (!made) co_return http::make_error(made.error());
    const auto row = make_row(services, *made, call.who.actor);
    auto add = [&](store::Transaction& tx) {
        const json after{{"app_id", row.app_id}, {"slug", row.slug}};
        record(tx, call, {"github-app.add", row.name, {}, {}, fields(after)});
        return store::add_forge_app(tx, row);
    };
    auto adding = services.database.write(add);
    if (const auto added = co_await std::move(adding); !added) {
        co_return http::make_error(added.error());
    }
    auto using_it = use_now(services);
    if (const auto used = co_await std::move(using_it); !used) {
        co_return http::make_error(used.error());
    }
    co_return reply(
        201,
        json{
            {"name", row.name},
            {"slug", row.slug},
            {"page", row.page},
            {"install_url", install_url(services.github_url, row.slug)}}
    );
}

Answer remove_forge_app(Services& services, Call call) {
    auto remove = [&](store::Transaction& tx) {
        const auto row = store::find_forge_app(tx);
        record(tx, call, {"github-app.remove", row ? row->name : std::string{}});
        return store::remove_forge_app(tx, call.who.actor);
    };
    auto removing = services.database.write(remove);
    if (const auto removed = co_await std::move(removing); !removed) {
        co_return http::make_error(removed.error());
    }
    auto using_none = use_now(services);
    co_return reply_empty(co_await std::move(using_none));
}

}  // namespace triphammer::api
