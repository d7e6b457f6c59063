#pragma once
// The GitHub App that is made from the dashboard, and what it was given.
//
//   begin: state ─▶ row; manifest ─▶ browser ─▶ GitHub ─▶ browser with code and state
//   finish: state of this session? ─▶ code for key and secrets ─▶ sealed row, state gone ─▶ in use

#include "access/forge_app.hpp"
#include "api/github/handlers.hpp"

#include <string>

namespace triphammer::api {

/// Another secret for its hook (app_secret.cpp).
Answer rotate_app_secret(Services& services, Call call);

/// "https://github.com/apps/SLUG/installations/new"
std::string install_url(const std::string& github_url, const std::string& slug);

/// Who asks, as far as a browser's session says; for whom brings a token, its name. Hashed.
std::string session_digest(const Call& call);

}  // namespace triphammer::api
