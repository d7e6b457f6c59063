#include "api/github/connecting.hpp"

#include "access/repository_keys.hpp"
#include "api/call/audit.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "base/log.hpp"
#include "github/hooks.hpp"
#include "intake/catch_up.hpp"
#include "store/forge/delivery_listing.hpp"
#include "store/forge/hook_position_store.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

#include <optional>

namespace triphammer::api {

using nlohmann::json;
using store::RepositoryRow;

namespace {

constexpr std::string_view kHooks = "/webhooks/github/";

/// A repository's row, and whether this request made it.
struct Registered {
    RepositoryRow row;
    Secret secret;  // of its hook
    bool is_new = false;
};

Result<github::Client> make_client(Services& services, const Secret& own_token) {
    auto settings = services.github_api;
    if (!own_token.empty()) settings.token = own_token;
    if (settings.token.empty()) {
        return invalid("GitHub wants a token: --token-file, or github.token in the configuration");
    }
    return github::Client{std::move(settings), services.clock};
}

/// What GitHub knows better than the one who asked.
Result<> take_facts(
    const Services& services, const github::ForgeRepository& facts, Wanted& wanted
) {
    auto& repository = wanted.repository;
    const auto url = git::check_url(facts.clone_url, services.url_rules);
    if (!url) return with_context("the address that GitHub gives", url.error());
    repository.forge_id = facts.id;
    repository.full_name = facts.full_name;
    repository.clone_url =
        wanted.wants_key ? ssh_address(url->text(), facts.full_name) : url->text();
    repository.default_branch = facts.default_branch;
    return {};
}

/// The row of an earlier attempt that did not come to its end, with the token of this one.
Result<Registered> resume(
    store::Transaction& tx, const access::Sealer& sealer, RepositoryRow row, const Wanted& wanted
) {
    if (row.forge_hook != 0) return conflict(row.full_name + " is registered already");
    if (wanted.wants_key && row.deploy_key.empty()) {
        return conflict(row.full_name + " is registered without a deploy key; remove it first");
    }
    auto secret = access::open_hook_secret(sealer, row);
    if (!secret) return secret.error();
    if (!wanted.clone_token.empty()) {
        row.clone_token = access::seal_clone_token(sealer, row.hook, wanted.clone_token);
        if (auto set = store::set_clone_token(tx, row.id, row.clone_token); !set)
            return set.error();
    }
    Registered out;
    out.row = std::move(row);
    out.secret = std::move(*secret);
    return out;
}

Result<Registered> register_row(
    store::Transaction& tx, const access::Sealer& sealer, const Wanted& wanted
) {
    if (auto known = store::find_repository_by_name(tx, wanted.repository.full_name)) {
        return resume(tx, sealer, std::move(*known), wanted);
    }
    const auto id = store::add_repository(tx, wanted.repository);
    if (!id) return id.error();
    Registered out;
    out.row = *store::find_repository(tx, *id);
    out.secret = wanted.hook_secret;
    out.is_new = true;
    return out;
}

/// Its log counts from now on.
Task<Result<>> keep_hook(
    Services& services, const RepositoryRow& row, const github::ForgeHook& hook
) {
    auto set = [&](store::Transaction& tx) {
        store::begin_hook_position(tx, row.hook, hook.changed_at);
        return store::set_forge_hook(tx, row.id, hook.id);
    };
    auto setting = services.database.write(set);
    co_return co_await std::move(setting);
}

Task<> take_back(Services& services, const RepositoryRow& row, const store::AuditActor& who) {
    auto remove = [&](store::Transaction& tx) {
        store::NewAudit entry{"repository.remove", row.full_name, row.id};
        entry.reason = "its hook could not be made at GitHub";
        store::append_audit(tx, who, entry);
        return store::remove_repository(tx, row.id, who.name);
    };
    auto removing = services.database.write(remove);
    const auto done = co_await std::move(removing);
    if (!done) log::error("a half registered repository stays", {{"error", done.error().message}});
}

json hook_json(const Services& services, const RepositoryRow& row, std::int64_t hook) {
    return {
        {"id", model::to_text(row.id)},
        {"full_name", row.full_name},
        {"clone_url", row.clone_url},
        {"hook", std::string{kHooks} + row.hook},
        {"url", hook_url(services, row.hook)},
        {"hook_id", std::to_string(hook)},
        {"deploy_key", row.deploy_key_public.empty() ? json{} : json(row.deploy_key_public)},
        {"listening", services.receiver != nullptr},
    };
}

Task<Result<json>> connect(Services& services, Wanted wanted, store::AuditActor who) {
    if (const auto address = check_reached(services); !address) co_return address.error();
    const auto client = make_client(services, wanted.clone_token);
    if (!client) co_return client.error();
    auto reading = github::read_repository(*client, wanted.repository.full_name);
    const auto facts = co_await std::move(reading);
    if (!facts) co_return facts.error();
    if (const auto taken = take_facts(services, *facts, wanted); !taken) co_return taken.error();
    auto add = [&](store::Transaction& tx) -> Result<Registered> {
        auto registered = register_row(tx, services.sealer, wanted);
        if (!registered) return registered.error();
        const auto& row = registered->row;
        const json after{{"clone_url", row.clone_url}, {"new", registered->is_new}};
        store::append_audit(tx, who, {"repository.add", row.full_name, row.id, {}, fields(after)});
        return registered;
    };
    auto adding = services.database.write(add);
    const auto registered = co_await std::move(adding);
    if (!registered) co_return registered.error();
    auto making = make_hook(services, *client, registered->row, registered->secret);
    const auto hook = co_await std::move(making);
    if (!hook && registered->is_new) {
        auto undoing = take_back(services, registered->row, who);
        co_await std::move(undoing);
    }
    if (!hook) co_return hook.error();
    auto out = hook_json(services, registered->row, hook->id);
    out["found"] = !hook->is_new;
    co_return value_of(std::move(out));
}

/// Of the path, with a hook at GitHub that is known.
Result<RepositoryRow> find_connected(store::Connection& db, const Call& call) {
    const auto name = call.parameter(0) + "/" + call.parameter(1);
    auto row = find_reached_repository(db, call, name);
    if (!row) return row.error();
    if (row->forge_hook == 0) {
        return conflict(
            "the hook of " + name + " was not made here: GitHub's id of it is not known"
        );
    }
    return std::move(*row);
}

using Pinged = std::pair<RepositoryRow, std::optional<TimePoint>>;

Task<Result<Pinged>> read_pinged(Services& services, const Call& call) {
    auto read = [&](store::Connection& db) -> Result<Pinged> {
        auto row = find_connected(db, call);
        if (!row) return row.error();
        const auto at = store::last_ping_at(db, row->id, services.polls);
        return Pinged{std::move(*row), at};
    };
    auto reading = services.database.read(read);
    co_return co_await std::move(reading);
}

json pinged_json(const Services& services, const Pinged& pinged) {
    auto out = hook_json(services, pinged.first, pinged.first.forge_hook);
    out["pinged_at"] = pinged.second ? json(to_rfc3339(*pinged.second)) : json{};
    return out;
}

/// Why no delivery is fetched.
std::string advise_polling(const Services& services, const RepositoryRow& row) {
    const auto problem = services.catch_up == nullptr ? "" : services.catch_up->problem(row.hook);
    return problem.empty() ? "This server asks GitHub for deliveries (github.mode: poll)" : problem;
}

/// What GitHub says of the last delivery.
Task<> add_last_response(Services& services, const RepositoryRow& row, json& out) {
    const auto client = forge_client(services, row);
    std::string advice;
    if (client) {
        auto asking = github::read_last_response(*client, row.full_name, row.forge_hook);
        const auto last = co_await std::move(asking);
        if (!last) {
            advice = last.error().message;
        } else if (services.polls) {
            advice = advise_polling(services, row);
        } else {
            advice = advise(last->code, last->message, hook_url(services, row.hook));
        }
        if (last) out["last_response"] = {{"code", last->code}, {"message", last->message}};
    } else {
        advice = client.error().message;
    }
    out["advice"] = advice;
}

}  // namespace

Result<> check_reached(const Services& services) {
    if (!services.hooks_url.empty()) return {};
    return invalid(
        "GitHub has to reach this server: set public_url in the configuration to the address that "
        "leads here from the internet, https://ci.example.com say; or, where there is none, "
        "github.mode: poll; and start the server again"
    );
}

Result<github::Client> forge_client(Services& services, const RepositoryRow& row) {
    const auto token = access::open_clone_token(services.sealer, row);
    if (!token) return token.error();
    return make_client(services, *token);
}

Task<Result<github::ForgeHook>> make_hook(
    Services& services, const github::Client& client, RepositoryRow row, Secret secret
) {
    github::HookWish wish;
    wish.url = hook_url(services, row.hook);
    wish.secret = std::move(secret);
    wish.ours = services.hooks_url;
    wish.known = row.forge_hook;
    auto ensuring = github::ensure_hook(client, row.full_name, std::move(wish));
    const auto hook = co_await std::move(ensuring);
    if (!hook) co_return hook.error();
    auto keeping = keep_hook(services, row, *hook);
    if (const auto kept = co_await std::move(keeping); !kept) co_return kept.error();
    if (services.polls && services.catch_up != nullptr) services.catch_up->wake();
    if (hook->is_new) co_return *hook;
    // Whoever waits for it is told why it does not come; the hook is there all the same.
    auto pinging = github::ping_hook(client, row.full_name, hook->id);
    (void)co_await std::move(pinging);
    co_return *hook;
}

std::string server_hook_url(const Services& services) {
    auto url = services.hooks_url;
    if (url.ends_with('/')) url.pop_back();
    return url;
}

std::string hook_url(const Services& services, const std::string& hook) {
    const bool is_told = !services.hooks_url.empty();
    const auto here = services.base_url + std::string{kHooks};
    return (is_told ? services.hooks_url : here) + hook;
}

std::string ssh_address(const std::string& url, const std::string& full_name) {
    const auto begin = url.find("://") + 3;
    const auto authority = url.substr(begin, url.find('/', begin) - begin);
    const auto host = authority.substr(authority.find('@') + 1);
    return "ssh://git@" + host.substr(0, host.find(':')) + "/" + full_name + ".git";
}

void seal_into(const access::Sealer& sealer, Wanted& wanted) {
    auto& repository = wanted.repository;
    repository.hook_secret = access::seal_hook_secret(sealer, repository.hook, wanted.hook_secret);
    repository.clone_token = access::seal_clone_token(sealer, repository.hook, wanted.clone_token);
}

std::string advise(int code, const std::string& message, const std::string& url) {
    if (code >= 200 && code < 300) {
        return "GitHub delivered to " + url + ", but not to this server: another one answers there";
    }
    const auto said = "GitHub got " + std::to_string(code) +
                      (message.empty() ? "" : " (" + message + ")") + " from " + url + ": ";
    if (code == 401) return said + "another server with another secret answers there";
    if (code == 404 || code == 405) {
        return said + "the proxy in front of this server has to pass /webhooks/github/ on";
    }
    if (code >= 300 && code < 400)
        return said + "the address redirects, which GitHub does not follow";
    if (code >= 400 && code < 500) return said + "see Deliveries for the reason";
    if (code >= 500) {
        return said +
               "the proxy does not reach this server, or the address is not to be reached "
               "from the internet: mend public_url, the proxy or the firewall";
    }
    return "GitHub has reached nobody at " + url + " so far" +
           (message.empty() ? "" : " (" + message + ")") +
           ": it has to be open to the internet; mend public_url, name server or firewall";
}

Answer connect_repository(Services& services, Wanted wanted, store::AuditActor who) {
    auto connecting = connect(services, std::move(wanted), std::move(who));
    const auto connected = co_await std::move(connecting);
    if (!connected) co_return http::make_error(connected.error());
    co_return reply(201, *connected);
}

Task<Result<>> disconnect_repository(Services& services, RepositoryRow row) {
    const auto client = forge_client(services, row);
    Result<> gone;
    if (client) {
        auto removing = github::remove_hook(*client, row.full_name, row.forge_hook);
        gone = co_await std::move(removing);
    } else {
        gone = client.error();
    }
    if (gone) co_return gone;
    auto failure =
        with_context("the repository is removed here, its hook at GitHub stays", gone.error());
    co_return failure;
}

Answer show_hook(Services& services, Call call) {
    auto reading = read_pinged(services, call);
    const auto pinged = co_await std::move(reading);
    if (!pinged) co_return http::make_error(pinged.error());
    auto out = pinged_json(services, *pinged);
    if (query_text(call, "github") == "true") {
        auto adding = add_last_response(services, pinged->first, out);
        co_await std::move(adding);
    }
    co_return reply(200, out);
}

Answer ping_hook(Services& services, Call call) {
    auto reading = read_pinged(services, call);
    const auto pinged = co_await std::move(reading);
    if (!pinged) co_return http::make_error(pinged.error());
    const auto client = forge_client(services, pinged->first);
    if (!client) co_return http::make_error(client.error());
    auto pinging = github::ping_hook(*client, pinged->first.full_name, pinged->first.forge_hook);
    const auto answered = co_await std::move(pinging);
    const store::NewAudit entry{"repository.ping-hook", pinged->first.full_name, pinged->first.id};
    auto recording = record_outside(services, call, entry, answered);
    const auto done = co_await std::move(recording);
    if (!done) co_return http::make_error(done.error());
    if (services.polls && services.catch_up != nullptr) services.catch_up->wake();
    co_return reply(200, pinged_json(services, *pinged));
}

}  // namespace triphammer::api
