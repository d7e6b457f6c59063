#pragma once
// A GitHub App made in one go: a manifest is posted to GitHub from the admin's browser, GitHub
// sends the browser back with a code, and the code is good once, for an hour, for the App's key and
// secrets. Source: GitHub's pages "Registering a GitHub App from a manifest" and "REST API
// endpoints for GitHub Apps", "Create a GitHub App from a manifest".

#include "github/app.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::github {

struct ManifestWish {
    std::string name;  // at most 34 characters, taken by nobody else at GitHub
    std::string here;  // where the admin's browser has this server: "https://ci.example.com"
    std::string hook;  // where GitHub sends events to
    bool writes_contents = false;  // jobs may push, tag and release
};

/// What this server does with an App, and what the events need. Pure.
Permissions app_permissions(bool writes_contents);

/// What an App is told of: hook_events, and what is asked of its check runs.
std::vector<std::string_view> app_events();

/// The manifest as JSON. Pure.
std::string make_manifest(const ManifestWish& wish);

/// A name that fits, of the server's own: "triphammer ci.example.com". Pure.
std::string suggest_app_name(const std::string& here);

/// Where the browser posts the manifest to; an empty organization: the admin's own account. `url`
/// is github.url. Code::invalid: that is no organization's name. Pure.
Result<std::string> manifest_target(
    const std::string& url, const std::string& organization, const std::string& state
);

struct MadeApp {
    AppIdentity identity;
    std::string slug;
    std::string name;
    std::string page;  // its address at GitHub
    std::string client_id;
    Secret client_secret;
    Secret webhook_secret;
};

/// What GitHub has for the code. Code::not_found: it has nothing any more; invalid: that is no
/// code; unavailable: it may have later; protocol: it answered something else. The logic thread.
Task<Result<MadeApp>> convert_code(const Client& client, std::string code);

}  // namespace triphammer::github
