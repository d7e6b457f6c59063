#include "github/app.hpp"

#include "base/text.hpp"
#include "github/jwt.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::github {

namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr auto kJwtAge = 5min;
constexpr auto kInstallationAge = 2min;
constexpr auto kTokenAge = 1h;
constexpr int kCreated = 201;

int rank_of(const std::string& access) {
    if (access == "read") return 1;
    return access == "write" || access == "admin" ? 2 : 0;
}

Permissions read_permissions(const json& object) {
    Permissions out;
    if (!object.is_object()) return out;
    for (const auto& [name, access] : object.items()) {
        if (access.is_string()) out[name] = access.get<std::string>();
    }
    return out;
}

std::string message_of(const json& body) {
    const auto found = body.is_object() ? body.find("message") : body.end();
    const bool is_text = body.is_object() && found != body.end() && found->is_string();
    return is_text ? std::string{cut_utf8(found->get<std::string>(), 300)} : "no reason given";
}

Error explain(const ApiAnswer& answer, const json& body) {
    const auto what = "GitHub answered " + std::to_string(answer.status) + ": " + message_of(body);
    if (answer.wait_until || answer.status >= 500) return {Code::unavailable, what};
    if (answer.status == 401) {
        return {
            Code::unauthorized,
            what + "; check github.app_id, github.private_key and this machine's clock"};
    }
    if (answer.status == 404) return not_found(what);
    return refused(what);
}

}  // namespace

Permissions meet(const Permissions& wanted, const Permissions& granted) {
    Permissions out{{"metadata", "read"}};
    for (const auto& [name, access] : wanted) {
        const auto found = granted.find(name);
        const auto rank =
            found == granted.end() ? 0 : std::min(rank_of(access), rank_of(found->second));
        if (rank > 0 && name != "metadata") out[name] = rank == 1 ? "read" : "write";
    }
    return out;
}

App::App(AppSettings settings, const Clock& clock)
    : settings_{std::move(settings)}, clock_{clock} {}

Result<Client> App::make_client() {
    const auto now = clock_.now();
    const bool is_fresh = now >= jwt_made_at_ && now < jwt_made_at_ + kJwtAge;
    if (jwt_.empty() || !is_fresh) {
        auto made = make_app_jwt(settings_.id, settings_.private_key, now);
        if (!made) return with_context("github.private_key", made.error());
        jwt_ = std::move(*made);
        jwt_made_at_ = now;
    }
    auto api = settings_.api;
    api.token = jwt_;
    return Client{std::move(api), clock_};
}

Task<Result<App::Installation>> App::read_installation(std::string repository) {
    const auto client = make_client();
    if (!client) co_return client.error();
    auto asking = client->get(repository_path(repository) + "/installation");
    const auto answer = co_await std::move(asking);
    if (!answer) co_return answer.error();
    const auto body = json::parse(answer->body, nullptr, false);
    Installation out;
    out.read_at = clock_.now();
    if (answer->status == 404) co_return out;
    const bool is_whole = body.is_object() && body.contains("id") && body["id"].is_number_integer();
    if (answer->status != 200) co_return explain(*answer, body);
    if (!is_whole) co_return Error{Code::protocol, "GitHub's answer names no installation"};
    out.id = std::to_string(body["id"].get<std::int64_t>());
    out.permissions = read_permissions(body.value("permissions", json::object()));
    out.is_there = true;
    co_return out;
}

Task<Result<App::Installation>> App::find_installation(std::string repository) {
    const auto key = to_lower(repository);
    const auto known = installations_.find(key);
    const auto now = clock_.now();
    if (known != installations_.end() && now < known->second.read_at + kInstallationAge) {
        co_return known->second;
    }
    auto reading = read_installation(std::move(repository));
    auto read = co_await std::move(reading);
    if (read) installations_[key] = *read;
    co_return read;
}

namespace {

/// What GitHub says; what it has always been where it does not.
TimePoint end_of_token(const json& body, TimePoint usual) {
    const auto said = body.find("expires_at");
    if (said == body.end() || !said->is_string()) return usual;
    const auto end = parse_rfc3339(said->get_ref<const std::string&>());
    return end ? std::min(*end, usual) : usual;
}

}  // namespace

Task<Result<InstallationToken>> App::mint(std::string repository, Permissions wanted) {
    auto finding = find_installation(repository);
    const auto installation = co_await std::move(finding);
    if (!installation) co_return installation.error();
    if (!installation->is_there) {
        co_return not_found("the GitHub App is not installed on " + repository);
    }
    const auto client = make_client();
    if (!client) co_return client.error();
    const json ask{
        {"repositories", {repository.substr(repository.find('/') + 1)}},
        {"permissions", meet(wanted, installation->permissions)}};
    auto asking =
        client->post("/app/installations/" + installation->id + "/access_tokens", ask.dump());
    const auto answer = co_await std::move(asking);
    if (!answer) co_return answer.error();
    const auto body = json::parse(answer->body, nullptr, false);
    if (answer->status != kCreated) {
        installations_.erase(to_lower(repository));  // what it may do was changed, perhaps
        co_return explain(*answer, body);
    }
    const bool has_token = body.is_object() && body.contains("token") && body["token"].is_string();
    if (!has_token) co_return Error{Code::protocol, "GitHub's answer holds no token"};
    InstallationToken out;
    out.value = Secret{body["token"].get<std::string>()};
    out.expires_at = end_of_token(body, clock_.now() + kTokenAge);
    out.permissions = read_permissions(body.value("permissions", json::object()));
    co_return out;
}

Task<Result<ApiAnswer>> App::get(std::string path, std::string etag) {
    const auto client = make_client();
    if (!client) co_return client.error();
    auto asking = client->get(std::move(path), std::move(etag));
    co_return co_await std::move(asking);
}

Task<Result<>> App::revoke(Secret token) const {
    auto api = settings_.api;
    api.token = std::move(token);
    const Client client{std::move(api), clock_};
    auto asking = client.remove("/installation/token");
    const auto answer = co_await std::move(asking);
    if (!answer) co_return answer.error();
    const bool is_dead = answer->status / 100 == 2 || answer->status == 401;
    if (is_dead) co_return Result<>{};
    co_return explain(*answer, json::parse(answer->body, nullptr, false));
}

}  // namespace triphammer::github
