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

constexpr const char* kGithub = "github.com";
/// GitHub, too, and its keys are among github_host_keys().
/// Source: docs.github.com, "Using SSH over the HTTPS port".
constexpr const char* kGithubBehindFirewalls = "ssh.github.com:443";

/// "github.com", "127.0.0.1:3000"
std::string host_of_github(const Config& config) {
    const auto& url = config.github.url;
    const auto host = url.substr(url.find("://") + 3);
    return host.substr(0, host.find('/'));
}

/// Of one line of known_hosts (sshd(8)): "git.example.com,[git.example.com]:2222 ssh-ed25519 …".
/// Hashed names say nothing.
std::vector<std::string> hosts_of(std::string_view line) {
    std::vector<std::string> out;
    for (const auto name : split(line.substr(0, line.find(' ')), ',')) {
        if (name.empty() || name.front() == '|' || name.front() == '@') continue;
        const auto bracket = name.front() == '[' ? name.find("]:") : std::string_view::npos;
        const bool has_port = bracket != std::string_view::npos;
        out.emplace_back(
            has_port ? std::string{name.substr(1, bracket - 1)}.append(name.substr(bracket + 1))
                     : std::string{name}
        );
    }
    return out;
}

}  // namespace

git::UrlRules url_rules(const Config& config) {
    git::UrlRules rules;
    rules.insecure_hosts = config.insecure_git_hosts;
    const auto& listed = config.git_hosts;
    if (std::find(listed.begin(), listed.end(), "*") != listed.end()) return rules;
    rules.hosts = listed;
    rules.hosts.push_back(host_of_github(config));
    if (rules.hosts.back() == kGithub) rules.hosts.emplace_back(kGithubBehindFirewalls);
    rules.hosts.insert(
        rules.hosts.end(), config.insecure_git_hosts.begin(), config.insecure_git_hosts.end()
    );
    for (const auto& line : config.known_hosts) {
        for (auto& host : hosts_of(line)) rules.hosts.push_back(std::move(host));
    }
    return rules;
}

intake::RemoteSettings remote_settings(const Config& config) {
    intake::RemoteSettings settings;
    settings.urls = url_rules(config);
    settings.token = config.github.token;
    settings.known_hosts = git::github_host_keys();
    for (const auto& line : config.known_hosts) settings.known_hosts += line + "\n";
    settings.token_host = host_of_github(config);
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
