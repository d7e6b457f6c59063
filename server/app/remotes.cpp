#include "app/remotes.hpp"

#include "base/text.hpp"
#include "git/ssh_access.hpp"

#include <algorithm>

namespace triphammer::app {

namespace {

/// What may stand in a name at GitHub: it becomes part of an address.
bool is_plain(std::string_view name) {
    constexpr std::string_view kCharacters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    return !name.empty() && name.find_first_not_of(kCharacters) == std::string_view::npos &&
           name.front() != '.';
}

}  // namespace

intake::RemoteSettings remote_settings(const Config& config) {
    intake::RemoteSettings settings;
    settings.urls.insecure_hosts = config.insecure_git_hosts;
    settings.token = config.github.token;
    settings.known_hosts = git::github_host_keys();
    for (const auto& line : config.known_hosts) settings.known_hosts += line + "\n";
    const auto scheme = config.github.url.find("://");
    settings.token_host = config.github.url.substr(scheme + 3);
    settings.token_host.resize(std::min(settings.token_host.find('/'), settings.token_host.size()));
    return settings;
}

github::ApiSettings api_settings(const Config& config) {
    github::ApiSettings settings;
    if (auto url = http::parse_url(config.github.api_url)) settings.base = std::move(*url);
    settings.token = config.github.token;
    return settings;
}

std::string hooks_url(const Config& config, const std::string& server_id) {
    const bool polls = config.github.mode == "poll";
    if (config.public_url.empty() && !polls) return {};
    const auto base = config.public_url.empty() ? "https://" + server_id + ".triphammer.invalid"
                                                : config.public_url;
    return base + (base.ends_with('/') ? "" : "/") + "webhooks/github/";
}

std::optional<github::AppIdentity> app_identity(const Config& config) {
    if (config.github.app_id.empty()) return std::nullopt;
    return github::AppIdentity{config.github.app_id, config.github.private_key};
}

bool is_allowed_action(const Config& config, std::string_view repository) {
    const auto owner = repository.substr(0, repository.find('/'));
    const auto& patterns = config.allowed_actions;
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        return equal_ignoring_case(pattern, repository) ||
               equal_ignoring_case(pattern, std::string{owner} + "/*");
    });
}

Result<git::Remote> make_action_remote(const Config& config, const std::string& repository) {
    const auto parts = split(repository, '/');
    if (parts.size() != 2 || !is_plain(parts[0]) || !is_plain(parts[1])) {
        return invalid("'" + repository + "' is no OWNER/REPOSITORY");
    }
    if (!is_allowed_action(config, repository)) {
        return Error{
            Code::refused,
            "the action " + repository +
                " is not allowed here: an admin adds it to the list at the key actions.allow of "
                "the configuration; for triphammer run it is --action " +
                repository};
    }
    const auto settings = remote_settings(config);
    auto url = git::check_url(config.github.url + "/" + repository + ".git", settings.urls);
    if (!url) return with_context("github.url", url.error());
    const bool is_home = url->host() == settings.token_host;
    return git::Remote{std::move(*url), is_home ? settings.token : Secret{}};
}

}  // namespace triphammer::app
