#include "app/auth_config.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "http/url.hpp"

#include <algorithm>

namespace triphammer::app {

namespace {

constexpr std::string_view kSignInPage = "/sign-in/github";

/// A name at GitHub, or a number.
bool is_login(std::string_view text) {
    constexpr std::string_view kCharacters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    return !text.empty() && text.size() <= 100 &&
           text.find_first_not_of(kCharacters) == std::string_view::npos;
}

Result<> add_logins(std::vector<std::string>& list, const std::string& value) {
    for (const auto item : split(value, ',')) {
        const auto login = trim(item);
        if (!is_login(login)) {
            return invalid(
                "'" + std::string{login} +
                "' is no name at GitHub: the NAME of github.com/NAME, "
                "or the number of https://api.github.com/users/NAME"
            );
        }
        list.emplace_back(login);
    }
    return {};
}

Result<> set_joined_role(access::GithubRules& rules, const std::string& value) {
    const auto role = access::parse_role(value);
    if (!role) return invalid("must be none, viewer, developer, approver or admin");
    rules.role = *role;
    return {};
}

Result<> set_secret_from(Config& config, const std::string& file) {
    auto text = read_file(file, 65536);
    if (!text) return text.error();
    config.secret_files.emplace_back(file);
    config.github_sign_in.client_secret = Secret{std::string{trim(*text)}};
    return {};
}

bool is_near(std::string_view url) {
    const auto parsed = http::parse_url(url);
    return parsed &&
           (parsed->host == "localhost" || parsed->host == "127.0.0.1" || parsed->host == "::1");
}

}  // namespace

const std::vector<std::string>& auth_paths() {
    static const std::vector<std::string> kPaths{
        "auth.github.client_id",
        "auth.github.client_secret",
        "auth.github.client_secret_file",
        "auth.github.organizations",
        "auth.github.users",
        "auth.github.role"};
    return kPaths;
}

Result<> set_auth_key(Config& config, const std::string& path, const std::string& value) {
    auto& github = config.github_sign_in;
    if (path == "auth.github.client_id") github.client_id = value;
    if (path == "auth.github.client_secret") github.client_secret = Secret{value};
    if (path == "auth.github.client_secret_file") return set_secret_from(config, value);
    if (path == "auth.github.organizations") return add_logins(github.rules.organizations, value);
    if (path == "auth.github.users") return add_logins(github.rules.users, value);
    if (path == "auth.github.role") return set_joined_role(github.rules, value);
    const auto& paths = auth_paths();
    if (std::find(paths.begin(), paths.end(), path) != paths.end()) return {};
    const auto near = nearest_name(path, paths);
    return invalid(
        near ? "is not a key; did you mean '" + *near + "'?"
             : "is not a key; those are: " + join(paths, ", ")
    );
}

Result<> check_auth(const Config& config) {
    const auto& github = config.github_sign_in;
    const bool has_secret = !github.client_secret.empty();
    const bool has_rules = !github.rules.organizations.empty() || !github.rules.users.empty();
    if (github.client_id.empty() && !has_secret && !has_rules) return {};
    if (github.client_id.empty() || !has_secret) {
        return invalid(
            "auth.github.client_id and auth.github.client_secret (or …_file) belong together: "
            "both stand on the OAuth App's page at GitHub"
        );
    }
    if (config.public_url.empty()) {
        return invalid(
            "auth.github needs public_url: GitHub sends browsers back to public_url" +
            std::string{kSignInPage}
        );
    }
    if (config.public_url.starts_with("https://") || is_near(config.public_url)) return {};
    return invalid(
        "auth.github needs a public_url with https://: whoever listens on the way could take a "
        "session over"
    );
}

std::vector<std::pair<std::string, std::string>> describe_auth(const Config& config) {
    const auto& github = config.github_sign_in;
    return {
        {"auth.github.client_id", github.client_id},
        {"auth.github.client_secret", github.client_secret.empty() ? "(not set)" : "(set)"},
        {"auth.github.organizations", join(github.rules.organizations, ", ")},
        {"auth.github.users", join(github.rules.users, ", ")},
        {"auth.github.role", std::string{access::name_of(github.rules.role)}},
    };
}

std::optional<github::OAuthClient> oauth_client(const Config& config) {
    const auto& github = config.github_sign_in;
    if (github.client_id.empty()) return std::nullopt;
    auto here = config.base_url();
    while (here.ends_with('/')) here.pop_back();
    return github::OAuthClient{
        github.client_id,
        github.client_secret,
        config.github.url,
        here + std::string{kSignInPage},
        !github.rules.organizations.empty()};
}

}  // namespace triphammer::app
