#include "github/hooks.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::github {

using nlohmann::json;

namespace {

constexpr std::string_view kReadRight = "Metadata: read";
constexpr std::string_view kHookRight = "Webhooks: read and write";

constexpr std::string_view kEvents[] = {
    "create",
    "delete",
    "deployment",
    "deployment_status",
    "fork",
    "gollum",
    "issue_comment",
    "issues",
    "label",
    "milestone",
    "page_build",
    "public",
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "push",
    "release",
    "watch",
};

/// A member of an object; null where there is none.
const json& child(const json& object, const char* name) {
    static const json kNull;
    if (!object.is_object()) return kNull;
    const auto found = object.find(name);
    return found == object.end() ? kNull : *found;
}

std::string text_in(const json& object, const char* name) {
    const auto& value = child(object, name);
    return value.is_string() ? value.get<std::string>() : std::string{};
}

std::int64_t number_in(const json& object, const char* name) {
    const auto& value = child(object, name);
    return value.is_number_integer() ? value.get<std::int64_t>() : 0;
}

/// "Validation Failed: url is not supported because …"
std::string reason_of(const json& body) {
    auto reason = text_in(body, "message");
    for (const auto& error : child(body, "errors")) {
        const auto more = error.is_string() ? error.get<std::string>() : text_in(error, "message");
        if (!more.empty()) reason += ": " + more;
    }
    return reason.empty() ? "no reason given" : std::string{cut_utf8(reason, 400)};
}

/// A classic token has scopes, and GitHub says which would do; a fine-grained one has permissions.
std::string missing_right(const http::Headers& headers, std::string_view right) {
    if (const auto scopes = headers.find("X-OAuth-Scopes")) {
        auto wanted = std::string{headers.find("X-Accepted-OAuth-Scopes").value_or("")};
        if (wanted.empty()) wanted = "repo and admin:repo_hook";
        return "the token has the scopes '" + std::string{*scopes} + "', and needs " + wanted;
    }
    const auto accepted = headers.find("X-Accepted-GitHub-Permissions");
    const auto named = accepted ? " (" + std::string{*accepted} + ")" : std::string{};
    return "a fine-grained token needs the repository among its own and the permission " +
           std::string{right} + named + ", a classic one the scopes repo and admin:repo_hook";
}

/// `https://…` of "required; url=https://…": where a person lets the token in.
std::string sign_on_of(const http::Headers& headers) {
    const std::string text{headers.find("X-GitHub-SSO").value_or("")};
    const auto at = text.find("url=");
    return at == std::string::npos ? "" : text.substr(at + 4);
}

std::string hooks_path(const std::string& repository) {
    return repository_path(repository) + "/hooks";
}

std::string hook_path(const std::string& repository, std::int64_t hook) {
    return hooks_path(repository) + "/" + std::to_string(hook);
}

json make_config(const HookWish& wish) {
    return {
        {"url", wish.url},
        {"content_type", "json"},
        {"secret", wish.secret.reveal()},
        {"insecure_ssl", "0"},
    };
}

std::string make_body(const HookWish& wish, bool is_new) {
    json body{{"active", true}, {"events", json::array()}, {"config", make_config(wish)}};
    for (const auto event : kEvents) body["events"].push_back(event);
    if (is_new) body["name"] = "web";
    return body.dump();
}

/// An answer's body, if its status is `expected`.
Result<json> read_body(
    const Result<ApiAnswer>& answer, int expected, const std::string& what, std::string_view right
) {
    if (!answer) return with_context(what, answer.error());
    if (answer->status != expected) return explain_refusal(*answer, what, right);
    auto body = json::parse(answer->body, nullptr, false);
    if (body.is_discarded()) return Error{Code::protocol, what + ": the answer is no JSON"};
    return Result<json>{boost::system::in_place_value, std::move(body)};
}

Task<Result<json>> list_hooks(const Client& client, std::string repository) {
    auto listing = client.get(hooks_path(repository) + "?per_page=100");
    const auto answer = co_await std::move(listing);
    co_return read_body(answer, 200, "the hooks of " + repository, kHookRight);
}

std::string address_of(const json& hook) {
    return text_in(child(hook, "config"), "url");
}

std::int64_t find_address(const json& hooks, const std::string& url) {
    for (const auto& hook : hooks) {
        if (address_of(hook) == url) return number_in(hook, "id");
    }
    return 0;
}

/// The one that is known, else with the very address, else any of this server.
std::int64_t find_ours(const json& hooks, const HookWish& wish) {
    for (const auto& hook : hooks) {
        if (wish.known != 0 && number_in(hook, "id") == wish.known) return wish.known;
    }
    if (const auto exact = find_address(hooks, wish.url); exact != 0) return exact;
    for (const auto& hook : hooks) {
        if (address_of(hook).starts_with(wish.ours)) return number_in(hook, "id");
    }
    return 0;
}

TimePoint changed_at(const json& hook) {
    return parse_rfc3339(text_in(hook, "updated_at")).value_or(from_unix_ms(0));
}

/// Nobody knows whether the forge did what was asked.
bool is_lost(const Result<ApiAnswer>& answer) {
    return !answer || answer->status >= 500;
}

}  // namespace

std::span<const std::string_view> hook_events() {
    return kEvents;
}

Error explain_refusal(const ApiAnswer& answer, std::string_view what, std::string_view right) {
    const auto body = json::parse(answer.body, nullptr, false);
    const auto said = std::string{what} + ": GitHub answered " + std::to_string(answer.status) +
                      " (" + reason_of(body) + ")";
    if (answer.wait_until) {
        return {
            Code::unavailable, said + "; its limit lasts until " + to_rfc3339(*answer.wait_until)};
    }
    if (answer.status == 401) {
        return invalid(
            said +
            ": the token is wrong, expired or revoked; make one at GitHub under Settings → "
            "Developer settings → Personal access tokens"
        );
    }
    if (answer.status == 403) {
        const auto sign_on = sign_on_of(answer.headers);
        if (!sign_on.empty()) {
            return refused(said + ": let the token into the organization first: " + sign_on);
        }
        return refused(said + ": " + missing_right(answer.headers, right));
    }
    if (answer.status == 404) {
        return not_found(
            said + ": there is no such thing, or the token may not see it: " +
            missing_right(answer.headers, right) + "; hooks are for the repository's admins"
        );
    }
    if (answer.status >= 500) return {Code::unavailable, said + "; try again later"};
    return invalid(said);
}

Task<Result<ForgeRepository>> read_repository(const Client& client, std::string repository) {
    auto asking = client.get(repository_path(repository));
    const auto answer = co_await std::move(asking);
    const auto body = read_body(answer, 200, "the repository " + repository, kReadRight);
    if (!body) co_return body.error();
    ForgeRepository out;
    out.id = number_in(*body, "id");
    out.full_name = text_in(*body, "full_name");
    out.clone_url = text_in(*body, "clone_url");
    out.default_branch = text_in(*body, "default_branch");
    if (out.id == 0 || out.full_name.empty() || out.clone_url.empty()) {
        co_return Error{Code::protocol, "GitHub's answer describes no repository"};
    }
    co_return out;
}

Task<Result<ForgeHook>> ensure_hook(const Client& client, std::string repository, HookWish wish) {
    auto listing = list_hooks(client, repository);
    const auto hooks = co_await std::move(listing);
    if (!hooks) co_return hooks.error();
    ForgeHook out;
    out.id = find_ours(*hooks, wish);
    out.is_new = out.id == 0;
    const auto body = make_body(wish, out.is_new);
    auto asking = out.is_new ? client.post(hooks_path(repository), body)
                             : client.patch(hook_path(repository, out.id), body);
    const auto answer = co_await std::move(asking);
    if (out.is_new && is_lost(answer)) {
        auto again = list_hooks(client, repository);
        const auto now = co_await std::move(again);
        out.id = now ? find_address(*now, wish.url) : 0;
        if (out.id != 0) co_return out;
    }
    const auto what = "the hook of " + repository;
    const auto made = read_body(answer, out.is_new ? 201 : 200, what, kHookRight);
    if (!made) co_return made.error();
    out.id = number_in(*made, "id");
    if (out.id == 0) co_return Error{Code::protocol, what + ": GitHub's answer holds no id"};
    // A new one has no past.
    if (!out.is_new) out.changed_at = changed_at(*made);
    co_return out;
}

Task<Result<std::optional<std::int64_t>>> find_hook(
    const Client& client, std::string repository, std::string url
) {
    auto listing = list_hooks(client, std::move(repository));
    const auto hooks = co_await std::move(listing);
    if (!hooks) co_return hooks.error();
    const auto id = find_address(*hooks, url);
    co_return id == 0 ? std::optional<std::int64_t>{} : id;
}

Task<Result<>> change_hook_secret(
    const Client& client, std::string repository, std::int64_t hook, HookWish wish
) {
    const json body{{"config", make_config(wish)}};
    auto asking = client.patch(hook_path(repository, hook), body.dump());
    const auto answer = co_await std::move(asking);
    const auto changed = read_body(answer, 200, "the hook of " + repository, kHookRight);
    if (!changed) co_return changed.error();
    co_return Result<>{};
}

Task<Result<>> ping_hook(const Client& client, std::string repository, std::int64_t hook) {
    auto asking = client.post(hook_path(repository, hook) + "/pings", "");
    const auto answer = co_await std::move(asking);
    const auto what = "a ping of the hook of " + repository;
    if (!answer) co_return with_context(what, answer.error());
    if (answer->status / 100 != 2) co_return explain_refusal(*answer, what, kHookRight);
    co_return Result<>{};
}

Task<Result<>> remove_hook(const Client& client, std::string repository, std::int64_t hook) {
    auto asking = client.remove(hook_path(repository, hook));
    const auto answer = co_await std::move(asking);
    const auto what = "removing the hook of " + repository;
    if (!answer) co_return with_context(what, answer.error());
    const bool is_gone = answer->status / 100 == 2 || answer->status == 404;
    if (!is_gone) co_return explain_refusal(*answer, what, kHookRight);
    co_return Result<>{};
}

Task<Result<LastResponse>> read_last_response(
    const Client& client, std::string repository, std::int64_t hook
) {
    auto asking = client.get(hook_path(repository, hook));
    const auto answer = co_await std::move(asking);
    const auto body = read_body(answer, 200, "the hook of " + repository, kHookRight);
    if (!body) co_return body.error();
    LastResponse out;
    const auto& last = child(*body, "last_response");
    out.code = static_cast<int>(number_in(last, "code"));
    out.message = text_in(last, "message");
    co_return out;
}

}  // namespace triphammer::github
