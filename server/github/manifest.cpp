#include "github/manifest.hpp"

#include "base/text.hpp"
#include "github/hooks.hpp"
#include "github/jwt.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::github {

using nlohmann::json;

namespace {

constexpr std::size_t kLongestName = 34;
constexpr std::size_t kLongestCode = 200;

bool is_word(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

std::string text_of(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

Error explain_conversion(const ApiAnswer& answer) {
    const auto body = json::parse(answer.body, nullptr, false);
    const auto said = "GitHub answered " + std::to_string(answer.status) + " (" +
                      std::string{cut_utf8(body.is_object() ? text_of(body, "message") : "", 300)} +
                      ")";
    if (answer.status == 404 || answer.status == 410) {
        return not_found(
            said +
            ": the code is good once, and for an hour. If GitHub has made the App, delete it there "
            "(Settings → Developer settings → GitHub Apps), and begin again"
        );
    }
    if (answer.wait_until || answer.status >= 500 || answer.status == 429) {
        return {Code::unavailable, said + "; the code is good for an hour: try again"};
    }
    return invalid(said + "; delete the App at GitHub, if it is there, and begin again");
}

Result<MadeApp> read_made(const std::string& text) {
    const auto body = json::parse(text, nullptr, false);
    const Error broken{
        Code::protocol,
        "GitHub's answer describes no App; delete it at GitHub, if it is there, and begin again"};
    if (!body.is_object() || !body.contains("id") || !body["id"].is_number_integer()) return broken;
    MadeApp out;
    out.identity.id = std::to_string(body["id"].get<std::int64_t>());
    out.identity.private_key = Secret{text_of(body, "pem")};
    out.slug = text_of(body, "slug");
    out.name = text_of(body, "name");
    out.page = text_of(body, "html_url");
    out.client_id = text_of(body, "client_id");
    out.client_secret = Secret{text_of(body, "client_secret")};
    out.webhook_secret = Secret{text_of(body, "webhook_secret")};
    const bool is_whole =
        is_word(out.slug) && !out.webhook_secret.empty() &&
        make_app_jwt(out.identity.id, out.identity.private_key, TimePoint{}).has_value();
    if (!is_whole) return broken;
    return out;
}

}  // namespace

Permissions app_permissions(bool writes_contents) {
    return {
        {"actions", "read"},
        {"checks", "write"},
        {"contents", writes_contents ? "write" : "read"},
        {"deployments", "write"},
        {"issues", "write"},
        {"metadata", "read"},
        {"packages", "read"},
        {"pages", "read"},
        {"pull_requests", "write"},
        {"statuses", "write"},
    };
}

std::vector<std::string_view> app_events() {
    const auto hooks = hook_events();
    std::vector<std::string_view> out{"check_run", "check_suite"};
    out.insert(out.end(), hooks.begin(), hooks.end());
    return out;
}

std::string make_manifest(const ManifestWish& wish) {
    auto events = json::array();
    for (const auto event : app_events()) events.push_back(event);
    const json manifest{
        {"name", wish.name},
        {"url", wish.here},
        {"description", "Builds, tests and deploys with Triphammer"},
        {"hook_attributes", {{"url", wish.hook}, {"active", true}}},
        {"redirect_url", wish.here + "/connect/github"},
        {"setup_url", wish.here + "/connect/github"},
        {"setup_on_update", true},
        {"public", false},
        {"default_permissions", app_permissions(wish.writes_contents)},
        {"default_events", events},
    };
    return manifest.dump();
}

std::string suggest_app_name(const std::string& here) {
    const auto begin = here.find("://");
    auto host = begin == std::string::npos ? here : here.substr(begin + 3);
    host.resize(std::min(host.find_first_of(":/"), host.size()));
    return std::string{cut_utf8("triphammer " + host, kLongestName)};
}

Result<std::string> manifest_target(
    const std::string& url, const std::string& organization, const std::string& state
) {
    if (!organization.empty() && !is_word(organization)) {
        return invalid(
            "'" + organization + "' is no organization's name: the NAME of github.com/NAME"
        );
    }
    const auto owner = organization.empty() ? "" : "/organizations/" + organization;
    return url + owner + "/settings/apps/new?state=" + percent_encode(state);
}

Task<Result<MadeApp>> convert_code(const Client& client, std::string code) {
    if (!is_word(code) || code.size() > kLongestCode) {
        co_return invalid("GitHub's code is missing or no code: begin again");
    }
    auto asking = client.post("/app-manifests/" + code + "/conversions", "");
    const auto answer = co_await std::move(asking);
    if (!answer) {
        co_return Error{
            Code::unavailable,
            "GitHub could not be asked: " + answer.error().message +
                "; the code is good for an hour: try again"};
    }
    if (answer->status != 201) co_return explain_conversion(*answer);
    co_return read_made(answer->body);
}

}  // namespace triphammer::github
