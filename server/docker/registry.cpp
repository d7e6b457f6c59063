#include "docker/registry.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"
#include "http/outgoing.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace triphammer::docker {

namespace {

// Field order is part of an index's bytes.
using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::string_view kDockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
constexpr std::string_view kDockerList =
    "application/vnd.docker.distribution.manifest.list.v2+json";
constexpr std::string_view kOciIndex = "application/vnd.oci.image.index.v1+json";

constexpr std::string_view kHubName = "docker.io";
constexpr std::string_view kHubAddress = "registry-1.docker.io";
constexpr std::size_t kMostWords = 500;  // of a registry's answer in a reason

ordered_json platform_object(const std::string& platform) {
    const auto parts = split(platform, '/');
    ordered_json out;
    out["architecture"] = parts.size() > 1 ? parts[1] : std::string_view{};
    out["os"] = parts[0];
    if (parts.size() > 2) out["variant"] = parts[2];
    return out;
}

/// Registries stand in private networks, too; links and an instance's metadata are none.
const Result<http::OutgoingRule>& registry_rule() {
    static const auto kRule = http::OutgoingRule::parse(
        {"10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1"}
    );
    return kRule;
}

Task<Result<http::Answer>> exchange(http::Url url, http::Call call) {
    if (!registry_rule()) co_return registry_rule().error();
    const auto host = url.host;
    if (auto fine = registry_rule()->check_host(host); !fine) {
        co_return Error{Code::refused, host + " is no address of a registry"};
    }
    auto sending = http::send_outgoing(http::endpoint_of(url), std::move(call), *registry_rule());
    auto answer = co_await std::move(sending);
    if (!answer && answer.error().code == Code::refused) {
        co_return Error{Code::refused, host + " leads to no address of a registry"};
    }
    if (!answer) co_return with_context(url.authority(), answer.error());
    co_return answer;
}

/// {"errors": [{"code": …, "message": …}]}
std::string registry_words(const std::string& body) {
    const auto parsed = json::parse(body, nullptr, false);
    std::string out;
    if (parsed.is_object() && parsed.contains("errors") && parsed["errors"].is_array()) {
        for (const auto& one : parsed["errors"]) {
            if (!one.is_object()) continue;
            for (const char* name : {"code", "message"}) {
                if (!one.contains(name) || !one[name].is_string()) continue;
                out += (out.empty() ? "" : " ") + one[name].get<std::string>();
            }
        }
    }
    if (out.empty()) out = trim(body);
    return out.substr(0, kMostWords);
}

/// The name without its registry; what Docker Hub makes itself is in "library" there.
std::string path_at_registry(const ImageReference& name) {
    const auto first = name.repository.substr(0, name.repository.find('/'));
    const bool is_hub = name.registry() == kHubName;
    const bool has_host = !is_hub || registry_host(first) == kHubName;
    auto out = has_host ? name.repository.substr(first.size() + 1) : name.repository;
    if (is_hub && out.find('/') == out.npos) out.insert(0, "library/");
    return out;
}

Error registry_refusal(const http::Answer& answer) {
    const auto words = std::to_string(answer.status) + " " + registry_words(answer.body);
    const auto lower = to_lower(words);
    const bool is_fixed =
        lower.find("immutable") != lower.npos || lower.find("cannot be overwritten") != lower.npos;
    auto code = Code::protocol;
    if (answer.status == 401 || answer.status == 403) code = Code::unauthorized;
    if (answer.status == 429 || answer.status >= 500) code = Code::unavailable;
    if (is_fixed || answer.status == 409) code = Code::conflict;
    return {code, words};
}

std::string basic_field(const Credentials& credentials) {
    return "Basic " + to_base64(credentials.username + ":" + credentials.password.reveal());
}

/// {"token": …} or {"access_token": …}; empty: none.
std::string token_in(const std::string& body) {
    const auto parsed = json::parse(body, nullptr, false);
    for (const char* name : {"token", "access_token"}) {
        if (!parsed.is_object() || !parsed.contains(name) || !parsed[name].is_string()) continue;
        return parsed[name].get<std::string>();
    }
    return {};
}

Task<Result<std::string>> fetch_token(http::Url address, Credentials credentials) {
    http::Call call{http::Method::get, address.target};
    if (!credentials.username.empty()) call.headers.set("Authorization", basic_field(credentials));
    auto sending = exchange(address, std::move(call));
    const auto answer = co_await std::move(sending);
    if (!answer) co_return answer.error();
    if (answer->status != 200) {
        co_return with_context(address.authority() + " gives no token", registry_refusal(*answer));
    }
    auto token = token_in(answer->body);
    if (token.empty() || token.find_first_of(" \r\n") != token.npos) {
        co_return Error{Code::protocol, address.authority() + " answers without a token"};
    }
    co_return "Bearer " + token;
}

}  // namespace

Result<ImageIndex> make_index(const std::vector<IndexEntry>& entries) {
    const bool is_docker = std::all_of(entries.begin(), entries.end(), [](const auto& entry) {
        return entry.manifest.media_type == kDockerManifest;
    });
    ordered_json list = ordered_json::array();
    for (const auto& entry : entries) {
        const auto& manifest = entry.manifest;
        if (manifest.media_type == kDockerList || manifest.media_type == kOciIndex) {
            return Error{
                Code::protocol,
                manifest.digest + " (" + entry.platform +
                    ") is an index itself, not one platform's image: the engine adds attestations"};
        }
        ordered_json one;
        one["mediaType"] = manifest.media_type;
        one["size"] = manifest.bytes;
        one["digest"] = manifest.digest;
        one["platform"] = platform_object(entry.platform);
        list.push_back(std::move(one));
    }
    ordered_json index;
    index["schemaVersion"] = 2;
    index["mediaType"] = is_docker ? kDockerList : kOciIndex;
    index["manifests"] = std::move(list);
    ImageIndex out;
    out.media_type = is_docker ? kDockerList : kOciIndex;
    out.body = index.dump();
    out.digest = "sha256:" + sha256_hex(out.body);
    return out;
}

std::optional<Challenge> read_challenge(std::string_view field) {
    field = trim(field);
    const auto scheme = to_lower(field.substr(0, field.find(' ')));
    if (scheme != "bearer" && scheme != "basic") return {};
    Challenge out;
    out.is_bearer = scheme == "bearer";
    auto rest = field.substr(std::min(scheme.size(), field.size()));
    while (true) {
        const auto start = rest.find_first_not_of(" \t,");
        if (start == rest.npos) return out;
        rest.remove_prefix(start);
        const auto equals = rest.find('=');
        if (equals == rest.npos) return out;
        const auto name = to_lower(trim(rest.substr(0, equals)));
        rest.remove_prefix(equals + 1);
        const bool is_quoted = rest.starts_with('"');
        if (is_quoted) rest.remove_prefix(1);
        const auto end = std::min(rest.find_first_of(is_quoted ? "\"" : ", \t"), rest.size());
        out.fields[name] = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
}

Result<http::Url> token_address(
    const Challenge& challenge, const std::string& repository, bool has_tls
) {
    const auto realm = challenge.fields.find("realm");
    if (realm == challenge.fields.end()) {
        return Error{Code::protocol, "the registry does not say who gives tokens"};
    }
    auto url = http::parse_url(realm->second);
    if (!url) return with_context("the registry's giver of tokens", url.error());
    if (has_tls && !url->tls) {
        return refused(
            "the registry would have the password sent to " + url->authority() + " without TLS"
        );
    }
    url->target += url->target.find('?') == std::string::npos ? '?' : '&';
    url->target += "scope=" + percent_encode("repository:" + repository + ":pull,push");
    const auto service = challenge.fields.find("service");
    if (service != challenge.fields.end()) {
        url->target += "&service=" + percent_encode(service->second);
    }
    return url;
}

Result<Registry> Registry::at(const std::string& host, bool is_insecure) {
    const std::string address{host == kHubName ? kHubAddress : host};
    auto url = http::parse_url((is_insecure ? "http://" : "https://") + address);
    if (!url) return with_context("the registry " + host, url.error());
    return Registry{std::move(*url)};
}

/// The Authorization field; empty: the registry wants none.
Task<Result<std::string>> Registry::authorize(std::string repository, Credentials credentials) {
    if (!credentials.token.empty()) co_return "Bearer " + credentials.token.reveal();
    auto asking = exchange(url_, http::Call{http::Method::get, "/v2/"});
    const auto answer = co_await std::move(asking);
    if (!answer) co_return answer.error();
    if (answer->status == 200) co_return std::string{};
    if (answer->status != 401) co_return registry_refusal(*answer);
    const auto field = answer->headers.find("WWW-Authenticate");
    const auto challenge = read_challenge(field.value_or(""));
    if (!challenge) {
        co_return Error{Code::protocol, "the registry wants neither a password nor a token"};
    }
    if (!challenge->is_bearer) {
        if (!credentials.username.empty()) co_return basic_field(credentials);
        co_return Error{Code::unauthorized, "the registry wants a password"};
    }
    auto address = token_address(*challenge, repository, url_.tls);
    if (!address) co_return address.error();
    auto fetching = fetch_token(std::move(*address), std::move(credentials));
    co_return co_await std::move(fetching);
}

Task<Result<>> Registry::put_index(ImageReference name, Credentials credentials, ImageIndex index) {
    const auto repository = path_at_registry(name);
    auto authorizing = authorize(repository, std::move(credentials));
    const auto authorization = co_await std::move(authorizing);
    if (!authorization) co_return with_context(name.text(), authorization.error());
    http::Call call{
        http::Method::put,
        "/v2/" + repository + "/manifests/" + (name.tag.empty() ? "latest" : name.tag)};
    call.headers.set("Content-Type", index.media_type);
    if (!authorization->empty()) call.headers.set("Authorization", *authorization);
    call.body = std::move(index.body);
    auto sending = exchange(url_, std::move(call));
    const auto answer = co_await std::move(sending);
    if (!answer) co_return with_context(name.text(), answer.error());
    if (answer->status != 201) co_return with_context(name.text(), registry_refusal(*answer));
    co_return Result<>{};
}

}  // namespace triphammer::docker
