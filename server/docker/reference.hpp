#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::docker {

/// An image's name, taken apart: [HOST[:PORT]/]PATH[:TAG][@sha256:…].
struct ImageReference {
    std::string repository;  // with the host where one was written: "localhost:5000/app"
    std::string tag;         // empty: none written
    std::string digest;      // "sha256:…" or empty

    /// The registry's host; "docker.io" where none was written.
    std::string registry() const;
    /// repository@digest where there is a digest, else repository:tag ("latest" for an empty tag).
    std::string text() const;

    /// What a deployment is pinned to: repository@digest.
    std::string by_digest(const std::string& sha256) const { return repository + "@" + sha256; }

    friend bool operator==(const ImageReference&, const ImageReference&) = default;
};

/// Code::invalid with the reason for a name that no registry would take.
Result<ImageReference> parse_reference(std::string_view text);

/// The registry's host of what people and programs call it: without scheme and path. Docker Hub has
/// several names, all of them are "docker.io".
std::string registry_host(std::string_view text);

/// "sha256:" and 64 lower-case hex digits.
bool is_digest(std::string_view text);

struct Credentials {
    std::string username;
    Secret password;
    std::string server;  // registry host
    Secret token;        // a bearer token instead of the two

    bool empty() const { return username.empty() && password.empty() && token.empty(); }
};

/// X-Registry-Auth: base64url **with** padding of {"username", "password", "serveraddress"}, or
/// {"registrytoken", …} for a token; `e30=` (an empty object) for anonymous. The engine takes any
/// other alphabet silently as "no credentials".
std::string registry_auth(const Credentials& credentials);
/// X-Registry-Config of a build: the same as a map from host to credentials.
std::string registry_config(const std::vector<Credentials>& logins);

}  // namespace triphammer::docker
