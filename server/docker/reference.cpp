#include "docker/reference.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::docker {

namespace {

constexpr std::size_t kMaxName = 255;
constexpr std::size_t kMaxTag = 128;
// Docker Hub's key in credential maps is its old index address.
constexpr const char* kHub = "docker.io";
constexpr const char* kHubIndex = "https://index.docker.io/v1/";

bool is_lower(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_word(char c) {
    return is_lower(c) || (c >= 'A' && c <= 'Z') || c == '_';
}

bool looks_like_host(std::string_view part) {
    return part.find_first_of(".:") != part.npos || part == "localhost";
}

bool is_host(std::string_view part) {
    return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
        return is_word(c) || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
    });
}

/// Lower-case letters and digits, separated by single '.', one or two '_', or dashes.
bool is_path_part(std::string_view part) {
    if (part.empty() || !is_lower(part.front()) || !is_lower(part.back())) return false;
    return std::all_of(part.begin(), part.end(), [](char c) {
        return is_lower(c) || c == '.' || c == '_' || c == '-';
    });
}

bool is_tag(std::string_view tag) {
    if (tag.empty() || tag.size() > kMaxTag || !is_word(tag.front())) return false;
    return std::all_of(tag.begin(), tag.end(), [](char c) {
        return is_word(c) || c == '.' || c == '-';
    });
}

bool is_repository(std::string_view repository) {
    if (repository.empty() || repository.size() > kMaxName) return false;
    auto parts = split(repository, '/');
    if (parts.size() > 1 && looks_like_host(parts.front())) {
        if (!is_host(parts.front())) return false;
        parts.erase(parts.begin());
    }
    return std::all_of(parts.begin(), parts.end(), is_path_part);
}

Error bad_name(std::string_view text, const char* why) {
    return invalid("'" + std::string{text} + "' is not an image name: " + why);
}

/// By which name the engine looks a registry's credentials up.
std::string key_of(const Credentials& credentials) {
    const bool hub = credentials.server.empty() || credentials.server == kHub;
    return hub ? kHubIndex : credentials.server;
}

nlohmann::json auth_object(const Credentials& credentials) {
    auto out = nlohmann::json::object();
    if (credentials.empty()) return out;
    out["serveraddress"] = key_of(credentials);
    if (!credentials.token.empty()) {
        out["registrytoken"] = credentials.token.reveal();
        return out;
    }
    out["username"] = credentials.username;
    out["password"] = credentials.password.reveal();
    return out;
}

}  // namespace

std::string ImageReference::registry() const {
    const auto slash = repository.find('/');
    if (slash == std::string::npos) return kHub;
    const auto first = repository.substr(0, slash);
    return looks_like_host(first) ? registry_host(first) : kHub;
}

std::string ImageReference::text() const {
    if (!digest.empty()) return by_digest(digest);
    return repository + ":" + (tag.empty() ? "latest" : tag);
}

Result<ImageReference> parse_reference(std::string_view text) {
    ImageReference out;
    auto rest = text;
    if (const auto at = rest.find('@'); at != rest.npos) {
        out.digest = rest.substr(at + 1);
        rest = rest.substr(0, at);
        if (!is_digest(out.digest)) return bad_name(text, "after '@' comes sha256: and 64 digits");
    }
    const auto colon = rest.rfind(':');
    const auto slash = rest.rfind('/');
    if (colon != rest.npos && (slash == rest.npos || colon > slash)) {
        out.tag = rest.substr(colon + 1);
        rest = rest.substr(0, colon);
        if (!is_tag(out.tag)) return bad_name(text, "the tag has letters, digits, '_', '.', '-'");
    }
    out.repository = rest;
    if (!is_repository(rest)) {
        return bad_name(text, "its parts have lower-case letters, digits, '.', '_', '-'");
    }
    return out;
}

std::string registry_host(std::string_view text) {
    const auto scheme = text.find("://");
    if (scheme != text.npos) text.remove_prefix(scheme + 3);
    const auto host = to_lower(text.substr(0, text.find('/')));
    const bool is_hub = host.empty() || host == "index.docker.io" ||
                        host == "registry-1.docker.io" || host == "hub.docker.com" ||
                        host == "registry.hub.docker.com";
    return is_hub ? kHub : host;
}

bool is_digest(std::string_view text) {
    constexpr std::string_view kPrefix = "sha256:";
    if (!text.starts_with(kPrefix) || text.size() != kPrefix.size() + 64) return false;
    const auto digits = text.substr(kPrefix.size());
    return digits.find_first_not_of("0123456789abcdef") == digits.npos;
}

std::string registry_auth(const Credentials& credentials) {
    return to_base64url(auth_object(credentials).dump());
}

std::string registry_config(const std::vector<Credentials>& logins) {
    auto out = nlohmann::json::object();
    for (const auto& login : logins) {
        if (!login.empty()) out[key_of(login)] = auth_object(login);
    }
    return to_base64url(out.dump());
}

}  // namespace triphammer::docker
