#pragma once
// Where repositories and actions are fetched from, and with which credential.

#include "app/config.hpp"
#include "git/fetch.hpp"
#include "github/app.hpp"
#include "intake/plan_maker.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace triphammer::app {

/// Where repositories may be: at github.url and at what the keys below `git` list.
git::UrlRules url_rules(const Config& config);

intake::RemoteSettings remote_settings(const Config& config);

/// The forge's API, with github.token.
github::ApiSettings api_settings(const Config& config);

/// "https://ci.example.com/webhooks/github/": public_url, or with poll a name that cannot exist
/// (RFC 6761), so that a payload goes to nobody. Empty: GitHub does not know where to send.
std::string hooks_url(const Config& config, const std::string& server_id);

/// The GitHub App; nothing where none is configured.
std::optional<github::AppIdentity> app_identity(const Config& config);

/// Whether `actions.allow` has `repository` (OWNER/REPO): by name, or by OWNER/*. Case does not
/// count.
bool is_allowed_action(const Config& config, std::string_view repository);

/// The address of an action's repository below github.url. Code::refused, with the key, where it is
/// not allowed.
Result<git::Remote> make_action_remote(const Config& config, const std::string& repository);

}  // namespace triphammer::app
