#pragma once
// What no engine does for us: an index of several platforms' images, put into a registry by its own
// API. Sources: the distribution specification ("Pushing Manifests", github.com/opencontainers/
// distribution-spec), the OCI image specification ("Image Index"), Docker's "Image Manifest Version
// 2, Schema 2" (manifest list), "Token Authentication Specification" (distribution.github.io). On
// the logic thread.

#include "base/result.hpp"
#include "base/task.hpp"
#include "docker/reference.hpp"
#include "http/message.hpp"
#include "http/url.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::docker {

/// What a registry has under a name or digest.
struct ManifestFacts {
    std::string digest;      // sha256:…
    std::string media_type;  // of the manifest, or of an index
    std::uint64_t bytes = 0;
};

/// One platform's image in an index.
struct IndexEntry {
    ManifestFacts manifest;
    std::string platform;  // linux/arm64/v8
};

struct ImageIndex {
    std::string media_type;
    std::string body;  // its bytes make its digest: the same entries give the same ones
    std::string digest;
};

/// Docker's manifest list where all entries are Docker's manifests, else an OCI index. Pure.
/// Code::protocol for an entry that is an index itself.
Result<ImageIndex> make_index(const std::vector<IndexEntry>& entries);

/// A WWW-Authenticate field: Basic or Bearer. Pure.
struct Challenge {
    bool is_bearer = false;
    std::map<std::string, std::string> fields;  // realm, service, …
};

/// Nothing for a scheme that is neither. RFC 7235, 4.1.
std::optional<Challenge> read_challenge(std::string_view field);

/// Where a bearer token is to be asked for: the challenge's realm, for pulling and pushing in
/// `repository`. Code::refused for a realm without TLS of a registry with it: a password would go
/// there. Pure.
Result<http::Url> token_address(
    const Challenge& challenge, const std::string& repository, bool has_tls
);

class Registry {
  public:
    /// `host`: ImageReference::registry. `is_insecure`: without TLS, as the engine does for it.
    /// Code::invalid.
    static Result<Registry> at(const std::string& host, bool is_insecure);

    /// Puts `index` under the name's tag. Never to an address of a link or of an instance's
    /// metadata: Code::refused. Code::unauthorized, conflict (the tag may not move), unavailable,
    /// timed_out, protocol; the registry's own words are in the message.
    Task<Result<>> put_index(ImageReference name, Credentials credentials, ImageIndex index);

  private:
    explicit Registry(http::Url url) : url_{std::move(url)} {}

    Task<Result<std::string>> authorize(std::string repository, Credentials credentials);

    http::Url url_;
};

}  // namespace triphammer::docker
