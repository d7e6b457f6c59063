#include "github/oauth.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::github {

using namespace std::chrono_literals;
using nlohmann::json;

namespace {

constexpr auto kAnswerLimit = 15s;
constexpr std::size_t kLongestOAuthCode = 200;
constexpr int kOrganizationsPerPage = 100;
constexpr int kMostPages = 10;

Error away(const std::string& what) {
    return {Code::unavailable, "GitHub could not be asked (" + what + "); try again in a minute"};
}

Error odd(const std::string& what) {
    return {Code::protocol, "GitHub's answer to " + what + " cannot be read; try again"};
}

std::string text_in(const json& object, const char* name) {
    if (!object.is_object()) return {};
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::int64_t number_in(const json& object, const char* name) {
    if (!object.is_object()) return 0;
    const auto found = object.find(name);
    return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

bool is_code(std::string_view code) {
    return !code.empty() && code.size() <= kLongestOAuthCode &&
           std::all_of(code.begin(), code.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

/// GitHub's words for what is wrong with a code ("Troubleshooting OAuth app access token request
/// errors") are of two kinds: the visitor's, and the admin's.
Error explain_exchange(const std::string& error) {
    if (error == "incorrect_client_credentials" || error == "redirect_uri_mismatch" ||
        error == "Not Found") {
        return invalid(
            "GitHub does not take this server's client (" + error +
            "): an admin has to compare auth.github.client_id, auth.github.client_secret and the "
            "callback address with the OAuth App's page at GitHub"
        );
    }
    const auto said = error.empty() ? std::string{"no token"} : std::string{cut_utf8(error, 100)};
    return refused("GitHub's code is worth nothing any more (" + said + "): sign in again");
}

http::Call make_exchange(
    const OAuthClient& client, const std::string& code, const std::string& verifier
) {
    http::Call call{http::Method::post, "/"};
    call.headers.add("Accept", "application/json");
    call.headers.add("Content-Type", "application/x-www-form-urlencoded");
    call.body = "client_id=" + percent_encode(client.id) +
                "&client_secret=" + percent_encode(client.secret.reveal()) +
                "&code=" + percent_encode(code) +
                "&redirect_uri=" + percent_encode(client.redirect) +
                "&code_verifier=" + percent_encode(verifier);
    call.body_limit = 64 * 1024;
    call.deadline = kAnswerLimit;
    return call;
}

Task<Result<Secret>> exchange_code(
    const OAuthClient& client,
    const std::filesystem::path& ca_file,
    const std::string& code,
    const std::string& verifier
) {
    const auto url = http::parse_url(client.site + "/login/oauth/access_token");
    if (!url) co_return url.error();
    auto endpoint = http::endpoint_of(*url);
    endpoint.ca_file = ca_file;
    const http::Client forge{std::move(endpoint)};
    auto call = make_exchange(client, code, verifier);
    call.target = url->target;
    auto sending = forge.send(std::move(call));
    auto answer = co_await std::move(sending);
    if (!answer) co_return away(answer.error().message);
    if (answer->status >= 500 || answer->status == 429) {
        co_return away("it answered " + std::to_string(answer->status));
    }
    const auto body = json::parse(answer->body, nullptr, false);
    wipe(answer->body);
    Secret token{text_in(body, "access_token")};
    if (!token.empty()) co_return token;
    const auto error = text_in(body, "error");
    co_return explain_exchange(answer->status == 404 ? "Not Found" : error);
}

/// The token is of no use any more: GitHub is told to forget it, and where it does not hear that
/// nothing is lost but a row there.
Task<> give_back(const OAuthClient& client, const ApiSettings& api, const Secret& token) {
    auto url = api.base;
    if (url.target.ends_with('/')) url.target.pop_back();
    auto endpoint = http::endpoint_of(url);
    endpoint.ca_file = api.ca_file;
    const http::Client forge{std::move(endpoint)};
    http::Call call{
        http::Method::delete_,
        url.target + "/applications/" + percent_encode(client.id) + "/token"};
    call.headers.add("Accept", "application/vnd.github+json");
    call.headers.add("Content-Type", "application/json");
    call.headers.add(
        "Authorization", "Basic " + to_base64(client.id + ":" + client.secret.reveal())
    );
    call.body = json{{"access_token", token.reveal()}}.dump();
    call.deadline = kAnswerLimit;
    auto sending = forge.send(std::move(call));
    (void)co_await std::move(sending);
}

Task<Result<json>> get_json(const Client& api, std::string path) {
    auto asking = api.get(path);
    const auto answer = co_await std::move(asking);
    if (!answer) co_return away(answer.error().message);
    if (answer->status != 200) {
        co_return away(path + " answered " + std::to_string(answer->status));
    }
    auto body = json::parse(answer->body, nullptr, false);
    if (body.is_discarded()) co_return odd(path);
    co_return Result<json>{boost::system::in_place_value, std::move(body)};
}

Task<Result<std::vector<Organization>>> list_organizations(const Client& api) {
    std::vector<Organization> out;
    for (int page = 1; page <= kMostPages; ++page) {
        auto asking = get_json(api, "/user/orgs?per_page=100&page=" + std::to_string(page));
        const auto body = co_await std::move(asking);
        if (!body) co_return body.error();
        if (!body->is_array()) co_return odd("/user/orgs");
        for (const auto& one : *body) {
            out.push_back({number_in(one, "id"), text_in(one, "login")});
        }
        if (body->size() < kOrganizationsPerPage) break;
    }
    co_return out;
}

Task<Result<Person>> read_person(const Client& api, bool asks_organizations) {
    auto asking = get_json(api, "/user");
    const auto body = co_await std::move(asking);
    if (!body) co_return body.error();
    Person person;
    person.id = number_in(*body, "id");
    person.login = text_in(*body, "login");
    if (person.id <= 0 || person.login.empty()) co_return odd("/user");
    if (asks_organizations) {
        auto listing = list_organizations(api);
        auto organizations = co_await std::move(listing);
        if (!organizations) co_return organizations.error();
        person.organizations = std::move(*organizations);
    }
    co_return person;
}

}  // namespace

std::string make_challenge(std::string_view verifier) {
    const auto sum = sha256(verifier);
    auto text = to_base64url(std::string{sum.begin(), sum.end()});
    while (text.ends_with('=')) text.pop_back();
    return text;
}

std::string authorize_url(const OAuthClient& client, const OAuthAsk& ask) {
    auto url = client.site + "/login/oauth/authorize?client_id=" + percent_encode(client.id) +
               "&redirect_uri=" + percent_encode(client.redirect) +
               "&state=" + percent_encode(ask.state) +
               "&code_challenge=" + make_challenge(ask.verifier) + "&code_challenge_method=S256";
    if (client.asks_organizations) url += "&scope=read%3Aorg";
    return url;
}

Task<Result<Person>> find_person(
    OAuthClient client, ApiSettings api, const Clock& clock, std::string code, std::string verifier
) {
    if (!is_code(code)) co_return refused("GitHub's code is missing or no code: sign in again");
    auto exchanging = exchange_code(client, api.ca_file, code, verifier);
    const auto token = co_await std::move(exchanging);
    if (!token) co_return token.error();
    api.token = *token;
    const Client asker{api, clock};
    auto reading = read_person(asker, client.asks_organizations);
    auto person = co_await std::move(reading);
    auto giving = give_back(client, api, *token);
    co_await std::move(giving);
    co_return person;
}

}  // namespace triphammer::github
