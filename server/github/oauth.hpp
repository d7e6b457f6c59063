#pragma once
// Signing in at GitHub: the authorization code flow with PKCE. Sources: GitHub's page "Authorizing
// OAuth apps" (web application flow; S256 is the one challenge that it takes), RFC 6749, RFC 7636.

#include "github/client.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace triphammer::github {

/// An OAuth App, or a GitHub App's client.
struct OAuthClient {
    std::string id;
    Secret secret;
    std::string site;      // github.url: where browsers go and codes are exchanged
    std::string redirect;  // where GitHub sends browsers back to
    bool asks_organizations = false;
};

struct OAuthAsk {
    std::string state;
    std::string verifier;  // of PKCE: 43 to 128 unreserved characters
};

/// BASE64URL(SHA-256(verifier)) without padding (RFC 7636, 4.2). Pure.
std::string make_challenge(std::string_view verifier);

/// Where the browser goes. Pure.
std::string authorize_url(const OAuthClient& client, const OAuthAsk& ask);

struct Organization {
    std::int64_t id = 0;
    std::string login;
};

/// Who signed in, in GitHub's words. The number stays; names change hands.
struct Person {
    std::int64_t id = 0;
    std::string login;
    std::vector<Organization> organizations;  // only where they were asked for
};

/// Who has brought this code: exchanges it, reads `/user` (and `/user/orgs`) and gives the token
/// back to GitHub, which forgets it. Code::refused: the code is worth nothing (any more); invalid:
/// GitHub does not take this server's client; unavailable: it could not be asked; protocol: it
/// answered something else. The logic thread; `api` is without a token.
Task<Result<Person>> find_person(
    OAuthClient client, ApiSettings api, const Clock& clock, std::string code, std::string verifier
);

}  // namespace triphammer::github
