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
constexpr auto kSpare = 10min;  // a borrowed token lasts at least
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
            what + "; check the App's id and private key, and this machine's clock"};
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

App::App(ApiSettings api, const Clock& clock) : api_{std::move(api)}, clock_{clock} {
    api_.token = Secret{};
}

void App::use(std::optional<AppIdentity> identity) {
    identity_ = std::move(identity);
    jwt_ = Secret{};
    look_again();
    borrowed_.clear();
}

void App::look_again() {
    installations_.clear();
}

Result<Client> App::make_client(std::uint64_t body_limit) {
    if (!identity_) return not_found("this server has no GitHub App");
    const auto now = clock_.now();
    const bool is_fresh = now >= jwt_made_at_ && now < jwt_made_at_ + kJwtAge;
    if (jwt_.empty() || !is_fresh) {
        auto made = make_app_jwt(identity_->id, identity_->private_key, now);
        if (!made) return with_context("the GitHub App's private key", made.error());
        jwt_ = std::move(*made);
        jwt_made_at_ = now;
    }
    auto api = api_;
    api.token = jwt_;
    if (body_limit > 0) api.body_limit = body_limit;
    return Client{std::move(api), clock_};
}

Task<Result<Installation>> App::read_installation(std::string repository) {
    const auto client = make_client();
    if (!client) co_return client.error();
    auto asking = client->get(repository_path(repository) + "/installation");
    const auto answer = co_await std::move(asking);
    if (!answer) co_return answer.error();
    const auto body = json::parse(answer->body, nullptr, false);
    Installation out;
    if (answer->status == 404) co_return out;
    const bool is_whole = body.is_object() && body.contains("id") && body["id"].is_number_integer();
    if (answer->status != 200) co_return explain(*answer, body);
    if (!is_whole) co_return Error{Code::protocol, "GitHub's answer names no installation"};
    out.id = std::to_string(body["id"].get<std::int64_t>());
    out.permissions = read_permissions(body.value("permissions", json::object()));
    out.is_there = true;
    co_return out;
}

Task<Result<Installation>> App::find_installation(std::string repository) {
    const auto key = to_lower(repository);
    const auto known = installations_.find(key);
    const auto now = clock_.now();
    if (known != installations_.end() && now < known->second.read_at + kInstallationAge) {
        co_return known->second.installation;
    }
    const auto asked = id();
    auto reading = read_installation(std::move(repository));
    auto read = co_await std::move(reading);
    if (read && id() == asked) installations_[key] = Known{*read, now};
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

std::string name_of(const std::string& repository) {
    return repository.substr(repository.find('/') + 1);
}

bool gives(const Permissions& granted, const Permissions& wanted) {
    return std::all_of(wanted.begin(), wanted.end(), [&](const auto& one) {
        const auto found = granted.find(one.first);
        const auto rank = found == granted.end() ? 0 : rank_of(found->second);
        return one.first == "metadata" || rank >= rank_of(one.second);
    });
}

std::string key_of(const std::string& whose, const Permissions& wanted) {
    auto key = to_lower(whose);
    for (const auto& [name, access] : wanted) key += ' ' + name + ':' + access;
    return key;
}

std::string describe_lack(const std::string& repository, const Permissions& wanted) {
    std::string names;
    for (const auto& [name, access] : wanted) {
        names += (names.empty() ? "" : ", ") + name + ": " + access;
    }
    return "the GitHub App may not do what this needs in " + repository + " (" + names + ")";
}

}  // namespace

Task<Result<InstallationToken>> App::request_token(std::string installation, std::string body) {
    const auto client = make_client();
    if (!client) co_return client.error();
    auto asking =
        client->post("/app/installations/" + installation + "/access_tokens", std::move(body));
    const auto answer = co_await std::move(asking);
    if (!answer) co_return answer.error();
    const auto said = json::parse(answer->body, nullptr, false);
    if (answer->status != kCreated) {
        look_again();  // what it may do was changed, perhaps
        co_return explain(*answer, said);
    }
    const bool has_token = said.is_object() && said.contains("token") && said["token"].is_string();
    if (!has_token) co_return Error{Code::protocol, "GitHub's answer holds no token"};
    InstallationToken out;
    out.value = Secret{said["token"].get<std::string>()};
    out.expires_at = end_of_token(said, clock_.now() + kTokenAge);
    out.permissions = read_permissions(said.value("permissions", json::object()));
    co_return out;
}

Task<Result<InstallationToken>> App::mint(std::string repository, Permissions wanted) {
    auto finding = find_installation(repository);
    const auto installation = co_await std::move(finding);
    if (!installation) co_return installation.error();
    if (!installation->is_there) {
        co_return not_found("the GitHub App is not installed on " + repository);
    }
    const json ask{
        {"repositories", {name_of(repository)}},
        {"permissions", meet(wanted, installation->permissions)}};
    auto requesting = request_token(installation->id, ask.dump());
    co_return co_await std::move(requesting);
}

Task<Result<Secret>> App::borrow(std::string repository, Permissions wanted) {
    const auto key = key_of(repository, wanted);
    const auto known = borrowed_.find(key);
    if (known != borrowed_.end() && clock_.now() + kSpare < known->second.expires_at) {
        co_return known->second.value;
    }
    auto finding = find_installation(repository);
    const auto installation = co_await std::move(finding);
    if (!installation) co_return installation.error();
    if (installation->is_there && !gives(installation->permissions, wanted)) {
        co_return not_found(describe_lack(repository, wanted));
    }
    auto minting = mint(std::move(repository), std::move(wanted));
    auto made = co_await std::move(minting);
    if (!made) co_return made.error();
    auto value = made->value;
    borrowed_[key] = std::move(*made);
    co_return value;
}

Task<Result<Secret>> App::borrow_for(std::string installation, Permissions wanted) {
    const auto key = key_of(installation, wanted);
    const auto known = borrowed_.find(key);
    if (known != borrowed_.end() && clock_.now() + kSpare < known->second.expires_at) {
        co_return known->second.value;
    }
    const json ask{{"permissions", wanted}};
    auto requesting = request_token(std::move(installation), ask.dump());
    auto made = co_await std::move(requesting);
    if (!made) co_return made.error();
    auto value = made->value;
    borrowed_[key] = std::move(*made);
    co_return value;
}

Task<Result<ApiAnswer>> App::get(std::string path, std::string etag, std::uint64_t body_limit) {
    const auto client = make_client(body_limit);
    if (!client) co_return client.error();
    auto asking = client->get(std::move(path), std::move(etag));
    co_return co_await std::move(asking);
}

Task<Result<ApiAnswer>> App::patch(std::string path, std::string json) {
    const auto client = make_client();
    if (!client) co_return client.error();
    auto asking = client->patch(std::move(path), std::move(json));
    co_return co_await std::move(asking);
}

Task<Result<>> App::revoke(Secret token) const {
    auto api = api_;
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
