#include "github/hook_state.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::github {

using nlohmann::json;

namespace {

const json& part(const json& object, const char* name) {
    static const json kNothing;
    if (!object.is_object()) return kNothing;
    const auto found = object.find(name);
    return found == object.end() ? kNothing : *found;
}

std::string string_of(const json& value) {
    return value.is_string() ? value.get<std::string>() : "";
}

/// The JSON at a path below the repository.
Task<Result<json>> read_below(
    const Client& client, std::string repository, std::string path, std::string right
) {
    auto asking = client.get(repository_path(repository) + path);
    const auto answer = co_await std::move(asking);
    if (!answer) co_return with_context(repository, answer.error());
    if (answer->status != 200) co_return explain_refusal(*answer, repository + path, right);
    auto body = json::parse(answer->body, nullptr, false);
    if (body.is_discarded()) co_return Error{Code::protocol, repository + path + ": no JSON"};
    co_return Result<json>{boost::system::in_place_value, std::move(body)};
}

HookState read_one(const json& hook) {
    HookState out;
    out.url = string_of(part(part(hook, "config"), "url"));
    out.is_active = part(hook, "active") == true;
    for (const auto& event : part(hook, "events")) out.events.push_back(string_of(event));
    const auto& last = part(hook, "last_response");
    if (part(last, "code").is_number_integer()) out.last.code = part(last, "code").get<int>();
    out.last.message = string_of(part(last, "message"));
    return out;
}

bool is_sought(const json& hook, const HookSought& sought) {
    if (sought.id != 0) return part(hook, "id") == sought.id;
    return string_of(part(part(hook, "config"), "url")) == sought.url;
}

void add_once(std::vector<std::string>& out, std::string name) {
    const bool is_known = name.empty() || std::find(out.begin(), out.end(), name) != out.end();
    if (!is_known) out.push_back(std::move(name));
}

/// `items`: objects or texts; each one's context.
void add_all(std::vector<std::string>& out, const json& items, const char* name) {
    for (const auto& item : items) {
        add_once(out, item.is_string() ? string_of(item) : string_of(part(item, name)));
    }
}

}  // namespace

Task<Result<RepositoryState>> read_state(const Client& client, std::string repository) {
    auto asking = client.get(repository_path(repository));
    const auto answer = co_await std::move(asking);
    if (!answer) co_return with_context(repository, answer.error());
    if (answer->status != 200) co_return explain_refusal(*answer, repository, "Metadata: read");
    const auto body = json::parse(answer->body, nullptr, false);
    RepositoryState out;
    out.default_branch = string_of(part(body, "default_branch"));
    out.is_private = part(body, "private") == true;
    if (const auto scopes = answer->headers.find("X-OAuth-Scopes")) out.scopes = *scopes;
    co_return out;
}

Task<Result<std::optional<HookState>>> read_hook_state(
    const Client& client, std::string repository, HookSought sought
) {
    auto reading =
        read_below(client, std::move(repository), "/hooks?per_page=100", "Webhooks: read");
    const auto hooks = co_await std::move(reading);
    if (!hooks) co_return hooks.error();
    for (const auto& hook : *hooks) {
        if (is_sought(hook, sought)) co_return std::optional<HookState>{read_one(hook)};
    }
    co_return std::optional<HookState>{};
}

Task<Result<std::vector<std::string>>> read_required(
    const Client& client, std::string repository, std::string branch
) {
    const auto name = percent_encode(branch);
    auto reading = read_below(client, repository, "/branches/" + name, "Contents: read");
    const auto found = co_await std::move(reading);
    if (!found) co_return found.error();
    std::vector<std::string> out;
    const auto& checks = part(part(*found, "protection"), "required_status_checks");
    add_all(out, part(checks, "contexts"), "context");
    add_all(out, part(checks, "checks"), "context");
    auto asking = read_below(client, repository, "/rules/branches/" + name, "Metadata: read");
    const auto rules = co_await std::move(asking);
    if (!rules) co_return out;  // an older GitHub Enterprise Server has none
    for (const auto& rule : *rules) {
        if (part(rule, "type") != "required_status_checks") continue;
        add_all(out, part(part(rule, "parameters"), "required_status_checks"), "context");
    }
    co_return out;
}

Task<Result<std::vector<std::string>>> read_reported(
    const Client& client, std::string repository, std::string branch
) {
    const auto commit = "/commits/" + percent_encode(branch);
    auto reading =
        read_below(client, repository, commit + "/status?per_page=100", "Commit statuses: read");
    const auto statuses = co_await std::move(reading);
    if (!statuses) co_return statuses.error();
    std::vector<std::string> out;
    add_all(out, part(*statuses, "statuses"), "context");
    auto asking = read_below(
        client, std::move(repository), commit + "/check-runs?per_page=100", "Checks: read"
    );
    const auto checks = co_await std::move(asking);
    if (checks) add_all(out, part(*checks, "check_runs"), "name");
    co_return out;
}

}  // namespace triphammer::github
